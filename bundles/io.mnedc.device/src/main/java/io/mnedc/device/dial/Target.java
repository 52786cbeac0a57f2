package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;

/**
 * One address of a relay, and how it is to be reached.
 *
 * @param place the host that it is an address of
 * @param address one of those that its name stands for
 * @param segment the most data in a TCP segment, or {@link Paths#USUAL}
 */
public record Target(Place place, InetSocketAddress address, int segment) {
    /** {@return the relay as it is configured} */
    public RelayAddress relay() {
        return place.relay();
    }
}
