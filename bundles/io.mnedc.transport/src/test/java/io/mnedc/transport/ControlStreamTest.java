package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ControlStreamTest extends OnLoopback {
    /** Connects the two ends; the relay's end is adopted after its first bytes have been read. */
    private void connect() throws Exception {
        ControlStream.connect(group, address(), PATIENCE, device);
        SocketChannel accepted = server.accept();
        assertThat(device.next()).isEqualTo("opened");
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        ByteBuffer begun = ByteBuffer.allocate(Preamble.SIZE);
        while (begun.hasRemaining()) {
            assertThat(accepted.read(begun)).isPositive();
        }
        accepted.configureBlocking(false);
        ControlStream.adopt(group, accepted, begun.flip(), relay);
        assertThat(relay.next()).isEqualTo("opened");
        assertThat(relay.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
    }

    @Test
    void carriesMessagesBothWays() throws Exception {
        connect();
        device.stream().send(new Ping(1));
        assertThat(relay.next()).isEqualTo(new Ping(1));
        relay.stream().send(Preamble.of(StreamKind.CONTROL));
        relay.stream().send(new Ping(2));
        assertThat(device.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(device.next()).isEqualTo(new Ping(2));
    }

    @Test
    void sharedPartsMakeOneMessageBehindWhatWasSentBeforeAndItIsToldWhenTheyHaveLeft() throws Exception {
        connect();
        ControlStream stream = device.stream();
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
        assertThat(left.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(whole).as("not written to").isEqualTo(ControlCodec.encode(new Bye("x".repeat(300))));
    }

    @Test
    void messagesFromOutsideAndFromTheEventLoopKeepTheirOrder() throws Exception {
        connect();
        ControlStream stream = device.stream();
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
        device.stream().send(new Bye("x".repeat(Protocol.MAX_SENTENCE)));
        device.stream().closeAfterSent();
        assertThat(relay.next()).isInstanceOf(Bye.class);
        assertThat(relay.next()).isEqualTo("closed: ");
        assertThat(device.next()).isEqualTo("closed: ");
    }

    @Test
    void aPeerThatGoesOnSendingReadsTheLastMessageAllTheSame() throws Exception {
        try (SocketChannel talker = SocketChannel.open(server.getLocalAddress())) {
            ControlStream.adopt(group, accept(), Preamble.of(StreamKind.CONTROL).encode(), relay);
            assertThat(relay.next()).isEqualTo("opened");
            assertThat(relay.next()).isInstanceOf(Preamble.class);
            ByteBuffer last = ControlCodec.encode(new Bye("this is why"));
            CompletableFuture<Boolean> closing = new CompletableFuture<>();
            relay.stream().send(new Bye("this is why"));
            relay.stream().closeAfterSent();
            relay.stream().execute(() -> closing.complete(true));
            // the message may come before that: what is sent until then is read in order
            assertThat(closing.get(60, TimeUnit.SECONDS)).isTrue();
            ByteBuffer got = ByteBuffer.allocate(last.remaining() + 1);
            got.limit(1);
            assertThat(talker.read(got)).isEqualTo(1);
            for (int i = 0; i < 100; i++) {
                talker.write(ControlCodec.encode(new Ping(i)));
            }
            got.limit(got.capacity());
            while (talker.read(got) > 0) {
                // to the end of the stream
            }
            assertThat(got.flip()).isEqualTo(last);
            assertThat(relay.events).as("not closed, and nothing read").isEmpty();
        }
        assertThat(relay.next()).isEqualTo("closed: ");
    }

    @Test
    void aPeerThatFloodsInsteadOfReadingTheLastMessageIsCutOff() throws Exception {
        try (SocketChannel flooder = SocketChannel.open(server.getLocalAddress())) {
            ControlStream.adopt(group, accept(), Preamble.of(StreamKind.CONTROL).encode(), relay);
            ControlStream stream = relay.stream();
            stream.execute(stream::allowLargeMessages);
            stream.closeAfterSent();
            int most = 64 << 20;
            ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
            assertThatThrownBy(() -> {
                        for (int sent = 0; sent < most; sent += bytes.capacity()) {
                            bytes.clear();
                            flooder.write(bytes);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aPeerThatNeverClosesIsClosedInTheEnd() throws Exception {
        try (SocketChannel sitter = SocketChannel.open(server.getLocalAddress())) {
            ControlStream.adopt(group, accept(), Preamble.of(StreamKind.CONTROL).encode(), relay);
            relay.stream().closeAfterSent();
            assertThat(relay.next()).isEqualTo("opened");
            assertThat(relay.next()).isInstanceOf(Preamble.class);
            assertThat(relay.next()).isEqualTo("closed: ");
            assertThat(sitter.isOpen()).isTrue();
        }
    }

    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() throws Exception {
        connect();
        try (SocketChannel hostile = SocketChannel.open(server.getLocalAddress())) {
            StreamLog victim = new StreamLog(false);
            ControlStream.adopt(group, accept(), Preamble.of(StreamKind.CONTROL).encode(), victim);
            assertThat(victim.next()).isEqualTo("opened");
            assertThat(victim.next()).isInstanceOf(Preamble.class);
            hostile.write(ByteBuffer.allocate(4)
                    .putInt(Protocol.MAX_HANDSHAKE_MESSAGE + 1)
                    .flip());
            assertThat(victim.next()).asString().contains(String.valueOf(Protocol.MAX_HANDSHAKE_MESSAGE + 1));
            hostile.write(ControlCodec.encode(new Ping(9)));
            victim.stream().closeAfterSent();
            assertThat(victim.next()).as("nothing more is read").asString().startsWith("closed");
        }
    }

    @Test
    void ticksUntilItIsClosed() throws Exception {
        connect();
        device.stream().tickEvery(Duration.ofMillis(20));
        assertThat(device.next()).isEqualTo("tick");
        assertThat(device.next()).isEqualTo("tick");
        device.stream().close();
        assertThat(relay.next()).isEqualTo("closed: ");
        Object event = device.next();
        while (event.equals("tick")) {
            event = device.next();
        }
        assertThat(event).isEqualTo("closed: ");
    }

    @Test
    void tellsWhenItCannotConnect() throws Exception {
        int unused;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = gone.getLocalPort();
        }
        ControlStream.connect(group, new InetSocketAddress(InetAddress.getLoopbackAddress(), unused), PATIENCE, device);
        assertThat(device.next()).asString().startsWith("closed: ");
        assertThat(device.stream).isNotDone();
    }
}
