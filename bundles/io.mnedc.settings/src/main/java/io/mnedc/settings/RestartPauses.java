package io.mnedc.settings;

import java.time.Duration;

/**
 * How long something rests that has failed by itself before it starts again: each time twice as long, until it has run
 * well for a while. Thread-safe; time comes in as an argument, by {@link System#nanoTime}.
 */
public final class RestartPauses {
    private static final Duration MOST = Duration.ofMinutes(5);
    private static final long WELL_NANOS = Duration.ofMinutes(10).toNanos();

    private final Duration first;
    private Duration next;
    private boolean runs;
    private long since;

    /**
     * Begins with the first pause.
     *
     * @param first the shortest
     */
    public RestartPauses(Duration first) {
        this.first = first;
        this.next = first;
    }

    /** It has started. */
    public synchronized void started(long now) {
        runs = true;
        since = now;
    }

    /** {@return how long it rests now that it has failed, or could not start} */
    public synchronized Duration failed(long now) {
        if (runs && now - since >= WELL_NANOS) {
            next = first;
        }
        runs = false;
        Duration pause = next;
        Duration twice = next.multipliedBy(2);
        next = twice.compareTo(MOST) < 0 ? twice : MOST;
        return pause;
    }
}
