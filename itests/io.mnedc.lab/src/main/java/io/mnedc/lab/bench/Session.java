package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.bench.udp.UdpEnd;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One run: everything is started once, then each system is measured in turn, round by round. */
final class Session {
    private static final int MOST_STARTS = 3;
    private static final int SETTLE_SECONDS = 3;
    private static final int IDLE_SECONDS = 10;
    private static final int WARM_UP_SECONDS = 12;
    private static final double UDP_SECONDS = 0.8;
    private static final double QUICK_UDP_SECONDS = 0.4;
    private static final int UDP_TRIES = 6;
    private static final int QUICK_UDP_TRIES = 4;

    private final Options options;
    private final Consumer<String> progress;
    private final Map<String, Figures> figures = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private double busy = Double.NaN;

    Session(Options options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
    }

    Results run() {
        long begin = System.nanoTime();
        double stolen = Machine.stolenSeconds();
        Machine machine = Machine.here();
        List<Measured> measured = new ArrayList<>();
        if (options.wantsSystem(Systems.SEALED) && options.wantsMeasure(StartMeasurement.ID)) {
            int starts = options.quick() ? 1 : Math.min(MOST_STARTS, options.rounds());
            for (int i = 0; i < starts; i++) {
                StartMeasurement.measure(figures(Systems.SEALED));
            }
            progress.accept("start measured");
        }
        try (NestedNats nats = NestedNats.build()) {
            Systems systems = Systems.start(nats, options, progress);
            if (systems.subjects().isEmpty()) {
                throw new LabException("none of the systems that were asked for runs");
            }
            measure(nats, systems);
            for (Subject subject : systems.subjects()) {
                measured.add(new Measured(
                        subject.id(),
                        subject.title(),
                        subject.kind(),
                        figures(subject.id()),
                        failures.get(subject.id())));
            }
            measured.addAll(systems.absent());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double noise = 100 * (Machine.stolenSeconds() - stolen) / seconds / machine.processors();
        return new Results(
                LocalDate.now(ZoneId.systemDefault()),
                machine,
                options.rounds(),
                options.seconds(),
                noise,
                busy,
                measured);
    }

    private void measure(NestedNats nats, Systems systems) {
        if (options.wantsMeasure(StartMeasurement.ID)) {
            systems.overlay().ifPresent(this::firstReplies);
        }
        if (options.wantsMeasure(IdleMeasurement.ID)) {
            int window = options.quick() ? IDLE_SECONDS / 2 : IDLE_SECONDS;
            busy = IdleMeasurement.measure(
                    systems.subjects(), SETTLE_SECONDS, window, subject -> figures(subject.id()));
            progress.accept("idle systems measured");
        }
        for (Host host : List.of(nats.relay(), nats.b())) {
            Iperf.serve(host);
        }
        try (UdpEnd a = UdpEnd.start(nats.a(), nats.lab().directory());
                UdpEnd b = UdpEnd.start(nats.b(), nats.lab().directory());
                UdpEnd relay = UdpEnd.start(nats.relay(), nats.lab().directory())) {
            List<Measurement> measurements = measurements(nats, Map.of("a", a, "b", b, "relay", relay));
            List<Subject> order = new ArrayList<>(systems.subjects());
            order.stream()
                    .filter(subject -> subject.kind() != Kind.PLAIN)
                    .forEach(subject ->
                            attempt(subject, () -> Iperf.transfer(subject.from(), subject.address(), WARM_UP_SECONDS)));
            for (int round = 1; round <= options.rounds(); round++) {
                for (Subject subject : order) {
                    attempt(
                            subject,
                            () -> measurements.forEach(
                                    measurement -> measurement.measure(subject, figures(subject.id()))));
                    attempt(subject, () -> IdleMeasurement.loaded(subject, figures(subject.id())));
                    progress.accept("round " + round + " of " + options.rounds() + ": " + subject.title());
                }
                Collections.rotate(order, 1);
            }
        }
    }

    private List<Measurement> measurements(NestedNats nats, Map<String, UdpEnd> ends) {
        double udp = options.quick() ? QUICK_UDP_SECONDS : UDP_SECONDS;
        int tries = options.quick() ? QUICK_UDP_TRIES : UDP_TRIES;
        List<Measurement> all = List.of(
                new TcpMeasurement(nats.relay(), options.seconds()),
                new DelayMeasurement(options.seconds()),
                UdpMeasurement.small(ends, udp, tries),
                UdpMeasurement.large(ends, udp, tries));
        return all.stream()
                .filter(measurement -> options.wantsMeasure(measurement.id()))
                .toList();
    }

    private void firstReplies(NestedOverlay overlay) {
        Figures own = figures(Systems.SEALED);
        own.add(Metric.FIRST_REPLY, StartMeasurement.firstReply(overlay.c(), overlay.b()));
        own.add(Metric.FIRST_REPLY, StartMeasurement.firstReply(overlay.a(), overlay.c()));
        own.add(Metric.FIRST_REPLY, StartMeasurement.firstReply(overlay.b(), overlay.a()));
    }

    /** What fails once is told in the report and does not keep the others from being measured. */
    private void attempt(Subject subject, Runnable step) {
        try {
            step.run();
        } catch (LabException e) {
            progress.accept(subject.title() + ": " + e.getMessage());
            failures.putIfAbsent(subject.id(), Systems.reason(e));
        }
    }

    private Figures figures(String id) {
        return figures.computeIfAbsent(id, key -> new Figures());
    }
}
