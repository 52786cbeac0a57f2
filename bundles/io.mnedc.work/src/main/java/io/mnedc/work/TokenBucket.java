package io.mnedc.work;

/**
 * A token bucket: so much in a second, and more after a pause. The rate comes in as an argument, so it may change at any time. Not
 * thread-safe.
 */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final long burstNanos;
    private boolean used;
    /** When all that was taken will have been earned at the rate. */
    private long paid;

    /**
     * A full one.
     *
     * @param burstNanos how much may come at once, as the time in which it is earned
     */
    public TokenBucket(long burstNanos) {
        this.burstNanos = burstNanos;
    }

    /** {@return how much may be taken now; not positive if nothing} */
    public long room(long rate, long now) {
        return (long) ((double) rate * (burstNanos - owed(now)) / SECOND);
    }

    /** Takes, also a little more than there is room for. */
    public void take(long amount, long rate, long now) {
        paid = now + owed(now) + (long) ((double) amount * SECOND / rate);
        used = true;
    }

    /** {@return whether one may be taken now; then it is} */
    public boolean takeOne(long rate, long now) {
        long owed = owed(now);
        long apart = SECOND / rate;
        if (owed > burstNanos - apart) {
            return false;
        }
        paid = now + owed + apart;
        used = true;
        return true;
    }

    private long owed(long now) {
        return used ? Math.max(0, paid - now) : 0;
    }
}
