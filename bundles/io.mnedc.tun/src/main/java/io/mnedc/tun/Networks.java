package io.mnedc.tun;

import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.LibC;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Arithmetic of prefixes. */
final class Networks {
    /** With the byte that ends it: IFNAMSIZ of linux/if.h. */
    private static final int MOST_NAME = 16;

    private Networks() {}

    /** {@return the prefix with all bits behind its length zero} */
    static Prefix network(Prefix prefix) {
        byte[] bytes = prefix.address().getAddress();
        for (int bit = prefix.length(); bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new Prefix(address(bytes), prefix.length());
    }

    /** {@return the first address of a network for a host other than the given one} */
    static InetAddress first(Prefix network, @Nullable InetAddress but) {
        return host(network, but, false);
    }

    /** {@return the last address of a network for a host other than the given one} */
    static InetAddress last(Prefix network, @Nullable InetAddress but) {
        return host(network, but, true);
    }

    private static InetAddress host(Prefix network, @Nullable InetAddress but, boolean last) {
        byte[] bytes = network(network).address().getAddress();
        int hostBits = bytes.length * 8 - network.length();
        if (last) {
            for (int bit = network.length(); bit < bytes.length * 8; bit++) {
                bytes[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
        }
        // the network's own number, and IPv4's broadcast address, are no hosts; networks of one or two have no such
        boolean inner = hostBits >= 2 && (!last || bytes.length == 4);
        int step = last ? -1 : 1;
        InetAddress found = address(inner ? plus(bytes, step) : bytes);
        if (!found.equals(but) || hostBits == 0) {
            return found;
        }
        // the one beside it, towards the middle
        return address(plus(found.getAddress(), step));
    }

    private static byte[] plus(byte[] bytes, int step) {
        int at = bytes.length - 1;
        bytes[at] += (byte) step;
        // carry
        while (at > 0 && bytes[at] == (byte) (step > 0 ? 0 : -1)) {
            at--;
            bytes[at] += (byte) step;
        }
        return bytes;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the length did not change", e);
        }
    }

    /** {@return whether two networks share an address} */
    static boolean overlap(Prefix one, Prefix other) {
        if (isIpv6(one) != isIpv6(other)) {
            return false;
        }
        int common = Math.min(one.length(), other.length());
        return network(new Prefix(one.address(), common)).equals(network(new Prefix(other.address(), common)));
    }

    static boolean isIpv6(Prefix prefix) {
        return prefix.address() instanceof Inet6Address;
    }

    /**
     * Refuses settings whose networks are there already: packets for one of the two would go astray.
     *
     * @param settings what the interface shall be like
     * @param local the networks of this machine
     * @param ownIndex the interface itself, whose networks do not count; 0 if it is not there yet
     */
    static void refuseOverlap(TunSettings settings, Collection<LocalNetwork> local, int ownIndex) throws TunException {
        for (Prefix wanted :
                (Iterable<Prefix>) Stream.concat(settings.addresses().stream(), settings.routes().stream())::iterator) {
            for (LocalNetwork there : local) {
                // a default route leaves what is more specific alone
                if (wanted.length() > 0 && there.index() != ownIndex && overlap(wanted, there.prefix())) {
                    throw overlapping(wanted, there, settings, local);
                }
            }
        }
    }

    /**
     * Refuses settings whose networks contain a gateway: what leaves this machine would go into the interface.
     *
     * @param settings what the interface shall be like
     * @param gateways of this machine
     * @param ownIndex the interface itself; 0 if it is not there yet
     */
    static void refuseGateways(TunSettings settings, Collection<LocalNetwork> gateways, int ownIndex)
            throws TunException {
        for (Prefix wanted :
                (Iterable<Prefix>) Stream.concat(settings.addresses().stream(), settings.routes().stream())::iterator) {
            for (LocalNetwork gateway : gateways) {
                if (wanted.length() > 0 && gateway.index() != ownIndex && overlap(wanted, gateway.prefix())) {
                    throw new TunException(
                            Reason.NETWORK_OVERLAP,
                            "virtual network " + network(wanted) + " contains the default gateway "
                                    + gateway.prefix().address().getHostAddress() + " of interface "
                                    + name(gateway.index()) + "; " + overlapCure(wanted));
                }
            }
        }
    }

    /** {@return the cure for a virtual network that is in use already} */
    static String overlapCure(Prefix wanted) {
        return "choose another " + (isIpv6(wanted) ? "IPv6 prefix" : "pool") + " in the relay's setting \""
                + (isIpv6(wanted) ? "ipv6.prefix" : "pool") + "\" (PID io.mnedc.address)";
    }

    private static TunException overlapping(
            Prefix wanted, LocalNetwork there, TunSettings settings, Collection<LocalNetwork> local) {
        String name = name(there.index());
        if (sameOverlay(settings, there.index(), local)) {
            return new TunException(
                    Reason.NETWORK_OVERLAP,
                    "a device of this overlay runs on this host already: interface " + name + " with "
                            + there.prefix()
                            + new Occupant(Path.of("/proc"))
                                    .of(name)
                                    .map(who -> " (" + who + ")")
                                    .orElse("")
                            + "; a host needs one device only, stop the other one or this one");
        }
        return new TunException(
                Reason.NETWORK_OVERLAP,
                "virtual network " + network(wanted) + " overlaps " + network(there.prefix()) + " of interface " + name
                        + "; " + overlapCure(wanted));
    }

    /**
     * Whether an interface is that of another device of the same overlay: it is in the very same networks. Without IPv6 a
     * network that merely looks the same is told from it by being no TUN interface.
     */
    private static boolean sameOverlay(TunSettings settings, int index, Collection<LocalNetwork> local) {
        Set<Prefix> there = local.stream()
                .filter(each -> each.index() == index)
                .map(each -> network(each.prefix()))
                .collect(Collectors.toSet());
        List<Prefix> wanted =
                settings.addresses().stream().map(Networks::network).toList();
        boolean ipv6 =
                there.stream().anyMatch(each -> isIpv6(each) && !each.address().isLinkLocalAddress());
        if (ipv6) {
            return wanted.stream().anyMatch(each -> isIpv6(each) && there.contains(each));
        }
        return wanted.stream().anyMatch(there::contains)
                && Files.exists(Path.of("/sys/class/net", name(index), "tun_flags"));
    }

    /** {@return an interface's name} */
    static String name(int index) {
        // Java finds only those that have an address
        ByteBuffer name = ByteBuffer.allocateDirect(MOST_NAME);
        if (LibC.if_indextoname(index, LibC.address(name)) == 0) {
            return "number " + index;
        }
        int length = 0;
        while (length < MOST_NAME && name.get(length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        name.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
