package io.mnedc.tun;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps descriptors open while calls use them: a number that is closed under a running call may by then belong to
 * another file.
 */
final class InUse {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** The calls under way; the sign bit says that there shall be no more. */
    private final AtomicInteger users = new AtomicInteger();

    private final CountDownLatch released = new CountDownLatch(1);
    private final Runnable release;

    /**
     * Begins the use.
     *
     * @param release is run once: after closing, when the last call has ended
     */
    InUse(Runnable release) {
        this.release = release;
    }

    /** Begins a call. */
    void enter() throws ClosedChannelException {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                throw new ClosedChannelException();
            }
        } while (!users.compareAndSet(now, now + 1));
    }

    /** Ends a call. */
    void exit() {
        if (users.decrementAndGet() == CLOSED) {
            try {
                release.run();
            } finally {
                released.countDown();
            }
        }
    }

    boolean isClosed() {
        return users.get() < 0;
    }

    /**
     * Lets no further call begin. Counts as a call itself, so that {@code wake} meets open descriptors.
     *
     * @param wake ends the calls that wait
     */
    void close(Runnable wake) {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                return;
            }
        } while (!users.compareAndSet(now, (now + 1) | CLOSED));
        try {
            wake.run();
        } finally {
            exit();
        }
    }

    /** {@return whether all was released within the time; an interruption is kept for later} */
    boolean awaitRelease(long seconds) {
        boolean interrupted = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            while (true) {
                try {
                    return released.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
