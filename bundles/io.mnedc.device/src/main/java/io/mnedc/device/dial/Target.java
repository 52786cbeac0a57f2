package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;

/**
 * One address of a relay, and how it is to be reached.
 *
 * @param relay as it is configured
 * @param address one of those that its name stands for
 * @param segment the most data in a TCP segment, or {@link Paths#USUAL}
 */
public record Target(RelayAddress relay, InetSocketAddress address, int segment) {}
