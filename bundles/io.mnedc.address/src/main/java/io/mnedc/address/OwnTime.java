package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Entry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The time of a relay alone: the clock of its host. It is told of all devices, each time. */
final class OwnTime implements LeaseTime {
    private final Clock clock;
    private final Instant started;

    OwnTime(Clock clock) {
        this.clock = clock;
        this.started = clock.instant();
    }

    @Override
    public Instant now() {
        // the store keeps milliseconds
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public Instant noted(Instant seen, LeasePolicy rules) {
        return seen;
    }

    @Override
    public boolean isDue(Entry stored, Instant seen, LeasePolicy rules) {
        return true;
    }

    @Override
    public boolean isSure(Entry stored, LeasePolicy rules) {
        return true;
    }

    @Override
    public boolean isFresh(Entry stored, LeasePolicy rules) {
        return true;
    }

    @Override
    public Instant end(Instant lastSeen, Duration absence) {
        Instant end = lastSeen.plus(absence);
        Instant grace = started.plus(absence.compareTo(LeaseAllocator.GRACE) < 0 ? absence : LeaseAllocator.GRACE);
        return end.isAfter(grace) ? end : grace;
    }

    @Override
    public Instant shown(Instant stored) {
        return stored;
    }
}
