package io.mnedc.itests.gateway;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for what happens on other threads. */
public final class Waits {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Waits() {}

    /** Waits until the value is as wanted; tells the last value if it never is. */
    public static <T extends @Nullable Object> T until(String what, Supplier<T> value, Predicate<T> wanted)
            throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        T now = value.get();
        while (!wanted.test(now)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": not within " + LIMIT + ", last was " + now);
            }
            Thread.sleep(10);
            now = value.get();
        }
        return now;
    }
}
