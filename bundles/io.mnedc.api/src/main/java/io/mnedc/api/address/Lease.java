package io.mnedc.api.address;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.time.Instant;

/**
 * A device's hold on its virtual addresses.
 *
 * @param deviceId the device's unique ID
 * @param node its node number in the {@link VirtualNetwork}
 * @param ipv4 its virtual IPv4 address
 * @param ipv6 its virtual IPv6 address
 * @param allocated when the lease was first given
 * @param lastSeen when the device was last known to be connected
 * @param reserved whether the address comes from a reservation in the configuration
 */
public record Lease(
        String deviceId,
        int node,
        Inet4Address ipv4,
        Inet6Address ipv6,
        Instant allocated,
        Instant lastSeen,
        boolean reserved) {}
