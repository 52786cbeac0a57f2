package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.SmallRelay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Registered devices that have the relay answer and never read: little waits for each, and they are sent away. */
@Timeout(300)
class DeafTest {
    private static final int ATTACKERS = 4;
    /** What the sockets' buffers of both ends take of pings and pongs. */
    private static final long IN_BUFFERS = 32 << 20;

    /** Half of what a device may have waiting before it is closed. */
    private static final long EACH = 512 << 10;

    private final List<SocketChannel> attackers = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel each : attackers) {
            each.close();
        }
    }

    private SocketChannel attacker(InetSocketAddress relay, String id) throws IOException {
        SocketChannel socket = SocketChannel.open();
        attackers.add(socket);
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        socket.connect(relay);
        try (PlainDevice words = new PlainDevice(relay)) {
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
                pourers.add(new Pourer(attacker(relay.address(), "deaf-" + i)));
            }
            long most = 0;
            int answered = 0;
            while (pourers.stream().anyMatch(each -> !each.cut && each.sent < IN_BUFFERS)) {
                pourers.forEach(Pourer::pour);
                honest.send(new Ping(++answered));
                assertThat(honest.receiveRaw(Pong.class).token()).isEqualTo(answered);
                most = Math.max(
                        most, relay.relay().services().session().budget().used());
            }
            assertThat(pourers).as("cut off before so much was read from it").allMatch(each -> each.cut);
            assertThat(most).as("bytes that wait").isPositive().isLessThan(ATTACKERS * EACH);
            TestRelay.eventually(() -> relay.relay().services().sessions().count() == 1);
            TestRelay.eventually(
                    () -> relay.relay().services().session().budget().used() == 0);
        }
    }

    @Test
    void twelveOfThemDoNotKillARelayWithTheLaunchersHeap() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallRelay.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader()) {
            InetSocketAddress relay =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(said.readLine()));
            try (PlainDevice honest = PlainDevice.joined(relay, "honest")) {
                List<Pourer> pourers = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    pourers.add(new Pourer(attacker(relay, "deaf-" + i)));
                }
                int answered = 0;
                while (pourers.stream().anyMatch(each -> !each.cut && each.sent < IN_BUFFERS)) {
                    pourers.forEach(Pourer::pour);
                    honest.send(new Ping(++answered));
                    assertThat(honest.receiveRaw(Pong.class).token()).isEqualTo(answered);
                    honest.sendFrame(honest.welcome.node(), new byte[] {7});
                    assertThat(PlainDevice.payload(honest.receiveFrame())).containsExactly(7);
                }
                assertThat(pourers).allMatch(each -> each.cut);
                TestRelay.eventually(() -> registered(process, said) == 1);
            }
            process.outputWriter().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static int registered(Process process, BufferedReader said) throws IOException {
        process.outputWriter().write('\n');
        process.outputWriter().flush();
        return Integer.parseInt(said.readLine());
    }
}
