package io.mnedc.codec;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Which packets that are for several devices at once a device takes. On the wire:
 *
 * <pre>
 *  0        1        2                 2+4n       3+4n
 * +--------+--------+-----------------+----------+------------------+- - - - - - -
 * | flags  | n      | n IPv4 groups   | m        | m IPv6 groups    | of newer ones
 * +--------+--------+-----------------+----------+------------------+- - - - - - -
 * </pre>
 *
 * @param broadcast whether it takes broadcasts, and what is sent to the groups of all nodes
 * @param groups the groups in which its interface is, at most {@value Protocol#MAX_MULTICAST_GROUPS}, each once, in ascending order
 */
public record Listening(boolean broadcast, List<MulticastGroup> groups) {
    /** To nothing. */
    public static final Listening NONE = new Listening(false, List.of());

    private static final int BROADCAST = 1;

    /** Sorts the groups and leaves out what is there twice. */
    public Listening {
        groups = List.copyOf(new TreeSet<>(groups));
        if (groups.size() > Protocol.MAX_MULTICAST_GROUPS) {
            throw new IllegalArgumentException(groups.size() + " groups are over " + Protocol.MAX_MULTICAST_GROUPS);
        }
    }

    /** {@return the same of any number of groups: the first ones count} */
    public static Listening of(boolean broadcast, Collection<MulticastGroup> groups) {
        return new Listening(
                broadcast,
                new TreeSet<>(groups)
                        .stream().limit(Protocol.MAX_MULTICAST_GROUPS).toList());
    }

    /** {@return the addresses of the groups} */
    public List<InetAddress> addresses() {
        return groups.stream().map(MulticastGroup::address).toList();
    }

    Opaque encode() {
        long ipv4 = groups.stream().filter(MulticastGroup::isIpv4).count();
        int size = (int) (3 + ipv4 * Integer.BYTES + (groups.size() - ipv4) * 2 * Long.BYTES);
        ByteBuffer out = ByteBuffer.allocate(size).put((byte) (broadcast ? BROADCAST : 0));
        out.put((byte) ipv4);
        groups.stream().filter(MulticastGroup::isIpv4).forEach(group -> out.putInt((int) group.low()));
        out.put((byte) (groups.size() - ipv4));
        groups.stream()
                .filter(group -> !group.isIpv4())
                .forEach(group -> out.putLong(group.high()).putLong(group.low()));
        return Opaque.owning(out.array());
    }

    static Listening decode(ByteBuffer in) throws ProtocolException {
        int flags = next(in);
        List<MulticastGroup> groups = new ArrayList<>();
        int ipv4 = count(in, 0, Integer.BYTES);
        for (int i = 0; i < ipv4; i++) {
            groups.add(group(0, MulticastGroup.low(in.getInt())));
        }
        int ipv6 = count(in, ipv4, 2 * Long.BYTES);
        for (int i = 0; i < ipv6; i++) {
            groups.add(group(in.getLong(), in.getLong()));
        }
        return new Listening((flags & BROADCAST) != 0, groups);
    }

    private static int next(ByteBuffer in) throws ProtocolException {
        if (!in.hasRemaining()) {
            throw cutOff();
        }
        return in.get() & 0xff;
    }

    private static int count(ByteBuffer in, int before, int size) throws ProtocolException {
        int count = next(in);
        if (before + count > Protocol.MAX_MULTICAST_GROUPS) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE,
                    "LISTENING has " + (before + count) + " groups, at most " + Protocol.MAX_MULTICAST_GROUPS);
        }
        if (in.remaining() < count * size) {
            throw cutOff();
        }
        return count;
    }

    private static MulticastGroup group(long high, long low) throws ProtocolException {
        if (!MulticastGroup.isMulticast(high, low)) {
            throw new ProtocolException(
                    ErrorCode.PROTOCOL_VIOLATION, "LISTENING has an address that is not that of a multicast group");
        }
        return new MulticastGroup(high, low);
    }

    private static ProtocolException cutOff() {
        return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, "LISTENING is cut off");
    }
}
