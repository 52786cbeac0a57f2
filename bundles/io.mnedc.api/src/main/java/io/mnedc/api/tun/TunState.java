package io.mnedc.api.tun;

import java.util.List;
import java.util.Optional;

/**
 * How an open interface is. Other programs of the machine may change it, and routes may lead past it.
 *
 * @param name its name; it may have been renamed
 * @param addresses those of its settings that it has
 * @param fault why no packets go through it now, in a sentence with its cure; empty if they do
 * @param warning what else is wrong, in a sentence with its cure, such as a route that takes a part of its packets
 */
public record TunState(
        String name, List<TunSettings.Prefix> addresses, Optional<String> fault, Optional<String> warning) {
    /** Copies the list. */
    public TunState {
        addresses = List.copyOf(addresses);
    }
}
