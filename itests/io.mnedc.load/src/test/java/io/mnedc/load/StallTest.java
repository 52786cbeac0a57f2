package io.mnedc.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.mnedc.security.OverlayTls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand connections that begin something and say nothing more, from forty addresses, at a relay with the memory that
 * the launcher gives it. Half of them make it compute its half of a TLS handshake and keep that.
 */
@Timeout(400)
class StallTest {
    private static final int CONNECTIONS = 10_000;
    /** Fewer than that, for want of descriptors, would show nothing. */
    private static final int LEAST = 6_000;
    /** Descriptors of this JVM for all else. */
    private static final int OWN_DESCRIPTORS = 1000;

    private static final int PER_SOURCE = 250;
    /** What the relay has room for, docs/SECURITY.md; those that have given way close a little later. */
    private static final int HALF_OPEN = 4096;
    /** Files, loops and the like of the relay, and a few devices. */
    private static final int OTHER_DESCRIPTORS = 200;

    /** Of the 128 MiB of heap and 256 MiB beside it that the launcher gives. */
    private static final long MEMORY = 64 << 20;

    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final byte[][] BEGINNINGS = {
        {},
        {'M'},
        // of a control stream without TLS, whose hello never comes
        {'M', 'N', 'E', 'D', 1, 1, 0, 0},
        // of a data stream, whose hello never comes
        {'M', 'N', 'E', 'D', 2, 1, 0, 0},
        // of a TLS record
        {0x16, 3, 1},
        {0x16, 3, 1, 0x3e, (byte) 0x80, 1, 0, 0x3e, 0x7c, 3, 3}
    };

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<SocketChannel> stalled = new ArrayList<>();

    @Test
    void tenThousandStalledConnectionsDisturbNobodyAndKeepNobodyOut() throws Exception {
        try (TestRelay relay = TestRelay.start(directory, 3);
                Crowd crowd = relay.crowd(3);
                Gauge gauge = relay.gauge()) {
            crowd.join(2, 2, BOUND);
            crowd.exchange(true);
            Gauge.Reading before = gauge.read();
            int connections = Math.min(CONNECTIONS, descriptors() - OWN_DESCRIPTORS);
            assertThat(connections)
                    .as("connections for which there are descriptors: raise the limit, ulimit -n")
                    .isGreaterThanOrEqualTo(LEAST);
            byte[] hello = clientHello();
            for (int i = 0; i < connections; i++) {
                stall(relay.address(), i, i % 2 == 0 ? hello : BEGINNINGS[i / 2 % BEGINNINGS.length]);
            }
            long answered = crowd.answers.count();
            crowd.join(3, 1, BOUND);
            // those that have given way are closed a little later
            Gauge.await(
                    gauge,
                    BOUND,
                    during -> during.descriptors() < 2 * HALF_OPEN + OTHER_DESCRIPTORS
                            && during.heap() - before.heap() < MEMORY
                            && during.direct() - before.direct() < MEMORY,
                    "too much beside " + before);
            Crowd.await(
                    () -> crowd.answers.count() > answered + 20,
                    BOUND,
                    () -> "the pair no longer talks: " + crowd.answers);
            assertThat(crowd.lostSessions()).as("sessions that ended").isZero();
            assertThat(crowd.lostStreams()).as("data streams that ended").isZero();
            assertThat(serverHellos())
                    .as("connections to which the relay has said its part")
                    .isGreaterThan(100);
            for (SocketChannel each : stalled) {
                each.close();
            }
            Gauge.await(
                    gauge,
                    BOUND,
                    after -> after.descriptors() < before.descriptors() + 10,
                    "more descriptors than 10 beside " + before.descriptors());
            crowd.awaitAcquainted(BOUND);
            assertThat(crowd.faults()).isEmpty();
        } finally {
            for (SocketChannel each : stalled) {
                each.close();
            }
        }
    }

    /** What a device says first; the relay computes its answer to it each time. */
    private static byte[] clientHello() throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, null, null);
        SSLEngine engine = OverlayTls.client(context, OverlayTls.CONTROL);
        ByteBuffer hello = ByteBuffer.allocate(32 << 10);
        engine.beginHandshake();
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }

    /** On how many connections the relay has said its part of a handshake. */
    private int serverHellos() throws IOException {
        int count = 0;
        ByteBuffer first = ByteBuffer.allocate(1);
        for (int i = 0; i < stalled.size(); i += 2) {
            SocketChannel socket = stalled.get(i);
            socket.configureBlocking(false);
            try {
                count += socket.read(first.clear()) == 1 && first.get(0) == 0x16 ? 1 : 0;
            } catch (IOException e) {
                // it had to give way
            }
        }
        return count;
    }

    private void stall(InetSocketAddress relay, int number, byte[] beginning) throws IOException {
        SocketChannel socket = SocketChannel.open();
        stalled.add(socket);
        int source = number / PER_SOURCE;
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 2, 0, (byte) (1 + source)}), 0));
        socket.connect(relay);
        if (beginning.length > 0) {
            socket.write(ByteBuffer.wrap(beginning));
        }
    }

    private static int descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? (int) Math.min(CONNECTIONS * 2, unix.getMaxFileDescriptorCount())
                : CONNECTIONS;
    }
}
