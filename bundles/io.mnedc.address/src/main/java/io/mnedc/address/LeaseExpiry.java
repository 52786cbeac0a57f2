package io.mnedc.address;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that makes an allocator note when devices were last seen and end expired leases. It does so ten times in
 * the longest absence, so that a crash makes no device look absent for much longer than it was; but at most once a
 * second, and at least every ten minutes.
 */
final class LeaseExpiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseExpiry.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final LeaseAllocator allocator;
    private final ScheduledThreadPoolExecutor executor;
    private Duration interval = Duration.ZERO;
    private @Nullable ScheduledFuture<?> task;

    LeaseExpiry(LeaseAllocator allocator, LeasePolicy plan) {
        this.allocator = allocator;
        this.executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "mnedc-lease-renew");
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // as in MvLeaseStore
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        reconfigure(plan);
    }

    synchronized void reconfigure(LeasePolicy plan) {
        Duration now = interval(plan);
        if (!now.equals(interval)) {
            interval = now;
            if (task != null) {
                task.cancel(false);
            }
            task = executor.scheduleWithFixedDelay(this::tidy, now.toMillis(), now.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    static Duration interval(LeasePolicy plan) {
        Duration tenth = plan.absence().map(absence -> absence.dividedBy(10)).orElse(LONGEST);
        if (tenth.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return tenth.compareTo(LONGEST) > 0 ? LONGEST : tenth;
    }

    private void tidy() {
        try {
            allocator.tidy();
        } catch (RuntimeException | Error e) {
            // an Error too, or it would never be done again
            LOG.error("could not end expired leases; tried again later", e);
        }
    }

    /** Ends the thread; a pass under way is quick, for it waits for nothing. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("thread mnedc-lease-renew does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
