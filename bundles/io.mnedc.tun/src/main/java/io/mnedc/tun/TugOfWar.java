package io.mnedc.tun;

import java.time.Duration;

/**
 * Decides when something that was taken away is put back: at once the first times; when it is taken away again and again,
 * less and less often, until it has been left alone for a while. Times are those of {@link System#nanoTime()}. Not
 * thread-safe.
 */
final class TugOfWar {
    /** What is put back so often, with less than {@link #QUIET} in between, is put back at once. */
    static final int AT_ONCE = 5;

    static final long QUIET = Duration.ofSeconds(30).toNanos();
    static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();
    static final long LONGEST_PAUSE = Duration.ofSeconds(16).toNanos();

    /** At the least so long nobody takes anything away before the dispute counts as over. */
    static final long LEAST_CALM = Duration.ofSeconds(5).toNanos();

    private int times;
    private long last;
    private long pause;
    private boolean disputed;

    /** {@return whether it may be put back now} */
    boolean isDue(long now) {
        return !disputed || now - last >= pause;
    }

    /**
     * It is put back now, or that was tried.
     *
     * @return whether that is the first time after a quiet one
     */
    boolean putBack(long now) {
        times = times > 0 && now - last > QUIET && !disputed ? 1 : times + 1;
        last = now;
        if (times > AT_ONCE) {
            pause = disputed ? Math.min(2 * pause, LONGEST_PAUSE) : Math.max(FIRST_PAUSE, pause);
            disputed = true;
        }
        return times == 1;
    }

    /** All is as it should be, now. */
    void isWhole(long now) {
        if (disputed && now - last >= calm()) {
            disputed = false;
        }
        if (!disputed && now - last > QUIET) {
            times = 0;
            pause = 0;
        }
    }

    /** {@return whether somebody takes things away again and again} */
    boolean isDisputed() {
        return disputed;
    }

    /**
     * Tells when to look again although nobody has told of a change.
     *
     * @param whole whether all was as it should be
     * @return nanoseconds from now; {@link Long#MAX_VALUE} if there is no need
     */
    long next(boolean whole, long now) {
        if (!disputed) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, last + (whole ? calm() : pause) - now);
    }

    private long calm() {
        return Math.max(pause, LEAST_CALM);
    }

    /** Begins again: something else is wanted. */
    void reset() {
        times = 0;
        pause = 0;
        disputed = false;
    }
}
