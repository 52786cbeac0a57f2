package io.mnedc.security;

import java.util.Set;

/**
 * Who a checked certificate belongs to.
 *
 * @param deviceId the device's ID; empty for a relay
 * @param groups the device's groups; empty for a relay and for certificates of a PKI that does not know groups
 * @param named whether the certificate says so itself by {@code mnedc://} names; false: a PKI of one's own, by common name
 */
public record PeerName(String deviceId, Set<String> groups, boolean named) {
    /** Copies the groups. */
    public PeerName {
        groups = Set.copyOf(groups);
    }
}
