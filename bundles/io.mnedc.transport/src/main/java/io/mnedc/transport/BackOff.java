package io.mnedc.transport;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delays between attempts. Each doubles the one before, up to a limit. It is shortened by up to a half at random, so that
 * many devices do not come back at the same moment. Not thread-safe.
 */
public final class BackOff {
    private final long first;
    private final long most;
    private final RandomGenerator random;
    private long next;

    /**
     * Begins with the first delay.
     *
     * @param first the first delay, before it is shortened
     * @param most the longest delay
     * @param random where the shortening comes from
     */
    public BackOff(Duration first, Duration most, RandomGenerator random) {
        this.first = first.toNanos();
        this.most = Math.max(most.toNanos(), this.first);
        this.random = random;
        this.next = this.first;
    }

    /** {@return how long to wait before the next attempt} */
    public Duration next() {
        long delay = next;
        next = Math.min(most, next * 2);
        return jittered(delay);
    }

    /** {@return the longest delay, shortened at random: for a refusal that will not pass soon} */
    public Duration longest() {
        next = most;
        return jittered(most);
    }

    /** Begins again: an attempt succeeded. */
    public void reset() {
        next = first;
    }

    private Duration jittered(long delay) {
        return Duration.ofNanos(delay / 2 + random.nextLong(delay / 2 + 1));
    }
}
