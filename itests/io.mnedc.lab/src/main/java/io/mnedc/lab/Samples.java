package io.mnedc.lab;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Values of one figure over the rounds of the bench. */
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
        Collections.sort(values);
    }

    double median() {
        return quantile(0.5);
    }

    /** The value below which this part of all values lies; not a number when there are none. */
    double quantile(double part) {
        return values.isEmpty()
                ? Double.NaN
                : values.get((int) Math.min(values.size() - 1L, (long) (values.size() * part)));
    }

    /** Median and range, with this many digits after the point. */
    String show(int digits) {
        if (values.isEmpty()) {
            return "-";
        }
        String form = "%." + digits + "f";
        return String.format(
                Locale.ROOT,
                form + " (" + form + "-" + form + ")",
                median(),
                values.get(0),
                values.get(values.size() - 1));
    }
}
