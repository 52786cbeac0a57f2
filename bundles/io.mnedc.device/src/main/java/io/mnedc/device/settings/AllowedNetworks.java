package io.mnedc.device.settings;

import io.mnedc.api.address.VirtualNetwork;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The networks that a relay may route into the overlay. Loopback, link-local, multicast and 0.0.0.0/8 are never among them:
 * {@link VirtualNetwork} refuses them whatever is set.
 *
 * @param networks of either family; of a family that is not named, the usual ones are allowed
 */
public record AllowedNetworks(List<Network> networks) {
    /** The private networks (RFC 1918), those of providers' NATs (RFC 6598) and unique local ones (RFC 4193). */
    static final List<String> USUAL =
            List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8");

    private static final Pattern CIDR = Pattern.compile("([0-9.]{7,15}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)/([0-9]{1,3})");

    /**
     * A network.
     *
     * @param address its first
     * @param length bits of its prefix
     */
    record Network(InetAddress address, int length) {
        static Network parse(String text) {
            Matcher matcher = CIDR.matcher(text);
            if (!matcher.matches()) {
                throw wrong(text, "it is not ADDRESS/LENGTH");
            }
            InetAddress address = address(text, matcher.group(1));
            int length = Integer.parseInt(matcher.group(2));
            if (length > address.getAddress().length * 8) {
                throw wrong(text, "the length is more than " + address.getAddress().length * 8);
            }
            Network network = new Network(address, length);
            if (!network.contains(address, length) || network.hasHostBits()) {
                throw wrong(text, "its address has bits set behind the length");
            }
            return network;
        }

        private static InetAddress address(String text, String literal) {
            try {
                // what has a colon is never looked up in the DNS
                return literal.indexOf(':') < 0 ? VirtualNetwork.ipv4Literal(literal) : InetAddress.getByName(literal);
            } catch (UnknownHostException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        wrong(text, "its address is none").getMessage(), e);
            }
        }

        private static IllegalArgumentException wrong(String text, String why) {
            return new IllegalArgumentException("pool.allowed has the entry \"" + text + "\": " + why
                    + "; allowed are networks such as 10.0.0.0/8 or fd00::/8");
        }

        boolean isIpv4() {
            return address instanceof Inet4Address;
        }

        private boolean hasHostBits() {
            byte[] bytes = address.getAddress();
            for (int bit = length; bit < bytes.length * 8; bit++) {
                if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                    return true;
                }
            }
            return false;
        }

        /** {@return whether this network contains all of another one} */
        boolean contains(InetAddress other, int otherLength) {
            byte[] one = address.getAddress();
            byte[] two = other.getAddress();
            if (one.length != two.length || otherLength < length) {
                return false;
            }
            for (int bit = 0; bit < length; bit++) {
                if (((one[bit / 8] ^ two[bit / 8]) & (0x80 >> (bit % 8))) != 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + length;
        }
    }

    public AllowedNetworks {
        networks = List.copyOf(networks);
    }

    /**
     * Reads the setting.
     *
     * @param texts ADDRESS/LENGTH each; none: the usual ones
     * @throws IllegalArgumentException with the entry at fault and what is allowed
     */
    static AllowedNetworks parse(List<String> texts) {
        return of(texts.stream().map(Network::parse).toList());
    }

    /** The same with networks that have been read. */
    static AllowedNetworks of(List<Network> named) {
        List<Network> networks = new ArrayList<>(named);
        for (boolean ipv4 : new boolean[] {true, false}) {
            if (networks.stream().noneMatch(network -> network.isIpv4() == ipv4)) {
                USUAL.stream()
                        .map(Network::parse)
                        .filter(network -> network.isIpv4() == ipv4)
                        .forEach(networks::add);
            }
        }
        return new AllowedNetworks(networks);
    }

    /** {@return why a relay may not have this device route a network into the overlay; empty if it may} */
    public Optional<String> complaint(VirtualNetwork wanted) {
        if (!allows(wanted.network(), wanted.prefixLength())) {
            return Optional.of(said(wanted.cidr()));
        }
        if (!allows(wanted.ulaPrefix(), VirtualNetwork.ULA_PREFIX_LENGTH)) {
            return Optional.of(said(NetworkText.ipv6(wanted)));
        }
        return Optional.empty();
    }

    private boolean allows(InetAddress address, int length) {
        return networks.stream().anyMatch(network -> network.contains(address, length));
    }

    private String said(String network) {
        return "the relay's virtual network " + network + " is not in pool.allowed ("
                + networks.stream().map(Network::toString).collect(Collectors.joining(", "))
                + "): nothing is routed into it; if it is meant, add it to the device's setting pool.allowed, else choose"
                + " another pool at the relay (PID io.mnedc.address)";
    }
}
