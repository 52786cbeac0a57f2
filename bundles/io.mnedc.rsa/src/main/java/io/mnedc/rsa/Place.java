package io.mnedc.rsa;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.Peer;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/**
 * The virtual addresses of one device: where its endpoints are, and nowhere else.
 *
 * @param ipv4 the one that its provider listens at
 * @param ipv6 the other one
 */
record Place(Inet4Address ipv4, Inet6Address ipv6) {
    /** Separates the scheme from the host. */
    static final String AUTHORITY = "://";

    private static final int MOST_PORT = 65_535;

    static Place of(Peer peer) {
        return new Place(peer.ipv4(), peer.ipv6());
    }

    static Place of(VirtualNetwork network, int node) {
        return new Place(network.ipv4(node), network.ipv6(node));
    }

    /**
     * {@return whether a text is {@code SCHEME://ADDRESS:PORT}, perhaps with a path behind it, and the address is one of these. A
     *     name is none: nobody is asked for its address}
     */
    boolean holds(String address) {
        try {
            URI uri = new URI(address);
            boolean plain = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() > 0
                    && uri.getPort() <= MOST_PORT;
            return plain && has(uri.getHost());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private boolean has(String host) {
        if (host.startsWith("[")) {
            try {
                // in brackets there is only an IPv6 address, which is never looked up
                return ipv6.equals(InetAddress.getByName(host));
            } catch (UnknownHostException e) {
                return false;
            }
        }
        return ipv4.getHostAddress().equals(host);
    }
}
