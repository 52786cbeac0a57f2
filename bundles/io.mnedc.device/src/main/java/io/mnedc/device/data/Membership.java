package io.mnedc.device.data;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.settings.DeviceSettings;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * This device's place in the overlay, in the forms that are needed. Its address checks are made for each packet: they
 * read in place and allocate nothing.
 */
public final class Membership {
    /** What {@link #destination} answers for a packet that goes to no node. */
    public static final int NOWHERE = -1;

    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_DESTINATION = 24;

    private final VirtualNetwork network;
    private final int node;
    private final int network4;
    private final int hostMask;
    private final long prefix6;
    private final boolean sealed;

    private Membership(VirtualNetwork network, int node, int network4, long prefix6, boolean sealed) {
        this.network = network;
        this.node = node;
        this.network4 = network4;
        this.hostMask = -1 >>> network.prefixLength();
        this.prefix6 = prefix6;
        this.sealed = sealed;
    }

    /**
     * Reads a welcome.
     *
     * @param sealed whether frames between devices are sealed
     * @throws ProtocolException if its numbers make no overlay
     */
    public static Membership of(Welcome welcome, boolean sealed) throws ProtocolException {
        try {
            InetAddress v4 = InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt(welcome.network()).array());
            InetAddress v6 = InetAddress.getByAddress(
                    ByteBuffer.allocate(16).putLong(welcome.ulaPrefix()).array());
            if (!(v4 instanceof Inet4Address ipv4) || !(v6 instanceof Inet6Address ipv6)) {
                throw new IllegalArgumentException("mapped addresses are not allowed");
            }
            VirtualNetwork network = new VirtualNetwork(ipv4, welcome.prefixLength(), ipv6);
            if (!network.isLeasable(welcome.node())) {
                throw new IllegalArgumentException("node " + welcome.node() + " is outside pool " + network.cidr());
            }
            return new Membership(network, welcome.node(), welcome.network(), welcome.ulaPrefix(), sealed);
        } catch (IllegalArgumentException | UnknownHostException e) {
            ProtocolException broken =
                    new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, "the lease is wrong: " + e.getMessage());
            broken.initCause(e);
            throw broken;
        }
    }

    /** {@return this device's node} */
    public int node() {
        return node;
    }

    /** {@return whether frames between devices are sealed, and no others taken} */
    public boolean sealed() {
        return sealed;
    }

    /** {@return the address plan} */
    VirtualNetwork network() {
        return network;
    }

    /** {@return the highest host index of the pool, which is its broadcast address} */
    int highest() {
        return hostMask;
    }

    /** {@return whether a node other than this one may have this number; the relay may} */
    public boolean isOther(int number) {
        return number > 0 && number < hostMask && number != node;
    }

    /** {@return what the interface shall be like} */
    TunSettings tun(DeviceSettings settings) {
        return new TunSettings(
                settings.tunName(), settings.mtu(), List.of(ipv4(), ipv6()), List.of(), settings.offload());
    }

    private TunSettings.Prefix ipv4() {
        return new TunSettings.Prefix(network.ipv4(node), network.prefixLength());
    }

    private TunSettings.Prefix ipv6() {
        return new TunSettings.Prefix(network.ipv6(node), VirtualNetwork.ULA_PREFIX_LENGTH);
    }

    /**
     * Writes this device's addresses.
     *
     * @param present those that its interface has
     * @return the IPv4 and the IPv6 address in CIDR notation, as far as they are there
     */
    public List<String> addresses(Collection<TunSettings.Prefix> present) {
        List<String> there = new ArrayList<>();
        if (present.contains(ipv4())) {
            there.add(ipv4().toString());
        }
        if (present.contains(ipv6())) {
            there.add(ipv6Text() + "/" + VirtualNetwork.ULA_PREFIX_LENGTH);
        }
        return List.copyOf(there);
    }

    /** The shortest form (RFC 5952): the second half is zero but for the node, and so may be parts of the prefix. */
    private String ipv6Text() {
        int[] groups = new int[8];
        ByteBuffer bytes = ByteBuffer.wrap(network.ipv6(node).getAddress());
        for (int i = 0; i < groups.length; i++) {
            groups[i] = bytes.getShort() & 0xffff;
        }
        int end = groups[6] == 0 ? 7 : 6;
        int begin = end;
        while (groups[begin - 1] == 0) {
            begin--;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i < begin || i >= end) {
                text.append(i == 0 || i == end ? "" : ":").append(Integer.toHexString(groups[i]));
            } else if (i == begin) {
                text.append("::");
            }
        }
        return text.toString();
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

    /** {@return whether a packet's source address is a node's} */
    public boolean comesFrom(int source, ByteBuffer in, int at, int length) {
        return isOther(source) && address(in, at, length, IPV4_SOURCE, IPV6_SOURCE) == source;
    }

    /** {@return whether a packet's destination address is this device's} */
    public boolean isReachedBy(ByteBuffer in, int at, int length) {
        return address(in, at, length, IPV4_DESTINATION, IPV6_DESTINATION) == node;
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

    /** {@return whether the other one has the same addresses} */
    boolean sameAddresses(Membership other) {
        return node == other.node && network.equals(other.network);
    }
}
