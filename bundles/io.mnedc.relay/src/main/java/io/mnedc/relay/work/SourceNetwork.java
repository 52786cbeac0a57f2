package io.mnedc.relay.work;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come from, as far as it can be held against them: an IPv4 address, or the /64 of an IPv6 address,
 * within which a host takes as many addresses as it likes (RFC 4291, section 2.5.4; RFC 8981).
 */
public record SourceNetwork(long bits, boolean six) {
    /** Nobody is there any more. */
    private static final SourceNetwork UNKNOWN = new SourceNetwork(0, false);

    public static SourceNetwork of(@Nullable SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return UNKNOWN;
        }
        InetAddress address = inet.getAddress();
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new SourceNetwork(bytes.getLong(), true)
                : new SourceNetwork(bytes.getInt() & 0xffff_ffffL, false);
    }

    /** For the log. */
    @Override
    public String toString() {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(six ? 16 : 4);
            if (six) {
                bytes.putLong(bits);
            } else {
                bytes.putInt((int) bits);
            }
            return InetAddress.getByAddress(bytes.array()).getHostAddress() + (six ? "/64" : "");
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for another length
        }
    }
}
