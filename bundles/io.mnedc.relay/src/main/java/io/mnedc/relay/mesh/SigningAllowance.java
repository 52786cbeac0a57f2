package io.mnedc.relay.mesh;

import io.mnedc.work.TokenBucket;
import java.time.Duration;

/** How many requests for certificates one link may bring: some at once, {@value #A_SECOND} a second, and not too many under way. */
final class SigningAllowance {
    /** How many are worked on at a time. */
    static final int MOST = 128;

    /** How many may come after a quiet time. */
    static final int BURST = 200;

    static final int A_SECOND = 100;

    private final TokenBucket bucket =
            new TokenBucket(Duration.ofSeconds(BURST / A_SECOND).toNanos());
    private int underWay;

    /** Whether another one may be worked on; then {@link #done} is called at its end. Times as of {@link System#nanoTime}. */
    boolean take(long now) {
        if (underWay >= MOST || !bucket.takeOne(A_SECOND, now)) {
            return false;
        }
        underWay++;
        return true;
    }

    void done() {
        underWay--;
    }
}
