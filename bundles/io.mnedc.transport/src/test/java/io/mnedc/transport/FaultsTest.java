package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.testing.Log;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nobody expects, such as want of memory, ends what it has left half done, and somebody hears of it. */
@Timeout(120)
class FaultsTest extends OnLoopback {
    private void connect() throws Exception {
        ControlStream.connect(group, address(), PATIENCE, device);
        ControlStream.adopt(group, accept(), ByteBuffer.allocate(0), relay);
        assertThat(device.next()).isEqualTo("opened");
        assertThat(relay.next()).isEqualTo("opened");
    }

    /** The other stream of the same loop goes on, too. */
    private void relayEndsBy(String fault) throws Exception {
        assertThat(relay.next()).isEqualTo("fault: " + fault);
        assertThat(relay.next()).isEqualTo("closed: " + fault);
        assertThat(device.next()).asString().startsWith("closed: ");
    }

    @Test
    void aTickThatFailsEndsTheStreamInsteadOfAllFurtherTicks() throws Exception {
        connect();
        relay.failing = "tick";
        relay.stream().execute(() -> stream().tickEvery(Duration.ofMillis(1)));
        assertThat(relay.next()).isEqualTo("tick");
        relayEndsBy("at tick");
    }

    private ControlStream stream() {
        return relay.stream.join();
    }

    @Test
    void aTaskOfAStreamThatFailsEndsTheStream() throws Exception {
        connect();
        relay.stream().execute(() -> {
            throw new StackOverflowError("of a task");
        });
        relayEndsBy("of a task");
    }

    @Test
    void aMessageThatIsNotBorneEndsTheStream() throws Exception {
        connect();
        relay.failing = "message";
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        device.stream().send(new Ping(1));
        assertThat(relay.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(relay.next()).isEqualTo(new Ping(1));
        relayEndsBy("at message");
    }

    @Test
    void aFaultWhenAStreamHasClosedIsToldAsWell() throws Exception {
        connect();
        relay.failing = "closed";
        device.stream().close();
        assertThat(relay.next()).isEqualTo("closed: ");
        assertThat(relay.next()).isEqualTo("fault: at closed");
    }

    @Test
    void tasksOfALoopThatFailAreToldAndPeriodicOnesGoOn() throws Exception {
        var faults = new LinkedBlockingQueue<Throwable>();
        ControlLoop loop = new ControlLoop("test-faults", faults::add);
        try {
            loop.execute(() -> {
                throw new OutOfMemoryError("now");
            });
            assertThat(faults.poll(60, TimeUnit.SECONDS)).hasMessage("now");
            loop.schedule(Duration.ofMillis(1), () -> {
                throw new IllegalStateException("later");
            });
            assertThat(faults.poll(60, TimeUnit.SECONDS)).hasMessage("later");
            AtomicInteger count = new AtomicInteger();
            loop.repeat(Duration.ofMillis(1), () -> {
                throw new OutOfMemoryError("rate " + count.incrementAndGet());
            });
            assertThat(faults.poll(60, TimeUnit.SECONDS)).hasMessage("rate 1");
            assertThat(faults.poll(60, TimeUnit.SECONDS)).hasMessage("rate 2");
        } finally {
            loop.close();
        }
    }

    @Test
    void aDataStreamThatCannotBeBegunForWantOfMemoryIsClosed() throws Exception {
        CompletableFuture<String> closed = new CompletableFuture<>();
        DataHandler handler = new DataHandler() {
            @Override
            public void opened(DataStream stream) {
                throw new OutOfMemoryError("when it opened");
            }

            @Override
            public int received(DataStream stream, ByteBuffer in, int from, int to) {
                return to;
            }

            @Override
            public void closed(@Nullable Throwable cause) {
                closed.complete(String.valueOf(cause));
            }
        };
        try (DataLoop loop = new DataLoop("test-faults", new ChunkPool(1 << 20))) {
            loop.attach(connected(), StreamSettings.DEFAULT, handler);
            assertThat(closed.get(60, TimeUnit.SECONDS)).contains("when it opened");
        }
    }

    private SocketChannel connected() throws Exception {
        return SocketChannel.open((InetSocketAddress) server.getLocalAddress());
    }

    @Test
    void theEndOfAThreadIsInTheLog() throws Exception {
        String log = Log.of(() -> {
            Thread thread = Daemon.thread("mnedc-test-end", () -> {
                throw new OutOfMemoryError("of a thread");
            });
            thread.start();
            thread.join();
        });
        assertThat(log).contains("ERROR", "thread mnedc-test-end has ended because of a fault", "of a thread");
    }
}
