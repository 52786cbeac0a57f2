package io.mnedc.device.network;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.device.packet.Packets;
import java.nio.ByteBuffer;

/**
 * Which node a packet goes to, and which addresses a node may send from: those of the pool, one for each node. It is asked
 * for each packet, reads in place and allocates nothing. Immutable.
 */
public final class RouteTable {
    /** The answer for an address that is no node's. */
    public static final int NOWHERE = -1;

    private static final int LIMITED_BROADCAST = 0xffff_ffff;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_DESTINATION = 24;

    private final int self;
    private final int network4;
    private final int hostMask;
    private final long prefix6;

    /**
     * The addresses of the pool.
     *
     * @param network has them
     * @param self this device's node
     */
    RouteTable(VirtualNetwork network, int self) {
        this.self = self;
        this.network4 = ByteBuffer.wrap(network.network().getAddress()).getInt();
        this.hostMask = -1 >>> network.prefixLength();
        this.prefix6 = ByteBuffer.wrap(network.ulaPrefix().getAddress()).getLong();
    }

    /** {@return whether a node other than this one may have this number; the relay may} */
    boolean isOther(int number) {
        return number > 0 && number < hostMask && number != self;
    }

    /**
     * Tells where a packet goes.
     *
     * @param in the packet
     * @param at where its IP header begins
     * @param length bytes of the packet
     * @return a node other than this one, or {@link #NOWHERE}
     */
    public int destination(ByteBuffer in, int at, int length) {
        int to = address(in, at, length, IPV4_DESTINATION, IPV6_DESTINATION);
        return isOther(to) ? to : NOWHERE;
    }

    /** {@return whether another node may send a packet with this source address} */
    public boolean maySend(int node, ByteBuffer in, int at, int length) {
        return isOther(node) && address(in, at, length, IPV4_SOURCE, IPV6_SOURCE) == node;
    }

    /** {@return whether a packet has a source address of this device} */
    public boolean isFromThisDevice(ByteBuffer in, int at, int length) {
        return address(in, at, length, IPV4_SOURCE, IPV6_SOURCE) == self;
    }

    /** {@return whether a packet is for this device} */
    public boolean isForThisDevice(ByteBuffer in, int at, int length) {
        return address(in, at, length, IPV4_DESTINATION, IPV6_DESTINATION) == self;
    }

    /** {@return whether an IPv4 address is the pool's broadcast address, or that of each network} */
    public boolean isBroadcast(int address) {
        return address == (network4 | hostMask) || address == LIMITED_BROADCAST;
    }

    private int address(ByteBuffer in, int at, int length, int offset4, int offset6) {
        int version = length < Packets.IPV4_HEADER ? 0 : in.get(at) >> 4;
        if (version == 4) {
            int address = in.getInt(at + offset4);
            return (address & ~hostMask) == network4 ? address & hostMask : NOWHERE;
        }
        if (version == 6 && length >= Packets.IPV6_HEADER) {
            int low = at + offset6;
            return in.getLong(low) == prefix6 && in.getInt(low + 8) == 0 ? in.getInt(low + 12) : NOWHERE;
        }
        return NOWHERE;
    }
}
