package io.mnedc.security.authority;

import io.mnedc.api.text.HostPort;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.JoinToken;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
                String text = HostPort.text(host.getHostAddress(), address.getPort());
                if (!texts.contains(text) && texts.size() < JoinToken.MAX_ADDRESSES) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    /**
     * Tells why this host has no address to offer: each interface that is up, and why it is left out.
     *
     * @param overlay addresses of the overlay itself, as in {@link #of}
     * @return in words, for the person who wonders
     */
    public static String whyNone(Predicate<InetAddress> overlay) {
        List<Nic> all;
        try {
            all = interfaces();
        } catch (IOException e) {
            return "its interfaces cannot be listed: " + e.getMessage();
        }
        return whyNone(all, overlay);
    }

    static String whyNone(List<Nic> all, Predicate<InetAddress> overlay) {
        List<String> reasons = new ArrayList<>();
        for (Nic nic : all) {
            Optional<InetAddress> inOverlay =
                    nic.addresses().stream().filter(overlay).findFirst();
            if (inOverlay.isPresent()) {
                reasons.add(nic.name() + " has " + inOverlay.get().getHostAddress()
                        + ", which is in the pool or the IPv6 prefix of the overlay (settings pool and ipv6.prefix of"
                        + " io.mnedc.address): no device can dial that; unless it is the interface of a device here,"
                        + " choose another pool");
            } else if (FOR_GUESTS.matcher(nic.name()).matches()) {
                reasons.add(nic.name() + " is a bridge for containers or guests");
            } else if (nic.addresses().stream().allMatch(InetAddress::isLoopbackAddress)) {
                reasons.add(nic.name() + (nic.addresses().isEmpty() ? " has no address" : " is this host only"));
            } else if (nic.addresses().stream()
                    .allMatch(each -> each.isLoopbackAddress() || each.isLinkLocalAddress())) {
                reasons.add(nic.name() + " has link-local addresses only");
            }
        }
        return reasons.isEmpty() ? "no interface is up" : PlainText.of(String.join("; ", reasons));
    }

    private static List<InetAddress> interfaces(Predicate<InetAddress> leftOut) {
        try {
            return reachable(interfaces(), leftOut);
        } catch (IOException e) {
            // the caller has to say which address it is
            return List.of();
        }
    }

    private static List<Nic> interfaces() throws IOException {
        List<Nic> all = new ArrayList<>();
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
        return all;
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
