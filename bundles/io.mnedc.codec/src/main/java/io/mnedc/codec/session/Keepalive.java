package io.mnedc.codec.session;

/**
 * Tells when to probe a peer and when to give it up: a probe in every interval, given up after three intervals of
 * silence. Times are nanoseconds of one monotonic clock.
 */
public final class Keepalive {
    /** Intervals of silence after which a peer is given up. */
    public static final int INTERVALS = 3;

    /** How often {@link #poll} is to be called per interval; a silent peer is given up within three intervals then. */
    public static final int POLLS = 4;

    /** What to do. */
    public enum Due {
        /** Nothing. */
        NOTHING,
        /** Send something that the peer answers. */
        PROBE,
        /** The peer is gone. */
        DEAD
    }

    private final long interval;
    private long heard;
    private long probed;

    /**
     * Begins.
     *
     * @param intervalNanos at least 1
     * @param now the present time
     */
    public Keepalive(long intervalNanos, long now) {
        this.interval = intervalNanos;
        this.heard = now;
        this.probed = now;
    }

    /**
     * Something came from the peer.
     *
     * @param now the present time
     */
    public void heard(long now) {
        heard = now;
    }

    /**
     * A probe of the peer has been answered: for NAT mappings that is as good as a probe. The next one is due later than
     * usual, so that one of two ends that probe at the same pace spares its own.
     *
     * @param now the present time
     */
    public void answered(long now) {
        probed = now + interval / 2;
    }

    /**
     * Looks what is due. To be called at least {@value #POLLS} times per interval.
     *
     * @param now the present time
     * @return what to do
     */
    public Due poll(long now) {
        // a poll early rather than one late
        if (now - heard >= INTERVALS * interval - interval / POLLS) {
            return Due.DEAD;
        }
        // probes also keep NAT mappings alive, so they are sent at their own pace even while the peer says other things
        if (now - probed >= interval - interval / POLLS / 2) {
            probed = now;
            return Due.PROBE;
        }
        return Due.NOTHING;
    }
}
