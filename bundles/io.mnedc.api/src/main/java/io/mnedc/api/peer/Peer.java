package io.mnedc.api.peer;

import java.net.Inet4Address;
import java.net.Inet6Address;

/**
 * A registered device of the overlay.
 *
 * @param deviceId its unique ID
 * @param node its node number
 * @param ipv4 its virtual IPv4 address
 * @param ipv6 its virtual IPv6 address
 * @param software what it runs, such as {@code mnedc/0.1.0}
 * @param superPackets whether it takes GSO super-packets and unfinished checksums
 * @param info what it tells about itself
 */
public record Peer(
        String deviceId,
        int node,
        Inet4Address ipv4,
        Inet6Address ipv6,
        String software,
        boolean superPackets,
        OrchestrationInfo info) {}
