package io.mnedc.device.multicast;

import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Multicast.InForce;
import io.mnedc.device.network.RouteTable;
import java.nio.ByteBuffer;

/** Whether this device takes a packet that is for several. On the data loop; nothing is allocated. */
public final class Incoming {
    private final Multicast multicast;
    private final Counters counters;
    private final Addressee addressee = new Addressee();

    /** Reads what is in force. */
    public Incoming(Multicast multicast, Counters counters) {
        this.multicast = multicast;
        this.counters = counters;
    }

    /**
     * Looks at a packet that is not for this device's own addresses, and counts it.
     *
     * @param in the packet; its source address has been checked
     * @param at where its IP header begins
     * @param length bytes of the packet, at least an IPv4 header's
     * @return whether it is for this device all the same
     */
    public boolean takes(RouteTable routes, ByteBuffer in, int at, int length) {
        InForce now = multicast.inForce();
        int kind = now == null ? Addressee.NOT_SEVERAL : addressee.look(routes, in, at, length);
        if (now == null || kind == Addressee.NOT_SEVERAL) {
            counters.foreignDestination.increment();
            return false;
        }
        boolean taken = kind == Addressee.EVERYONE
                ? LetThrough.toEveryone(now.settings().mode(), in, at, length)
                : now.own().find(addressee.high(), addressee.low()) >= 0
                        && LetThrough.toGroup(now.settings().mode(), addressee.high(), addressee.low(), in, at, length);
        (taken ? counters.multicastIn : counters.multicastUnwanted).increment();
        return taken;
    }
}
