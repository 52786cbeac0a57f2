package io.mnedc.lab.bench;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** Results to make reports of. */
final class Example {
    private Example() {}

    static Results results() {
        Measured plain = measured(Systems.PLAIN, Kind.PLAIN, Map.of(Metric.TCP, List.of(8000.0, 10000.0, 9000.0)));
        Measured sealed = measured(
                Systems.SEALED,
                Kind.OWN,
                Map.of(
                        Metric.TCP, List.of(4500.0, 4600.0, 4400.0),
                        Metric.TCP_FOUR, List.of(4000.0),
                        Metric.PING, List.of(0.25),
                        Metric.LOADED_PING_99, List.of(4.0),
                        Metric.UDP_SMALL, List.of(160_000.0),
                        Metric.NODE_IDLE_CPU, List.of(0.5)));
        Measured open = measured(Systems.OPEN, Kind.OWN, Map.of(Metric.TCP, List.of(4500.0)));
        Measured peer = measured(
                "peer-a",
                Kind.PEER,
                Map.of(
                        Metric.TCP, List.of(300.0),
                        Metric.UDP_SMALL, List.of(40_000.0),
                        Metric.LOADED_PING_99, List.of(8.0)));
        Measured absent = new Measured("peer-b", "Peer <b> & co", Kind.PEER, new Figures(), "no | such program");
        return new Results(
                LocalDate.of(2026, 11, 22),
                new Machine("Some Processor", 2, "6.18", "17.0.15"),
                3,
                2,
                1.25,
                7,
                List.of(plain, sealed, open, peer, absent));
    }

    private static Measured measured(String id, Kind kind, Map<Metric, List<Double>> values) {
        Figures figures = new Figures();
        values.forEach((metric, samples) -> figures.put(metric, Samples.of(samples)));
        return new Measured(id, "System " + id, kind, figures, null);
    }
}
