package io.mnedc.relay.trust;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * Whose connection it is, as TLS has proved it.
 *
 * @param deviceId the device's ID
 * @param groups what it belongs to in the access rules
 * @param chain its certificates, its own first
 */
public record Peer(String deviceId, Set<String> groups, List<X509Certificate> chain) {
    public Peer {
        groups = Set.copyOf(groups);
        chain = List.copyOf(chain);
    }
}
