package io.mnedc.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Values of one figure in the order in which they were measured. */
final class Samples {
    private final List<Double> values = new ArrayList<>();

    static Samples of(List<Double> values) {
        Samples samples = new Samples();
        samples.values.addAll(values);
        return samples;
    }

    void add(double value) {
        values.add(value);
    }

    List<Double> values() {
        return List.copyOf(values);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** The middle one, of an even number the mean of both in the middle; not a number when there are none. */
    double median() {
        List<Double> sorted = sorted();
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The smallest value that this part of all values does not exceed; not a number when there are none. */
    double quantile(double part) {
        List<Double> sorted = sorted();
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, (int) Math.ceil(part * sorted.size()) - 1));
    }

    /** Median and range, with this many digits after the point; a dash when there are none. */
    String show(int digits) {
        if (values.isEmpty()) {
            return "-";
        }
        List<Double> sorted = sorted();
        String median = number(median(), digits);
        String lowest = number(sorted.get(0), digits);
        String highest = number(sorted.get(sorted.size() - 1), digits);
        return lowest.equals(highest) ? median : median + " (" + lowest + "-" + highest + ")";
    }

    /** A number with this many digits after the point. */
    static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private List<Double> sorted() {
        return values.stream().sorted().toList();
    }
}
