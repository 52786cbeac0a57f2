package io.mnedc.names;

import io.mnedc.api.peer.OfferedService;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;

/**
 * A device, or the service address.
 *
 * @param label its name
 * @param services those that it vouches for
 */
record Host(String label, Inet4Address ipv4, Inet6Address ipv6, List<OfferedService> services) {}
