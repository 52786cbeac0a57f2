package io.mnedc.device.multicast;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Multicast.InForce;
import io.mnedc.device.network.RouteTable;
import io.mnedc.work.TokenBucket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Who gets a packet of this host's programs that is for several, within the limits. By one thread at a time; nothing is
 * allocated.
 */
public final class Outgoing {
    private static final long SECOND = 1_000_000_000L;
    private static final int[] NOBODY = {};

    private final Multicast multicast;
    private final Counters counters;
    private final Addressee addressee = new Addressee();
    private final TokenBucket packets = new TokenBucket(SECOND);
    private final TokenBucket bytes = new TokenBucket(SECOND);
    private int first;
    private int count;
    private int turn;

    /** Reads what is in force. */
    public Outgoing(Multicast multicast, Counters counters) {
        this.multicast = multicast;
        this.counters = counters;
    }

    /** {@return whether multicast is on: else nothing need be asked} */
    public boolean isOn() {
        return multicast.inForce() != null;
    }

    /**
     * Decides on a packet, and counts it.
     *
     * @param in the virtio-net header with the packet behind
     * @param vnet where the header begins
     * @param length bytes of header and packet
     * @param now as {@link System#nanoTime} has it
     * @return some nodes, of which {@link #count} get it, beginning with that at {@link #first} and going round. Null: it is for no
     *     several, or multicast is off. The array is not to be changed
     */
    public int @Nullable [] receivers(RouteTable routes, ByteBuffer in, int vnet, int length, long now) {
        InForce rules = multicast.inForce();
        int packet = vnet + VirtioNetHeader.SIZE;
        int size = length - VirtioNetHeader.SIZE;
        int kind = rules == null ? Addressee.NOT_SEVERAL : addressee.look(routes, in, packet, size);
        if (rules == null || kind == Addressee.NOT_SEVERAL) {
            return null;
        }
        count = 0;
        boolean may = routes.isFromThisDevice(in, packet, size)
                && (kind == Addressee.EVERYONE
                        ? LetThrough.toEveryone(rules.settings().mode(), in, packet, size)
                        : LetThrough.toGroup(
                                rules.settings().mode(), addressee.high(), addressee.low(), in, packet, size));
        if (!may) {
            counters.multicastRefused.increment();
            return NOBODY;
        }
        int[] members = kind == Addressee.EVERYONE
                ? rules.members().everyone()
                : rules.members().of(addressee.high(), addressee.low());
        if (members.length == 0) {
            counters.multicastUnheard.increment();
            return NOBODY;
        }
        int copies = Math.min(members.length, rules.settings().members());
        if (!pay(rules, in, vnet, length, copies, now)) {
            counters.multicastOverLimit.increment();
            return NOBODY;
        }
        choose(members.length, copies);
        return members;
    }

    /** Packets count before they are copied, bytes after. A super-packet counts as what it stands for. */
    private boolean pay(InForce rules, ByteBuffer in, int vnet, int length, int copies, long now) {
        int rate = rules.settings().packets();
        int byteRate = rules.settings().bytes();
        if (packets.room(rate, now) <= 0 || bytes.room(byteRate, now) <= 0) {
            return false;
        }
        boolean plain = VirtioNetHeader.gsoType(in, vnet) == VirtioNetHeader.GSO_NONE;
        int segment = plain ? length : Math.max(1, VirtioNetHeader.gsoSize(in, vnet));
        packets.take((length + segment - 1) / segment, rate, now);
        bytes.take((long) copies * (DataFrame.HEADER + length + DataFrame.TAG), byteRate, now);
        return true;
    }

    /** If there are too many, each time others are left out. */
    private void choose(int members, int copies) {
        count = copies;
        first = 0;
        if (copies < members) {
            first = turn % members;
            turn = (first + copies) % members;
            counters.multicastLeftOut.add(members - copies);
        }
    }

    /** {@return how many get the last packet} */
    public int count() {
        return count;
    }

    /** {@return where the first of them is} */
    public int first() {
        return first;
    }
}
