package io.mnedc.load;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** Times, counted in classes that are 9 % wide, so that any number of them needs the same memory. Thread-safe. */
final class Latencies {
    private static final int CLASSES_PER_OCTAVE = 8;
    private static final int CLASSES = 40 * CLASSES_PER_OCTAVE;

    private final AtomicLongArray counts = new AtomicLongArray(CLASSES);

    void add(long nanos) {
        double octaves = Math.log(Math.max(1, nanos / 1000.0)) / Math.log(2);
        counts.incrementAndGet(Math.min(CLASSES - 1, (int) (octaves * CLASSES_PER_OCTAVE)));
    }

    long count() {
        long count = 0;
        for (int i = 0; i < CLASSES; i++) {
            count += counts.get(i);
        }
        return count;
    }

    /** The upper end, in milliseconds, of the class below which this part of all times lies; NaN if there are none. */
    double millis(double part) {
        long left = (long) Math.ceil(count() * part);
        if (left == 0) {
            return Double.NaN;
        }
        for (int i = 0; i < CLASSES; i++) {
            left -= counts.get(i);
            if (left <= 0) {
                return Math.pow(2, (i + 1.0) / CLASSES_PER_OCTAVE) / 1000;
            }
        }
        return Double.NaN;
    }

    void clear() {
        for (int i = 0; i < CLASSES; i++) {
            counts.set(i, 0);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f / %.2f / %.2f ms (%d)", millis(0.5), millis(0.99), millis(1), count());
    }
}
