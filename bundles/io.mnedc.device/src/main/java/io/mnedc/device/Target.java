package io.mnedc.device;

import java.net.InetSocketAddress;

/**
 * One address of a relay.
 *
 * @param relay as it is configured
 * @param address one of those that its name stands for
 */
record Target(RelayAddress relay, InetSocketAddress address) {}
