package io.mnedc.finder.lan;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * A network that this host is attached to, in one of its families.
 *
 * @param card by which it is attached; only its name and number are compared
 * @param own this host's address there, by which it speaks
 * @param prefixes the addresses of this family there, with their prefixes
 */
record LocalNetwork(NetworkInterface card, InetAddress own, List<InterfaceAddress> prefixes) {
    /** Others do not look at hosts with more; a host of containers may have hundreds. */
    private static final int MOST = 16;

    static final int PORT = 5353;
    private static final String GROUP4 = "224.0.0.251";
    private static final String GROUP6 = "ff02::fb";
    private static final int TTL = 255;

    LocalNetwork {
        prefixes = List.copyOf(prefixes);
    }

    /**
     * Looks which networks there are: those of cards that are up and take multicast. Loopback and tunnels are none.
     *
     * @param wanted the addresses of this host that count
     */
    static List<LocalNetwork> all(Predicate<InetAddress> wanted) throws SocketException {
        List<LocalNetwork> networks = new ArrayList<>();
        for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (networks.size() < MOST && speaksMulticast(card)) {
                of(card, Inet4Address.class, wanted, networks);
                of(card, Inet6Address.class, wanted, networks);
            }
        }
        return networks;
    }

    private static boolean speaksMulticast(NetworkInterface card) {
        try {
            return card.isUp() && card.supportsMulticast() && !card.isLoopback() && !card.isPointToPoint();
        } catch (SocketException e) {
            // it has gone meanwhile
            return false;
        }
    }

    private static void of(
            NetworkInterface card,
            Class<? extends InetAddress> family,
            Predicate<InetAddress> wanted,
            List<LocalNetwork> networks) {
        List<InterfaceAddress> prefixes = card.getInterfaceAddresses().stream()
                .filter(each -> family.isInstance(each.getAddress()) && wanted.test(each.getAddress()))
                .toList();
        // multicast DNS speaks from link-local addresses in IPv6
        prefixes.stream()
                .map(InterfaceAddress::getAddress)
                .filter(address -> address instanceof Inet4Address || address.isLinkLocalAddress())
                .findFirst()
                .or(() -> prefixes.stream().map(InterfaceAddress::getAddress).findFirst())
                .ifPresent(own -> networks.add(new LocalNetwork(card, own, prefixes)));
    }

    /** {@return this host's addresses there} */
    List<InetAddress> addresses() {
        return prefixes.stream().map(InterfaceAddress::getAddress).toList();
    }

    /** {@return whether an address is in this network, as far as this host's prefixes say} */
    boolean contains(InetAddress address) {
        if (address instanceof Inet6Address && address.isLinkLocalAddress()) {
            return own instanceof Inet6Address;
        }
        return prefixes.stream()
                .anyMatch(each -> samePrefix(
                        each.getAddress().getAddress(), address.getAddress(), each.getNetworkPrefixLength()));
    }

    private static boolean samePrefix(byte[] one, byte[] other, int length) {
        if (one.length != other.length || length <= 0) {
            return false;
        }
        for (int bit = 0; bit < Math.min(length, one.length * 8); bit++) {
            int mask = 0x80 >>> (bit & 7);
            if (((one[bit >> 3] ^ other[bit >> 3]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return where all who speak multicast DNS there listen} */
    InetSocketAddress group() throws UnknownHostException {
        if (own instanceof Inet4Address) {
            return new InetSocketAddress(InetAddress.getByName(GROUP4), PORT);
        }
        byte[] group = InetAddress.getByName(GROUP6).getAddress();
        return new InetSocketAddress(Inet6Address.getByAddress(null, group, card.getIndex()), PORT);
    }

    /** {@return a socket by which to ask: answers come to it alone} */
    DatagramChannel asking() throws IOException {
        return opened(new InetSocketAddress(own, 0), false);
    }

    /** {@return a socket that hears what is said to all; the port may have other users on this host} */
    DatagramChannel hearing() throws IOException {
        try {
            // bound to the group: what is sent to another user of the port does not arrive here
            return opened(group(), true);
        } catch (SocketException e) {
            // not every system can
            return opened(new InetSocketAddress(PORT), true);
        }
    }

    private DatagramChannel opened(InetSocketAddress bind, boolean join) throws IOException {
        DatagramChannel channel = DatagramChannel.open(
                own instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, join);
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, card);
            channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, TTL);
            channel.bind(bind);
            if (join) {
                channel.join(group().getAddress(), card);
            }
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return card.getName() + " " + own.getHostAddress();
    }
}
