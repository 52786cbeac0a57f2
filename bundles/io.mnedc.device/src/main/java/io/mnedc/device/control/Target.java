package io.mnedc.device.control;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;

/**
 * One address of a relay, and how it is to be reached.
 *
 * @param relay as it is configured
 * @param address one of those that its name stands for
 * @param segment the most data in a TCP segment, or {@link Paths#USUAL}
 */
record Target(RelayAddress relay, InetSocketAddress address, int segment) {}
