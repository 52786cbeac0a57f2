package io.mnedc.codec;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * The address of an IP multicast group as two numbers, so that it is compared without an object. Immutable.
 *
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits; for IPv4 those of an IPv4-mapped address (RFC 4291, section 2.5.5.2)
 */
public record MulticastGroup(long high, long low) implements Comparable<MulticastGroup> {
    private static final long MAPPED = 0xffffL << 32;

    /** Checks that it is one: in 224.0.0.0/4 or ff00::/8. */
    public MulticastGroup {
        if (!isMulticast(high, low)) {
            throw new IllegalArgumentException(
                    String.format("%016x%016x is not in 224.0.0.0/4 or ff00::/8", high, low));
        }
    }

    /** {@return whether two numbers are the address of a group} */
    public static boolean isMulticast(long high, long low) {
        return high == 0 ? low >>> 28 == (MAPPED >>> 28 | 0xeL) : high >>> 56 == 0xff;
    }

    /** {@return the lower number of an IPv4 address} */
    public static long low(int ipv4) {
        return MAPPED | (ipv4 & 0xffff_ffffL);
    }

    /**
     * {@return a group}
     *
     * @throws IllegalArgumentException if the address is not that of one
     */
    public static MulticastGroup of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == Integer.BYTES
                ? new MulticastGroup(0, low(bytes.getInt()))
                : new MulticastGroup(bytes.getLong(), bytes.getLong());
    }

    /** {@return whether it is one of IPv4} */
    public boolean isIpv4() {
        return high == 0;
    }

    /** {@return its address} */
    public InetAddress address() {
        ByteBuffer bytes = isIpv4()
                ? ByteBuffer.allocate(Integer.BYTES).putInt((int) low)
                : ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low);
        try {
            return InetAddress.getByAddress(bytes.array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are addresses", e);
        }
    }

    /** IPv4 first, then in ascending order. */
    @Override
    public int compareTo(MulticastGroup other) {
        int upper = Long.compareUnsigned(high, other.high);
        return upper == 0 ? Long.compareUnsigned(low, other.low) : upper;
    }

    @Override
    public String toString() {
        return address().getHostAddress();
    }
}
