package io.mnedc.device.identity;

import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Has the identity read again for handshakes, but not too often, and not while it is being read. Peers begin handshakes as
 * often as they like; that must not fill the identity thread's queue, nor keep a gateway's key store busy. Any thread.
 */
public final class IdentityRefresh {
    private static final Duration APART = Duration.ofSeconds(5);

    private final Executor thread;
    private final Runnable read;
    private final LongSupplier clock;
    private final AtomicBoolean pending = new AtomicBoolean();

    /** Used by the thread that has set {@link #pending}. */
    private final LogLimiter times = new LogLimiter(APART);

    /**
     * Nothing was read yet.
     *
     * @param thread where the identity is read; it drops what comes after its end
     * @param read reads it
     * @param clock as {@link System#nanoTime}
     */
    public IdentityRefresh(Executor thread, Runnable read, LongSupplier clock) {
        this.thread = thread;
        this.read = read;
        this.clock = clock;
    }

    /** Has it read soon, unless that was done a moment ago. */
    public void request() {
        if (!pending.compareAndSet(false, true)) {
            return;
        }
        if (!times.may(clock.getAsLong())) {
            pending.set(false);
            return;
        }
        thread.execute(() -> {
            try {
                read.run();
            } finally {
                pending.set(false);
            }
        });
    }
}
