package io.mnedc.device.common;

import java.time.Duration;

/** Lets something happen, such as a line in the log, once in a while, and counts what it holds back. Not thread-safe. */
public final class LogLimiter {
    private final long apart;
    private boolean ever;
    private long last;
    private int heldBack;

    public LogLimiter(Duration apart) {
        this.apart = apart.toNanos();
    }

    /** {@return whether it may happen now; else it is counted} */
    public boolean may(long now) {
        if (ever && now - last < apart) {
            heldBack++;
            return false;
        }
        ever = true;
        last = now;
        return true;
    }

    /** {@return what was held back since this was asked last, to be put behind a line; empty if nothing was} */
    public String heldBack() {
        int count = heldBack;
        heldBack = 0;
        return count == 0 ? "" : " (and " + count + " more like this, not told)";
    }
}
