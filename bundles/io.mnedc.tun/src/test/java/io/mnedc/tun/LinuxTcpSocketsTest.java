package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tcp.TcpState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets of this process, over the loopback interface. */
@Timeout(60)
class LinuxTcpSocketsTest {
    private final LinuxTcpSockets sockets = new LinuxTcpSockets();

    private static ServerSocketChannel server(String host) throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName(host), 0));
    }

    private static InetSocketAddress local(SocketChannel socket) throws IOException {
        return (InetSocketAddress) socket.getLocalAddress();
    }

    private static InetSocketAddress remote(SocketChannel socket) throws IOException {
        return (InetSocketAddress) socket.getRemoteAddress();
    }

    @Test
    void limitedSegmentsHoldForBothEnds() throws IOException {
        try (ServerSocketChannel server = server("127.0.0.1");
                SocketChannel one = SocketChannel.open()) {
            one.bind(null);
            assertThat(sockets.limitSegments(local(one), 536)).isTrue();
            one.connect(server.getLocalAddress());
            try (SocketChannel other = server.accept()) {
                // less the time stamps that are in each
                assertThat(state(one).segmentBytes()).isBetween(500, 536);
                assertThat(state(other).segmentBytes()).isBetween(500, 536);
            }
        }
    }

    @Test
    void whatIsSentAndAcknowledgedIsCounted() throws IOException {
        try (ServerSocketChannel server = server("127.0.0.1");
                SocketChannel one = SocketChannel.open(server.getLocalAddress());
                SocketChannel other = server.accept()) {
            one.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer bytes = ByteBuffer.allocate(1000);
            while (bytes.hasRemaining()) {
                one.write(bytes);
            }
            ByteBuffer got = ByteBuffer.allocate(1000);
            while (got.hasRemaining()) {
                assertThat(other.read(got)).isPositive();
            }
            assertThat(state(other).receivedBytes()).isEqualTo(1000);
            TcpState sent = state(one);
            while (sent.unacknowledged() > 0) {
                Thread.onSpinWait();
                sent = state(one);
            }
            assertThat(sent.unacknowledgedBytes()).isZero();
            assertThat(sent.acknowledgedBytes()).isBetween(1000L, 1001L);
        }
    }

    @Test
    void connectionOfIpv6IsFound() throws IOException {
        try (ServerSocketChannel server = server("::1");
                SocketChannel one = SocketChannel.open(server.getLocalAddress())) {
            assertThat(state(one).segmentBytes()).isPositive();
        }
    }

    @Test
    void datagramSocketWithTheSamePortIsNotTakenForIt() throws IOException {
        try (DatagramChannel datagrams = DatagramChannel.open()) {
            try (SocketChannel one = SocketChannel.open()) {
                one.bind(null);
                datagrams.bind(new InetSocketAddress(local(one).getPort()));
                assertThat(sockets.limitSegments(local(one), 600)).isTrue();
            }
            assertThat(sockets.limitSegments((InetSocketAddress) datagrams.getLocalAddress(), 600))
                    .isFalse();
        }
    }

    @Test
    void socketOfNobodyIsNotFound() throws IOException {
        InetSocketAddress gone;
        try (SocketChannel one = SocketChannel.open()) {
            one.bind(null);
            gone = local(one);
        }
        assertThat(sockets.limitSegments(gone, 600)).isFalse();
        assertThat(sockets.state(gone, gone)).isEmpty();
    }

    @Test
    void otherSystemsAreLeftAlone() throws IOException {
        LinuxTcpSockets elsewhere = new LinuxTcpSockets("Plan 9", "mips");
        try (ServerSocketChannel server = server("127.0.0.1");
                SocketChannel one = SocketChannel.open(server.getLocalAddress())) {
            assertThat(elsewhere.limitSegments(local(one), 600)).isFalse();
            assertThat(elsewhere.state(local(one), remote(one))).isEmpty();
        }
    }

    private TcpState state(SocketChannel socket) throws IOException {
        Optional<TcpState> found = sockets.state(local(socket), remote(socket));
        assertThat(found).isPresent();
        return found.orElseThrow();
    }
}
