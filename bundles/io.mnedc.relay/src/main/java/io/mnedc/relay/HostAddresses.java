package io.mnedc.relay;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/** Under which addresses others may reach what listens here. */
final class HostAddresses {
    /** As many as a join token holds. */
    private static final int MOST = 16;

    private HostAddresses() {}

    /**
     * Replaces "every address of this host" by those of its interfaces, IPv4 first.
     *
     * @param listening bound addresses
     * @param leftOut addresses that are none for this, such as those of the overlay itself
     * @return {@code HOST:PORT} each
     */
    static List<String> of(List<InetSocketAddress> listening, Predicate<InetAddress> leftOut) {
        List<String> texts = new ArrayList<>();
        for (InetSocketAddress address : listening) {
            List<InetAddress> hosts =
                    address.getAddress().isAnyLocalAddress() ? interfaces(leftOut) : List.of(address.getAddress());
            for (InetAddress host : hosts) {
                String text = Acceptor.text(new InetSocketAddress(host, address.getPort()));
                if (!texts.contains(text) && texts.size() < MOST) {
                    texts.add(text);
                }
            }
        }
        return texts;
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
