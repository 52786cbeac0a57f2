package io.mnedc.device.multicast;

import io.mnedc.codec.MulticastGroup;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.packet.Packets;
import java.nio.ByteBuffer;

/** For whom a packet is that is for several. Used again for each packet; not thread-safe. */
final class Addressee {
    /** For one, or nobody. */
    static final int NOT_SEVERAL = 0;

    /** For a group: {@link #high} and {@link #low}. */
    static final int GROUP = 1;

    /** For all nodes of the link. */
    static final int EVERYONE = 2;

    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_DESTINATION = 24;
    private static final int ALL_HOSTS = 0xe000_0001;
    private static final long LINK_SCOPE = 0xff02L << 48;

    private long high;
    private long low;

    /** {@return the upper bits of the group, as in {@link MulticastGroup}} */
    long high() {
        return high;
    }

    /** {@return the lower bits} */
    long low() {
        return low;
    }

    /**
     * Looks at the destination address.
     *
     * @return {@link #NOT_SEVERAL}, {@link #GROUP} or {@link #EVERYONE}
     */
    int look(RouteTable routes, ByteBuffer in, int at, int length) {
        int version = length < Packets.IPV4_HEADER ? 0 : in.get(at) >> 4;
        if (version == 4) {
            int address = in.getInt(at + IPV4_DESTINATION);
            if (address == ALL_HOSTS || routes.isBroadcast(address)) {
                return EVERYONE;
            }
            high = 0;
            low = MulticastGroup.low(address);
        } else if (version == 6 && length >= Packets.IPV6_HEADER) {
            high = in.getLong(at + IPV6_DESTINATION);
            low = in.getLong(at + IPV6_DESTINATION + Long.BYTES);
            if (high == LINK_SCOPE && low == 1) {
                return EVERYONE;
            }
            if (high == 0) {
                // an IPv4-mapped address has no place in a packet
                return NOT_SEVERAL;
            }
        } else {
            return NOT_SEVERAL;
        }
        return MulticastGroup.isMulticast(high, low) ? GROUP : NOT_SEVERAL;
    }
}
