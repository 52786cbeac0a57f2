package io.mnedc.relay.work;

import io.mnedc.work.TokenBucket;

/**
 * A token bucket, and a watch for a sender that goes on far over its rate. Time and rate come in as arguments, so a rate may
 * change at any time; a rate of 0 is no limit. Not thread-safe.
 */
public final class FloodWatch {
    /** A flood is this many times the rate ... */
    static final int FLOOD_FACTOR = 10;
    /** ... for this long. */
    static final long FLOOD_NANOS = 10_000_000_000L;

    private static final long SECOND = 1_000_000_000L;

    private final TokenBucket bucket;
    private long windowBegan;
    private long inWindow;
    private long calm;

    /**
     * Makes a full one.
     *
     * @param burstSeconds how many seconds' worth may come at once
     */
    public FloodWatch(int burstSeconds, long now) {
        this.bucket = new TokenBucket(burstSeconds * SECOND);
        this.windowBegan = now;
        this.calm = now;
    }

    /** How much may be taken now; not positive if nothing. */
    public long room(long rate, long now) {
        return rate == 0 ? Long.MAX_VALUE : bucket.room(rate, now);
    }

    /**
     * Takes.
     *
     * @param passed what was let through: paid for. May be a little more than there is room for.
     * @param came all that came, what was dropped included
     * @return whether the sender has come with {@value #FLOOD_FACTOR} times the rate for ten seconds
     */
    public boolean take(long passed, long came, long rate, long now) {
        if (rate == 0) {
            calm = now;
            return false;
        }
        bucket.take(passed, rate, now);
        inWindow += came;
        long elapsed = now - windowBegan;
        if (elapsed < SECOND) {
            return false;
        }
        boolean over = inWindow > (double) rate * FLOOD_FACTOR * elapsed / SECOND;
        windowBegan = now;
        inWindow = 0;
        if (!over) {
            calm = now;
        }
        return now - calm >= FLOOD_NANOS;
    }
}
