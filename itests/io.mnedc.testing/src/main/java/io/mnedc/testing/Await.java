package io.mnedc.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, with a limit that a machine three times as slow still meets. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final long PAUSE_NANOS = 5_000_000;

    private Await() {}

    /**
     * Waits until something is so.
     *
     * @param what the condition in words, for the failure
     */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(() -> what, condition);
    }

    /**
     * Waits until something is so.
     *
     * @param what the condition in words, and how it is instead; asked only for the failure
     */
    public static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
