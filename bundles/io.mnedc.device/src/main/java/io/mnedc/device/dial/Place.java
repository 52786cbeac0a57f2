package io.mnedc.device.dial;

import io.mnedc.api.text.HostPort;
import io.mnedc.device.settings.RelayAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A host where a relay may be.
 *
 * @param relay as it is configured
 * @param host a name or address: that of the configuration, or what SRV records or announcements say
 * @param port 1 to 65,535
 */
public record Place(RelayAddress relay, String host, int port) {
    /** The place of a relay that needs no finding. */
    static Place of(RelayAddress relay) {
        return new Place(relay, relay.host(), relay.port());
    }

    /** {@return host and port} */
    public String hostPort() {
        return HostPort.text(host, port);
    }

    /** {@return the address that a host is given by; empty if it is a name} */
    public static Optional<InetAddress> literal(String host) {
        try {
            // what has a colon, or four numbers, is never looked up
            return Resolver.literal(host) ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** For messages: how it was found goes before it. */
    @Override
    public String toString() {
        return relay.isFound() ? relay + " (" + hostPort() + ")" : relay.toString();
    }
}
