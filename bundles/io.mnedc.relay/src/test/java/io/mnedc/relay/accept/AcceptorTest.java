package io.mnedc.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.Relay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listening goes on whatever one connection does, and is begun anew if it ends. */
@Timeout(180)
class AcceptorTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Counter.Set counters = new Counter.Set();
    private final Queue<String> served = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ended = new AtomicInteger();

    /** Has no memory for data streams, and a fault with TLS. */
    private final class Faulty implements Acceptor.Receiver {
        @Override
        public void tls(HalfOpen.Entry entry, ByteBuffer begun) {
            throw new IllegalStateException("a fault");
        }

        @Override
        public void control(HalfOpen.Entry entry, ByteBuffer begun) {
            served.add("control");
            entry.discard();
        }

        @Override
        public void data(HalfOpen.Entry entry, Preamble preamble) {
            throw new OutOfMemoryError("none for this one");
        }
    }

    private Acceptor start(Duration limit, Refusals refusals, HalfOpen halfOpen) throws IOException {
        return Acceptor.start(
                List.of(ANY),
                new Acceptor.Services(() -> limit, new Faulty(), halfOpen, counters, refusals),
                ended::incrementAndGet);
    }

    private static int answer(Acceptor acceptor, byte[] said) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.connect(acceptor.listening().get(0));
            socket.getOutputStream().write(said);
            return socket.getInputStream().read();
        }
    }

    @Test
    void aFaultWithOneConnectionEndsThatAndNoOther() throws Exception {
        Refusals refusals = new Refusals(counters, Events.NONE);
        HalfOpen halfOpen = new HalfOpen(() -> 10, refusals);
        try (Acceptor acceptor = start(Duration.ofSeconds(10), refusals, halfOpen)) {
            for (int i = 0; i < 3; i++) {
                assertThat(answer(acceptor, new byte[] {0x16})).isEqualTo(-1);
                assertThat(answer(
                                acceptor, Preamble.of(StreamKind.DATA).encode().array()))
                        .isEqualTo(-1);
                assertThat(answer(
                                acceptor,
                                Preamble.of(StreamKind.CONTROL).encode().array()))
                        .isEqualTo(-1);
            }
            assertThat(served).containsExactly("control", "control", "control");
            assertThat(halfOpen.count()).isZero();
            assertThat(acceptor.listens()).isTrue();
        }
        assertThat(ended).as("it was closed").hasValue(0);
    }

    @Test
    void whenItEndsByItselfItSaysSo() throws Exception {
        // its sweep fails
        Refusals broken = new Refusals(counters, (kind, device, remote, detail) -> {
            throw new OutOfMemoryError("none for anybody");
        });
        try (Acceptor acceptor = start(Duration.ofMillis(1), broken, new HalfOpen(() -> 10, broken))) {
            try (Socket silent = new Socket()) {
                silent.connect(acceptor.listening().get(0));
                TestRelay.eventually(() -> ended.get() == 1);
                assertThat(acceptor.listens()).isFalse();
            }
        }
    }

    @Test
    void aRelayThatNoLongerListensDoesSoAgainAtTheSameAddressAndKeepsItsDevices() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings())) {
            InetSocketAddress address = relay.address();
            relay.relay().become(new TestSettings().listen(address).build());
            try (PlainDevice before = relay.joined("a")) {
                selector(relay).close();
                TestRelay.eventually(() -> {
                    try {
                        PlainDevice.joined(address, "b").close();
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
                assertThat(relay.address()).isEqualTo(address);
                before.sendFrame(before.welcome.node(), new byte[] {1});
                assertThat(PlainDevice.payload(before.receiveFrame())).containsExactly(1);
            }
        }
    }

    private static Selector selector(TestRelay relay) throws ReflectiveOperationException {
        Field port = Relay.class.getDeclaredField("port");
        port.setAccessible(true);
        Field acceptor = ListeningPort.class.getDeclaredField("acceptor");
        acceptor.setAccessible(true);
        Field selector = Acceptor.class.getDeclaredField("selector");
        selector.setAccessible(true);
        return (Selector) selector.get(acceptor.get(port.get(relay.relay())));
    }
}
