package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** An entry of a {@link RelayRace} whose turn has come. */
final class RaceLeg {
    final RaceEntry entry;
    final RelayAddress relay;
    final long begun;

    /** Addresses that are not tried yet. */
    final Deque<Target> waiting = new ArrayDeque<>();

    final List<RaceFailure> failures = new ArrayList<>();

    /** Whether its look-up has ended. */
    boolean known;

    /** Whether its failure is told. */
    boolean told;

    /** When its last attempt began. */
    long started;

    RaceLeg(RaceEntry entry, long now) {
        this.entry = entry;
        this.relay = entry.relay();
        this.begun = now;
        this.started = now;
    }
}
