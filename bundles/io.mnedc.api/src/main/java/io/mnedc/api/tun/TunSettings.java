package io.mnedc.api.tun;

import java.net.InetAddress;
import java.util.List;

/**
 * What a TUN interface shall be like.
 *
 * @param name the interface's name, 1 to {@value #MAX_NAME} characters; a {@code %d} in it is replaced by the lowest
 *     free number
 * @param mtu the largest IP packet in bytes, {@value #MIN_MTU} to {@value #MAX_MTU}
 * @param addresses the interface's own addresses, each with the length of the network that is reached through it
 * @param routes further networks that are reached through it
 * @param offload whether to use checksum and segmentation offload where the kernel has them
 * @param multicast whether programs are told that it carries multicast (IFF_MULTICAST of linux/if.h)
 */
public record TunSettings(
        String name, int mtu, List<Prefix> addresses, List<Prefix> routes, boolean offload, boolean multicast) {
    /** IFNAMSIZ - 1 of linux/if.h. */
    public static final int MAX_NAME = 15;

    /** The least MTU of a link that carries IPv6 (RFC 8200, section 5). */
    public static final int MIN_MTU = 1280;

    /** The largest IP packet (RFC 791, section 3.1). */
    public static final int MAX_MTU = 65_535;

    /**
     * An address with the length of its network's prefix.
     *
     * @param address an IPv4 or IPv6 address
     * @param length bits of the prefix, 0 to 32 or 128
     */
    public record Prefix(InetAddress address, int length) {
        /** Checks the length. */
        public Prefix {
            int most = address.getAddress().length * 8;
            if (length < 0 || length > most) {
                throw new IllegalArgumentException(
                        "prefix length " + length + " of " + address.getHostAddress() + " is not in 0.." + most);
            }
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + length;
        }
    }

    /** Checks the values and copies the lists. */
    public TunSettings {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "interface name \"" + name + "\" is not 1 to " + MAX_NAME + " letters, digits or _ . -");
        }
        if (mtu < MIN_MTU || mtu > MAX_MTU) {
            throw new IllegalArgumentException("MTU " + mtu + " is not in " + MIN_MTU + ".." + MAX_MTU);
        }
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    /** Without multicast. */
    public TunSettings(String name, int mtu, List<Prefix> addresses, List<Prefix> routes, boolean offload) {
        this(name, mtu, addresses, routes, offload, false);
    }

    /** {@return the same with another name} */
    public TunSettings named(String other) {
        return new TunSettings(other, mtu, addresses, routes, offload, multicast);
    }

    /** {@return whether an interface may have this name here: the kernel allows more} */
    public static boolean isName(String name) {
        return name.matches("[A-Za-z0-9_.%-]{1," + MAX_NAME + "}") && !name.equals(".") && !name.equals("..");
    }
}
