package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlStreamTest {
    private final EventLoopGroup group = new NioEventLoopGroup(2, new DefaultThreadFactory("mnedc-test-control", true));
    private ServerSocketChannel server;

    /** Writes down what it is told. */
    private static final class Log implements ControlStream.Handler {
        final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        final CompletableFuture<ControlStream> stream = new CompletableFuture<>();

        @Override
        public void opened(ControlStream opened) {
            stream.complete(opened);
        }

        @Override
        public void preamble(Preamble preamble) {
            events.add(preamble);
        }

        @Override
        public void message(ControlMessage message) {
            events.add(message);
        }

        @Override
        public void broken(ProtocolException broken) {
            events.add("broken: " + broken.getMessage());
        }

        @Override
        public void tick() {
            events.add("tick");
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            events.add("closed");
        }

        Object next() throws InterruptedException {
            Object event = events.poll(10, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            return event;
        }
    }

    private final Log device = new Log();
    private final Log relay = new Log();

    @BeforeEach
    void open() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5000);
        server.close();
    }

    /** Connects the two ends; the relay's end is adopted after its first bytes have been read. */
    private void connect() throws Exception {
        ControlStream.connect(group, (InetSocketAddress) server.getLocalAddress(), Duration.ofSeconds(5), device);
        SocketChannel accepted = server.accept();
        device.stream.get(10, TimeUnit.SECONDS).send(Preamble.of(StreamKind.CONTROL));
        ByteBuffer begun = ByteBuffer.allocate(Preamble.SIZE);
        while (begun.hasRemaining()) {
            assertThat(accepted.read(begun)).isPositive();
        }
        accepted.configureBlocking(false);
        ControlStream.adopt(group, accepted, begun.flip(), relay);
        assertThat(relay.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
    }

    private ControlStream deviceEnd() throws Exception {
        return device.stream.get(10, TimeUnit.SECONDS);
    }

    private ControlStream relayEnd() throws Exception {
        return relay.stream.get(10, TimeUnit.SECONDS);
    }

    @Test
    void carriesMessagesBothWays() throws Exception {
        connect();
        deviceEnd().send(new Ping(1));
        assertThat(relay.next()).isEqualTo(new Ping(1));
        relayEnd().send(Preamble.of(StreamKind.CONTROL));
        relayEnd().send(new Ping(2));
        assertThat(device.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(device.next()).isEqualTo(new Ping(2));
    }

    @Test
    void sharedPartsMakeOneMessageBehindWhatWasSentBeforeAndItIsToldWhenTheyHaveLeft() throws Exception {
        connect();
        ControlStream stream = deviceEnd();
        ByteBuffer whole = ControlCodec.encode(new Bye("x".repeat(300)));
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        stream.send(new Ping(1));
        stream.execute(() -> {
            stream.sendNow(whole.slice(0, 9), whole.slice(9, 100), whole.slice(109, whole.limit() - 109));
            stream.afterSent(() -> left.complete(true));
        });
        stream.send(new Ping(2));
        assertThat(relay.next()).isEqualTo(new Ping(1));
        assertThat(relay.next()).isEqualTo(new Bye("x".repeat(300)));
        assertThat(relay.next()).isEqualTo(new Ping(2));
        assertThat(left.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(whole).as("not written to").isEqualTo(ControlCodec.encode(new Bye("x".repeat(300))));
    }

    @Test
    void messagesFromOutsideAndFromTheEventLoopKeepTheirOrder() throws Exception {
        connect();
        ControlStream stream = deviceEnd();
        List<Object> expected = new ArrayList<>();
        for (int i = 0; i < 200; i += 2) {
            int first = i;
            stream.send(new Ping(first));
            stream.execute(() -> stream.send(new Ping(first + 1)));
            expected.add(new Ping(first));
            expected.add(new Ping(first + 1));
        }
        // what one thread sends one after the other arrives so; the two threads may overtake each other
        List<Ping> got = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            got.add((Ping) relay.next());
        }
        assertThat(got.stream().filter(p -> p.token() % 2 == 0))
                .isSortedAccordingTo((a, b) -> Long.compare(a.token(), b.token()));
        assertThat(got.stream().filter(p -> p.token() % 2 == 1))
                .isSortedAccordingTo((a, b) -> Long.compare(a.token(), b.token()));
        assertThat(got)
                .hasSameElementsAs(expected.stream().map(Ping.class::cast).toList());
    }

    @Test
    void whatWasSentBeforeClosingArrives() throws Exception {
        connect();
        deviceEnd().send(new Bye("x".repeat(Protocol.MAX_SENTENCE)));
        deviceEnd().closeAfterSent();
        assertThat(relay.next()).isInstanceOf(Bye.class);
        assertThat(relay.next()).isEqualTo("closed");
        assertThat(device.next()).isEqualTo("closed");
    }

    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() throws Exception {
        connect();
        try (SocketChannel hostile = SocketChannel.open(server.getLocalAddress())) {
            Log victim = new Log();
            SocketChannel accepted = server.accept();
            accepted.configureBlocking(false);
            ControlStream.adopt(group, accepted, Preamble.of(StreamKind.CONTROL).encode(), victim);
            assertThat(victim.next()).isInstanceOf(Preamble.class);
            hostile.write(ByteBuffer.allocate(4)
                    .putInt(Protocol.MAX_HANDSHAKE_MESSAGE + 1)
                    .flip());
            assertThat(victim.next()).asString().contains(String.valueOf(Protocol.MAX_HANDSHAKE_MESSAGE + 1));
            hostile.write(ControlCodec.encode(new Ping(9)));
            victim.stream.get().closeAfterSent();
            assertThat(victim.next()).as("nothing more is read").isEqualTo("closed");
        }
    }

    @Test
    void ticksUntilItIsClosed() throws Exception {
        connect();
        deviceEnd().tickEvery(Duration.ofMillis(20));
        assertThat(device.next()).isEqualTo("tick");
        assertThat(device.next()).isEqualTo("tick");
        deviceEnd().close();
        assertThat(relay.next()).isEqualTo("closed");
        Object event = device.next();
        while (event.equals("tick")) {
            event = device.next();
        }
        assertThat(event).isEqualTo("closed");
    }

    @Test
    void tellsWhenItCannotConnect() throws Exception {
        int unused;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = gone.getLocalPort();
        }
        ControlStream.connect(
                group, new InetSocketAddress(InetAddress.getLoopbackAddress(), unused), Duration.ofSeconds(5), device);
        assertThat(device.next()).isEqualTo("closed");
        assertThat(device.stream).isNotDone();
    }
}
