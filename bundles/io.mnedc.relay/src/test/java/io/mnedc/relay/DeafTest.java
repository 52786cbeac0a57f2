package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Registered devices that have the relay answer and never read: little waits for each, and they are sent away. */
@Timeout(300)
class DeafTest {
    private static final int ATTACKERS = 4;
    /** What the sockets' buffers of both ends take of pings and pongs. */
    private static final long IN_BUFFERS = 32 << 20;

    private static final long EACH = 320 << 10;

    private final List<SocketChannel> attackers = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel each : attackers) {
            each.close();
        }
    }

    private SocketChannel attacker(TestRelay relay, String id) throws IOException {
        SocketChannel socket = SocketChannel.open();
        attackers.add(socket);
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        socket.connect(relay.address());
        try (PlainDevice words = new PlainDevice(relay.address())) {
            socket.write(Preamble.of(StreamKind.CONTROL).encode());
            socket.write(ControlCodec.encode(words.hello(id, 1)));
        }
        socket.configureBlocking(false);
        return socket;
    }

    private static ByteBuffer pings() {
        ByteBuffer one = ControlCodec.encode(new Ping(1));
        ByteBuffer all = ByteBuffer.allocate(4096 * one.remaining());
        for (int i = 0; i < 4096; i++) {
            all.put(one.duplicate());
        }
        return all.flip();
    }

    private static final class Pourer {
        private final SocketChannel socket;
        private final ByteBuffer pings = pings();
        private long sent;
        private boolean cut;

        private Pourer(SocketChannel socket) {
            this.socket = socket;
        }

        /** Sends what goes. */
        void pour() {
            try {
                if (!pings.hasRemaining()) {
                    pings.rewind();
                }
                sent += socket.write(pings);
            } catch (IOException e) {
                cut = true;
            }
        }
    }

    @Test
    void whoPingsAndNeverReadsIsNotReadFromAndSentAway() throws Exception {
        TestSettings settings = new TestSettings().policy(new Policy(List.of(), Limits.NONE, 6));
        try (TestRelay relay = TestRelay.with(settings.keepalive(Duration.ofSeconds(1)));
                PlainDevice honest = relay.joined("honest")) {
            List<Pourer> pourers = new ArrayList<>();
            for (int i = 0; i < ATTACKERS; i++) {
                pourers.add(new Pourer(attacker(relay, "deaf-" + i)));
            }
            long most = 0;
            int answered = 0;
            while (pourers.stream().anyMatch(each -> !each.cut && each.sent < IN_BUFFERS)) {
                pourers.forEach(Pourer::pour);
                honest.send(new Ping(++answered));
                assertThat(honest.receiveRaw(Pong.class).token()).isEqualTo(answered);
                most = Math.max(most, relay.relay().budget().used());
            }
            assertThat(pourers).as("cut off before so much was read from it").allMatch(each -> each.cut);
            assertThat(most).as("bytes that wait").isPositive().isLessThan(ATTACKERS * EACH);
            TestRelay.eventually(() -> relay.relay().sessions().count() == 1);
            TestRelay.eventually(() -> relay.relay().budget().used() == 0);
        }
    }
}
