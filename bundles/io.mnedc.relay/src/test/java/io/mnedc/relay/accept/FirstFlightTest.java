package io.mnedc.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.relay.Loopback;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.trust.TlsGate;
import io.mnedc.relay.trust.WarmUp;
import io.mnedc.relay.work.Counter;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is computed for those who have hung up before it was their turn, or afterwards. */
@Timeout(180)
class FirstFlightTest {
    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** What is read in one go when somebody has said this much. */
    private static @Nullable ByteBuffer readOf(ByteBuffer said, boolean hangsUp, boolean rude) throws IOException {
        try (Loopback loopback = new Loopback()) {
            Loopback.Pair pair = loopback.from(2);
            pair.client().write(said);
            if (rude) {
                pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            if (hangsUp) {
                pair.client().close();
            }
            return FirstFlight.of(pair.accepted(), bytes(1, 2));
        }
    }

    @Test
    void whatHasComeIsPutBehindWhatWasRead() throws Exception {
        assertThat(readOf(bytes(), false, false)).isEqualTo(bytes(1, 2));
        TestRelay.eventually(() -> bytes(1, 2, 3, 4).equals(readOf(bytes(3, 4), false, false)));
        TestRelay.eventually(() -> {
            ByteBuffer some = readOf(ByteBuffer.allocate(60_000), false, false);
            // the rest is read later
            return some != null && some.remaining() == 4096;
        });
    }

    @Test
    void whoHasHungUpIsGoneWhateverHeHadSaidBefore() throws Exception {
        TestRelay.eventually(() -> readOf(bytes(3, 4), true, false) == null);
        TestRelay.eventually(() -> readOf(bytes(3, 4), true, true) == null);
    }

    @Test
    void noEngineIsMadeForThoseWhoHaveHungUpBeforeTheirTurn(@TempDir Path directory) throws Exception {
        TestOverlay pki = new TestOverlay(directory.resolve("pki"));
        Identity server = pki.authority().identity();
        AtomicInteger questions = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        IdentityProvider vault = () -> {
            // others look at it each second, and the warm-up as often as it can
            if (Thread.currentThread().getName().startsWith("mnedc-relay-tls") && !isWarmUp()) {
                questions.incrementAndGet();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return server;
        };
        int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
        List<Socket> sockets = new ArrayList<>();
        try (TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve("own")).settings().identityProvider("vault"))) {
            relay.supply("vault", 1, vault);
            for (int i = 0; i < threads + 20; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(relay.address());
                socket.getOutputStream().write(new byte[] {0x16, 3, 1});
                if (i >= threads) {
                    socket.close();
                } else {
                    int busy = i + 1;
                    TestRelay.eventually(() -> questions.get() == busy);
                }
            }
            TestRelay.eventually(() -> relay.relay().services().halfOpen().count() == threads + 20);
            go.countDown();
            TestOverlay.joined(relay.address(), pki.identity("a", Instant.now()), "a")
                    .close();
            assertThat(questions.get())
                    .as("for those who were first, and twice for the one who joined")
                    .isEqualTo(threads + 2);
            TestRelay.eventually(() -> relay.count(Counter.REFUSED_TLS) >= 20);
        } finally {
            go.countDown();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static boolean isWarmUp() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(WarmUp.class.getName())));
    }

    @Test
    void whatWasBegunIsNotGoneOnWithWhenItHasEnded(@TempDir Path directory) throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        try (TestRelay relay =
                        TestRelay.with(new TestOverlay(directory).settings().halfOpenPerSource(1));
                Loopback loopback = new Loopback()) {
            RelaySecurity overlay = Objects.requireNonNull(relay.relay().security());
            HalfOpen halfOpen = relay.relay().services().halfOpen();
            long deadline = System.nanoTime() + 60_000_000_000L;
            HalfOpen.Entry closed = halfOpen.enter(loopback.from(2).accepted(), deadline);
            HalfOpen.Entry evicted = halfOpen.enter(loopback.from(3).accepted(), deadline);
            TlsGate first = new TlsGate(relay.relay().services().controls(), overlay, closed);
            TlsGate second = new TlsGate(relay.relay().services().controls(), overlay, evicted);
            first.execute(() -> done.add("before"));
            TestRelay.eventually(() -> done.contains("before"));
            first.closed(null);
            halfOpen.enter(loopback.from(3).accepted(), deadline);
            assertThat(evicted.evicted()).isTrue();
            first.execute(() -> done.add("closed"));
            second.execute(() -> done.add("evicted"));
            overlay.handshake(() -> done.add("after"));
            TestRelay.eventually(() -> done.contains("after"));
            assertThat(done).containsExactly("before", "after");
        }
    }
}
