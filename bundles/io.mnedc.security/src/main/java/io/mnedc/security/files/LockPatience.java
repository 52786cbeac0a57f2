package io.mnedc.security.files;

import java.time.Duration;

/**
 * How long somebody waits for a lock that another process holds. A holder that works is waited for, however slow the machine
 * is; one that has had no processor time for a while is frozen, and one that works for minutes is broken.
 */
final class LockPatience {
    /** A process that is in line for a processor gets some of it in this time, also on a machine that is overloaded. */
    static final Duration STILL = Duration.ofSeconds(15);

    private final long stillNanos;
    private final long longestNanos;
    private LockHolder holder = LockHolder.UNKNOWN;
    private long holderSince;
    private long stillSince;

    LockPatience(Duration longest, long now) {
        longestNanos = longest.toNanos();
        stillNanos = Math.min(STILL.toNanos(), longestNanos);
        holderSince = now;
        stillSince = now;
    }

    /** {@return whether it is over, now that the lock is held by this one} */
    boolean isOver(LockHolder holder, long now) {
        if (holder.pid() != this.holder.pid()) {
            // passed on: those who come and go do not hang
            holderSince = now;
        }
        if (!holder.asStillAs(this.holder)) {
            stillSince = now;
            this.holder = holder;
        }
        return now - holderSince > longestNanos || (holder.known() && now - stillSince > stillNanos);
    }
}
