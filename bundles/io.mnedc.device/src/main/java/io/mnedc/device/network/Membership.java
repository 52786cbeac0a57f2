package io.mnedc.device.network;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.settings.DeviceSettings;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** This device's place in the overlay, in the forms that are needed. Immutable. */
public final class Membership {
    private final VirtualNetwork network;
    private final int node;
    private final RouteTable routes;
    private final boolean sealed;

    private Membership(VirtualNetwork network, int node, boolean sealed) {
        this.network = network;
        this.node = node;
        this.routes = new RouteTable(network, node);
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
            return new Membership(network, welcome.node(), sealed);
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
    public VirtualNetwork network() {
        return network;
    }

    /** {@return which node a packet goes to, and which may send it} */
    public RouteTable routes() {
        return routes;
    }

    /** {@return whether a node other than this one may have this number; the relay may} */
    public boolean isOther(int number) {
        return routes.isOther(number);
    }

    /** {@return what the interface shall be like} */
    TunSettings tun(DeviceSettings settings) {
        return new TunSettings(
                settings.tunName(),
                settings.mtu(),
                List.of(ipv4(), ipv6()),
                List.of(),
                settings.offload(),
                settings.multicast().on());
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
}
