package io.mnedc.api.peer;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.time.Instant;
import java.util.Set;

/**
 * A registered device of the overlay. Immutable.
 *
 * @param deviceId its unique ID
 * @param name its label in the overlay's DNS zone, which the relay has settled; unique, {@code a-z 0-9 -}. Empty if the relay is
 *     an older one
 * @param node its node number
 * @param ipv4 its virtual IPv4 address
 * @param ipv6 its virtual IPv6 address
 * @param software what it runs, such as {@code mnedc/0.1.0}
 * @param superPackets whether it takes GSO super-packets and unfinished checksums
 * @param info what it tells about itself
 * @param verified whether {@code info} and {@code groups} are signed by the device itself, by a certificate of this overlay. If
 *     not, they are only what the relay says: the device or the relay is an older one, or the overlay is without security
 * @param groups the groups in the device's certificate; empty if it is not verified
 * @param since since when this device knows it without a break
 */
public record Peer(
        String deviceId,
        String name,
        int node,
        Inet4Address ipv4,
        Inet6Address ipv6,
        String software,
        boolean superPackets,
        OrchestrationInfo info,
        boolean verified,
        Set<String> groups,
        Instant since) {
    /** Copies the set. */
    public Peer {
        groups = Set.copyOf(groups);
    }
}
