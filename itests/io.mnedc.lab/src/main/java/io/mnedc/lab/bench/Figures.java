package io.mnedc.lab.bench;

import java.util.EnumMap;
import java.util.Map;

/** All that was measured of one system. */
final class Figures {
    private final Map<Metric, Samples> samples = new EnumMap<>(Metric.class);

    void add(Metric metric, double value) {
        samples.computeIfAbsent(metric, key -> new Samples()).add(value);
    }

    void put(Metric metric, Samples values) {
        samples.put(metric, values);
    }

    /** Empty when it was not measured. */
    Samples of(Metric metric) {
        return samples.getOrDefault(metric, new Samples());
    }

    /** Not a number when it was not measured. */
    double median(Metric metric) {
        return of(metric).median();
    }

    Map<Metric, Samples> all() {
        return Map.copyOf(samples);
    }
}
