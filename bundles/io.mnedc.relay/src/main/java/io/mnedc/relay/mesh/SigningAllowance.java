package io.mnedc.relay.mesh;

import java.util.concurrent.TimeUnit;

/** How many requests for certificates one link may bring: some at once, {@value #A_SECOND} a second, and not too many under way. */
final class SigningAllowance {
    /** How many are worked on at a time. */
    static final int MOST = 128;

    /** How many may come after a quiet time. */
    static final int BURST = 200;

    static final int A_SECOND = 100;

    private static final long NANOS_EACH = TimeUnit.SECONDS.toNanos(1) / A_SECOND;

    private int underWay;
    private int left = BURST;
    private long earned;

    /** Nothing has come yet; times as of {@link System#nanoTime}. */
    SigningAllowance(long now) {
        earned = now;
    }

    /** Whether another one may be worked on; then {@link #done} is called at its end. */
    boolean take(long now) {
        long more = (now - earned) / NANOS_EACH;
        if (more > 0) {
            left = (int) Math.min(BURST, left + more);
            earned += more * NANOS_EACH;
        }
        if (left == 0 || underWay >= MOST) {
            return false;
        }
        left--;
        underWay++;
        return true;
    }

    void done() {
        underWay--;
    }
}
