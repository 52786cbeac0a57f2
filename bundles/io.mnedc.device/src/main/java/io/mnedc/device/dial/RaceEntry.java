package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RelayRace} has to try: a relay as it is configured, or a host that was found for it.
 *
 * @param relay as it is configured
 * @param place the host; null if it is still to be found
 */
record RaceEntry(RelayAddress relay, @Nullable Place place) {
    static RaceEntry of(RelayAddress relay) {
        return new RaceEntry(relay, relay.isFound() ? null : Place.of(relay));
    }

    /** {@return what goes before a message about it, if the relay alone does not say all} */
    String where() {
        return place == null || !relay.isFound() ? "" : place.hostPort() + ": ";
    }

    /** {@return what to say if its look-up takes too long} */
    String unanswered() {
        return place == null ? "the look-up has not ended" : "the DNS has not answered for the name " + place.host();
    }

    /** {@return whether this configured one follows the other as an address follows another of the same name} */
    boolean isNear(RaceEntry before) {
        return isLiteral() && before.isLiteral();
    }

    private boolean isLiteral() {
        return place != null && Resolver.literal(place.host());
    }
}
