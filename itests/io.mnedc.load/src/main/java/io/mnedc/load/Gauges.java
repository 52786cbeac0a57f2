package io.mnedc.load;

import io.mnedc.lab.LabProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looks into several JVMs, and adds up what they have in use. */
final class Gauges implements AutoCloseable {
    private final List<Gauge> all = new ArrayList<>();

    private Gauges() {}

    static Gauges on(List<LabProcess> processes) throws IOException {
        var made = new Gauges();
        try {
            for (LabProcess each : processes) {
                made.all.add(Gauge.on(each));
            }
            return made;
        } catch (IOException e) {
            made.close();
            throw e;
        }
    }

    Gauge.Reading read() throws IOException {
        var sum = new Gauge.Reading(0, 0, 0, 0, 0);
        for (Gauge each : all) {
            sum = sum.plus(each.read());
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        for (Gauge each : all) {
            each.close();
        }
    }
}
