package io.mnedc.address;

import io.mnedc.work.PeriodicThread;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that make an allocator note when devices were last seen and end expired leases. It does so ten times in
 * the longest absence, so that a crash makes no device look absent for much longer than it was; but at most once a
 * second, and at least every ten minutes. Beside a store that is elsewhere, devices hear within seconds if it does not answer.
 */
final class LeaseExpiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseExpiry.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** A relay gives a device about ten seconds to register. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private final PeriodicThread thread;
    private final @Nullable PeriodicThread late;

    /**
     * Begins.
     *
     * @param shared whether the store may not answer for long, because it is elsewhere
     */
    LeaseExpiry(LeaseAllocator allocator, LeasePolicy policy, boolean shared) {
        this.thread = new PeriodicThread(
                "mnedc-lease-renew",
                allocator::maintain,
                fault -> LOG.error("could not end expired leases; tried again later", fault));
        reconfigure(policy);
        if (shared) {
            late = new PeriodicThread(
                    "mnedc-lease-late",
                    () -> allocator.endLate(LATE),
                    fault -> LOG.error("could not refuse what has waited for long; tried again", fault));
            late.every(SHORTEST);
        } else {
            late = null;
        }
    }

    void reconfigure(LeasePolicy policy) {
        thread.every(interval(policy));
    }

    static Duration interval(LeasePolicy policy) {
        Duration tenth = policy.absence().map(absence -> absence.dividedBy(10)).orElse(LONGEST);
        if (tenth.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return tenth.compareTo(LONGEST) > 0 ? LONGEST : tenth;
    }

    /** Ends the thread; a pass under way is quick, for it waits for nothing. */
    @Override
    public void close() {
        thread.close();
        if (late != null) {
            late.close();
        }
    }
}
