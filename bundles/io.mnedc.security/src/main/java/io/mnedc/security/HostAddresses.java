package io.mnedc.security;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Under which addresses others may reach what listens here, for join tokens. */
public final class HostAddresses {
    /** What container engines and hypervisors call the bridges that only their guests reach. */
    private static final Pattern FOR_GUESTS =
            Pattern.compile("docker.*|br-[0-9a-f]{12}|podman.*|cni.*|virbr.*|lxcbr.*|lxdbr.*");

    /** A network interface that is up. */
    record Nic(String name, List<InetAddress> addresses) {}

    private HostAddresses() {}

    /**
     * Replaces "every address of this host" by those of its interfaces, IPv4 first. Bridges of containers and guests are
     * left out.
     *
     * @param listening bound addresses
     * @param leftOut addresses of the overlay itself: an interface that has one of them is left out
     * @return {@code HOST:PORT} each, at most {@value JoinToken#MAX_ADDRESSES}; none if the interfaces cannot be listed
     */
    public static List<String> of(List<InetSocketAddress> listening, Predicate<InetAddress> leftOut) {
        List<String> texts = new ArrayList<>();
        for (InetSocketAddress address : listening) {
            List<InetAddress> hosts =
                    address.getAddress().isAnyLocalAddress() ? interfaces(leftOut) : List.of(address.getAddress());
            for (InetAddress host : hosts) {
                String text = text(host, address.getPort());
                if (!texts.contains(text) && texts.size() < JoinToken.MAX_ADDRESSES) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    private static String text(InetAddress host, int port) {
        String literal = host.getHostAddress();
        return (host instanceof Inet6Address ? "[" + literal + "]" : literal) + ":" + port;
    }

    private static List<InetAddress> interfaces(Predicate<InetAddress> leftOut) {
        List<Nic> all = new ArrayList<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (each.isUp()) {
                    List<InetAddress> addresses = new ArrayList<>();
                    for (InetAddress address : Collections.list(each.getInetAddresses())) {
                        // without the scope
                        addresses.add(InetAddress.getByAddress(address.getAddress()));
                    }
                    all.add(new Nic(each.getName(), addresses));
                }
            }
        } catch (IOException e) {
            // whoever asks has to say which address it is
            return List.of();
        }
        return reachable(all, leftOut);
    }

    static List<InetAddress> reachable(List<Nic> all, Predicate<InetAddress> leftOut) {
        List<InetAddress> ipv4 = new ArrayList<>();
        List<InetAddress> ipv6 = new ArrayList<>();
        for (Nic nic : all) {
            if (FOR_GUESTS.matcher(nic.name()).matches()
                    || nic.addresses().stream().anyMatch(leftOut)) {
                continue;
            }
            for (InetAddress address : nic.addresses()) {
                if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
                    (address instanceof Inet6Address ? ipv6 : ipv4).add(address);
                }
            }
        }
        ipv4.addAll(ipv6);
        return ipv4;
    }
}
