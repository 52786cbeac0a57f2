package io.mnedc.api.address;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The overlay's address plan: an IPv4 pool and an IPv6 unique local prefix (RFC 4193), both indexed by the same
 * <em>node</em> number.
 *
 * <p>Node {@code n} has the IPv4 address {@code network + n} and the IPv6 address {@code prefix::n} (the node number
 * in the low 32 bits). Node 0 (the network address), node 1 (the relay's own address) and the highest node (the
 * broadcast address) are never leased. Immutable and thread-safe.
 *
 * @param network the pool's network address: all host bits are zero
 * @param prefixLength the pool's prefix length, {@value #SHORTEST_PREFIX} to {@value #LONGEST_PREFIX}
 * @param ulaPrefix the /64 prefix of the IPv6 addresses: its low 64 bits are zero, its first byte is 0xfd
 */
public record VirtualNetwork(Inet4Address network, int prefixLength, Inet6Address ulaPrefix) {
    /** The largest pool: 16,777,213 devices. */
    public static final int SHORTEST_PREFIX = 8;

    /** The smallest pool: one device beside the relay. */
    public static final int LONGEST_PREFIX = 30;

    /** The prefix length of the IPv6 virtual addresses (RFC 4291, section 2.5.4). */
    public static final int ULA_PREFIX_LENGTH = 64;

    /** The first byte of multicast addresses; those above are reserved (RFC 5771, RFC 1112). */
    private static final int FIRST_MULTICAST = 224;

    /** 169.254.0.0/16 (RFC 3927). */
    private static final int LINK_LOCAL = 0xa9fe0000;

    private static final int LINK_LOCAL_LENGTH = 16;

    /** The node number of the relay itself. */
    public static final int RELAY_NODE = 1;

    /** Checks that the parts fit together. */
    public VirtualNetwork {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(ulaPrefix, "ulaPrefix");
        if (prefixLength < SHORTEST_PREFIX || prefixLength > LONGEST_PREFIX) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of pool " + network.getHostAddress()
                    + "/" + prefixLength + " is not in " + SHORTEST_PREFIX + ".." + LONGEST_PREFIX);
        }
        int hostBits = toInt(network) & ~mask(prefixLength);
        if (hostBits != 0) {
            throw new IllegalArgumentException("pool " + network.getHostAddress() + "/" + prefixLength
                    + " has host bits set; its network is "
                    + toInet4(toInt(network) & mask(prefixLength)).getHostAddress() + "/"
                    + prefixLength);
        }
        int first = toInt(network) >>> 24;
        boolean linkLocal = overlap(toInt(network), prefixLength, LINK_LOCAL, LINK_LOCAL_LENGTH);
        if (first == 0 || network.isLoopbackAddress() || linkLocal || first >= FIRST_MULTICAST) {
            throw new IllegalArgumentException("pool " + network.getHostAddress() + "/" + prefixLength
                    + " is not for hosts: choose a private network, such as 10.0.0.0/24");
        }
        byte[] ula = ulaPrefix.getAddress();
        if ((ula[0] & 0xff) != 0xfd || ByteBuffer.wrap(ula).getLong(8) != 0) {
            throw new IllegalArgumentException("IPv6 prefix " + ulaPrefix.getHostAddress()
                    + " is not a unique local /64: it must begin with fd and end with 64 zero bits");
        }
    }

    /**
     * Reads a plan from text.
     *
     * @param cidr the IPv4 pool, such as {@code 10.0.0.0/24}
     * @param ulaPrefix the IPv6 prefix with or without {@code /64}, such as {@code fd12:3456:789a:1::/64}
     * @return the plan
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static VirtualNetwork parse(String cidr, String ulaPrefix) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("pool \"" + cidr + "\" is not ADDRESS/LENGTH, such as 10.0.0.0/24");
        }
        int length;
        try {
            length = Integer.parseInt(cidr.substring(slash + 1).trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("pool \"" + cidr + "\" has no number after the slash", e);
        }
        String prefix = ulaPrefix.trim();
        if (prefix.endsWith("/" + ULA_PREFIX_LENGTH)) {
            prefix = prefix.substring(0, prefix.length() - 3);
        }
        return new VirtualNetwork(ipv4Literal(cidr.substring(0, slash).trim()), length, ipv6Literal(prefix));
    }

    /**
     * Reads an IPv4 address without ever asking the DNS.
     *
     * @param text four decimal numbers with dots between
     * @return the address
     * @throws IllegalArgumentException if it is anything else
     */
    public static Inet4Address ipv4Literal(String text) {
        // not InetAddress.getByName: it takes "10.1" for an address and "300.1.1.1" for a host name
        String[] parts = text.split("\\.", -1);
        int value = 0;
        for (String part : parts) {
            if (parts.length != 4 || !part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not an IPv4 address: four numbers of 0..255 with dots between");
            }
            value = value << 8 | Integer.parseInt(part);
        }
        return toInet4(value);
    }

    private static Inet6Address ipv6Literal(String text) {
        // what has a colon and no other than these characters is never looked up in the DNS
        if (text.matches("[0-9a-fA-F:]+") && text.contains(":")) {
            try {
                if (InetAddress.getByName(text) instanceof Inet6Address address) {
                    return address;
                }
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("IPv6 prefix \"" + text + "\" is not an IPv6 address", e);
            }
        }
        throw new IllegalArgumentException("IPv6 prefix \"" + text + "\" is not an IPv6 address");
    }

    /** {@return the lowest node that can be leased} */
    public int firstNode() {
        return RELAY_NODE + 1;
    }

    /** {@return the highest node that can be leased} */
    public int lastNode() {
        return ~mask(prefixLength) - 1;
    }

    /** {@return how many devices fit} */
    public int capacity() {
        return lastNode() - firstNode() + 1;
    }

    /** {@return whether a device may have this node number} */
    public boolean isLeasable(int node) {
        return node >= firstNode() && node <= lastNode();
    }

    /**
     * Tells the IPv4 address of a node.
     *
     * @param node 0 to the highest host index of the pool
     * @return its virtual IPv4 address
     * @throws IllegalArgumentException if the node is outside the pool
     */
    public Inet4Address ipv4(int node) {
        if ((node & mask(prefixLength)) != 0) {
            throw new IllegalArgumentException("node " + Integer.toUnsignedString(node) + " is outside pool " + cidr());
        }
        return toInet4(toInt(network) | node);
    }

    /**
     * Tells the IPv6 address of a node.
     *
     * @param node any node number
     * @return its virtual IPv6 address
     */
    public Inet6Address ipv6(int node) {
        byte[] bytes = ulaPrefix.getAddress();
        ByteBuffer.wrap(bytes).putInt(12, node);
        return (Inet6Address) address(bytes);
    }

    /**
     * Finds the node that a virtual address belongs to.
     *
     * @param address any address
     * @return its node, or empty if it is neither in the pool nor under the IPv6 prefix
     */
    public OptionalInt node(InetAddress address) {
        if (address instanceof Inet4Address v4) {
            int value = toInt(v4);
            return (value & mask(prefixLength)) == toInt(network)
                    ? OptionalInt.of(value & ~mask(prefixLength))
                    : OptionalInt.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        ByteBuffer prefix = ByteBuffer.wrap(ulaPrefix.getAddress());
        return bytes.getLong(0) == prefix.getLong(0) && bytes.getInt(8) == 0
                ? OptionalInt.of(bytes.getInt(12))
                : OptionalInt.empty();
    }

    /** {@return whether another IPv4 network shares an address with the pool} */
    public boolean overlaps(Inet4Address other, int otherPrefixLength) {
        return overlap(toInt(network), prefixLength, toInt(other), otherPrefixLength);
    }

    private static boolean overlap(int one, int oneLength, int other, int otherLength) {
        int common = mask(Math.min(oneLength, otherLength));
        return (one & common) == (other & common);
    }

    /**
     * Tells whether packets for an address would go into the overlay, whether a node has it or not.
     *
     * @param address any address
     * @return whether it is in the pool or under the IPv6 prefix
     */
    public boolean contains(InetAddress address) {
        if (address instanceof Inet4Address) {
            return node(address).isPresent();
        }
        return ByteBuffer.wrap(address.getAddress()).getLong()
                == ByteBuffer.wrap(ulaPrefix.getAddress()).getLong();
    }

    /**
     * Tells whether this plan takes no address that another one does not take.
     *
     * @param other another plan
     * @return whether the pool lies in the other's pool, and the IPv6 prefix is the same
     */
    public boolean within(VirtualNetwork other) {
        return prefixLength >= other.prefixLength
                && overlaps(other.network, other.prefixLength)
                && ulaPrefix.equals(other.ulaPrefix);
    }

    /** {@return the pool in CIDR notation} */
    public String cidr() {
        return network.getHostAddress() + "/" + prefixLength;
    }

    private static int mask(int prefixLength) {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    private static int toInt(Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static Inet4Address toInet4(int value) {
        return (Inet4Address) address(ByteBuffer.allocate(4).putInt(value).array());
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes always make an address", e);
        }
    }
}
