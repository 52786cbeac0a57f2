package io.mnedc.address;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.testing.TestClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** A relay's part in the leases of several relays, with a clock and a stopwatch of the test's. */
final class SharedLeases implements AutoCloseable {
    final TestClock clock;
    final StoredLeases store;
    final LeaseAllocator allocator;

    SharedLeases(OverlayStore store, LeasePolicy rules, TestClock clock) throws IOException {
        this(store, rules, clock, new TestClock(Instant.EPOCH));
    }

    /**
     * Begins.
     *
     * @param wall the host's clock, which may be wrong
     * @param clock what passes by the stopwatch
     */
    SharedLeases(OverlayStore store, LeasePolicy rules, TestClock clock, TestClock wall) throws IOException {
        this.clock = clock;
        this.store = StoredLeases.shared(
                store,
                FormerLeases.none(),
                wall,
                () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos());
        this.store.agreement().orElseThrow().problem(rules.network());
        this.allocator = new LeaseAllocator(
                this.store, rules, wall, this.store.overlayTime().orElseThrow());
    }

    @Override
    public void close() {
        allocator.close();
        store.close();
    }
}
