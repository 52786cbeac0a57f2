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

/** Under which addresses others may reach what listens here, for join tokens. */
public final class HostAddresses {
    private HostAddresses() {}

    /**
     * Replaces "every address of this host" by those of its interfaces, IPv4 first.
     *
     * @param listening bound addresses
     * @param leftOut addresses that are none for this, such as those of the overlay itself
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
        List<InetAddress> ipv4 = new ArrayList<>();
        List<InetAddress> ipv6 = new ArrayList<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!each.isUp()) {
                    continue;
                }
                for (InetAddress address : Collections.list(each.getInetAddresses())) {
                    if (!address.isLoopbackAddress() && !address.isLinkLocalAddress() && !leftOut.test(address)) {
                        (address instanceof Inet6Address ? ipv6 : ipv4).add(withoutScope(address));
                    }
                }
            }
        } catch (IOException e) {
            // whoever asks has to say which address it is
            return List.of();
        }
        ipv4.addAll(ipv6);
        return ipv4;
    }

    private static InetAddress withoutScope(InetAddress address) throws IOException {
        return InetAddress.getByAddress(address.getAddress());
    }
}
