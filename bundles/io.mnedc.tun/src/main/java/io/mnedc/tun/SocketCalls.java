package io.mnedc.tun;

import io.mnedc.api.tcp.TcpState;
import io.mnedc.libc.LibC;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about a socket by its descriptor. For one thread at a time. */
final class SocketCalls {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCKADDR_IN6 = 28;
    private static final int INFO = 256;

    // struct tcp_info of linux/tcp.h
    private static final int SND_MSS = 16;
    private static final int UNACKED = 24;
    private static final int TOTAL_RETRANS = 100;
    private static final int BYTES_ACKED = 120;
    private static final int BYTES_RECEIVED = 128;
    private static final int BYTES_SENT = 200;
    private static final int BYTES_RETRANS = 208;
    private static final int RCV_OOOPACK = 224;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(INFO + 4).order(ByteOrder.nativeOrder());
    private final long address = LibC.address(memory);

    private long size(int bytes) {
        for (int i = 0; i < INFO; i += Long.BYTES) {
            memory.putLong(i, 0);
        }
        memory.putInt(INFO, bytes);
        return address + INFO;
    }

    boolean isTcp(int fd) {
        return LibC.getsockopt(fd, LibC.SOL_SOCKET, LibC.SO_PROTOCOL, address, size(Integer.BYTES)) == 0
                && memory.getInt(0) == LibC.IPPROTO_TCP;
    }

    /** {@return the port that it is bound to; -1 if it is no socket of IP} */
    int localPort(int fd) {
        return LibC.getsockname(fd, address, size(SOCKADDR_IN6)) == 0 && inet() ? port() : -1;
    }

    /** {@return the other end; null if it is not connected} */
    @Nullable
    InetSocketAddress remote(int fd) {
        if (LibC.getpeername(fd, address, size(SOCKADDR_IN6)) != 0 || !inet()) {
            return null;
        }
        boolean four = memory.getShort(0) == AF_INET;
        byte[] bytes = new byte[four ? 4 : 16];
        memory.get(four ? 4 : 8, bytes);
        try {
            // makes an IPv4 address of a mapped one, as Java shows it
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean inet() {
        return memory.getShort(0) == AF_INET || memory.getShort(0) == AF_INET6;
    }

    private int port() {
        return ((memory.get(2) & 0xff) << 8) | (memory.get(3) & 0xff);
    }

    boolean set(int fd, int level, int option, int value) {
        memory.putInt(0, value);
        return LibC.setsockopt(fd, level, option, address, Integer.BYTES) == 0;
    }

    /** {@return how a connection is; empty on a kernel that does not tell enough, before 5.4} */
    Optional<TcpState> state(int fd) {
        if (LibC.getsockopt(fd, LibC.IPPROTO_TCP, LibC.TCP_INFO, address, size(INFO)) != 0
                || memory.getInt(INFO) < RCV_OOOPACK + Integer.BYTES) {
            return Optional.empty();
        }
        long acknowledged = memory.getLong(BYTES_ACKED);
        // the request to connect counts as a byte of what is acknowledged
        long underWay = memory.getLong(BYTES_SENT) - memory.getLong(BYTES_RETRANS) - Math.max(0, acknowledged - 1);
        return Optional.of(new TcpState(
                memory.getInt(SND_MSS),
                memory.getInt(UNACKED),
                Math.max(0, underWay),
                acknowledged,
                memory.getInt(TOTAL_RETRANS) & 0xffffffffL,
                memory.getLong(BYTES_RECEIVED),
                memory.getInt(RCV_OOOPACK) & 0xffffffffL));
    }
}
