package io.mnedc.device.seal;

/** Times as {@link System#nanoTime} counts. */
final class Nanos {
    private Nanos() {}

    static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }

    static long millis(int millis) {
        return millis * 1_000_000L;
    }
}
