package io.mnedc.work;

import java.time.Duration;

/** Lets something happen, such as a line in the log, once in a while, and counts what it holds back. Thread-safe. */
public final class LogLimiter {
    private final long apart;
    private boolean ever;
    private long last;
    private int heldBack;

    public LogLimiter(Duration apart) {
        this.apart = apart.toNanos();
    }

    /** {@return whether it may happen now; else it is counted} */
    public synchronized boolean may(long now) {
        if (ever && now - last < apart) {
            heldBack++;
            return false;
        }
        ever = true;
        last = now;
        return true;
    }

    /** {@return how often it was held back since this was asked last} */
    public synchronized int count() {
        int count = heldBack;
        heldBack = 0;
        return count;
    }

    /** {@return the same in words, to be put behind a line; empty if nothing was held back} */
    public String heldBack() {
        int count = count();
        return count == 0 ? "" : " (and " + count + " more like this, not told)";
    }
}
