package io.mnedc.lab.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a figure should be.
 *
 * @param what the figure, in words
 * @param value what it is; not a number when it was not measured
 * @param atLeast whether the bound is the lowest that will do, else it is the highest
 */
record Target(String what, double value, int digits, boolean atLeast, double bound) {
    enum Verdict {
        MET,
        MISSED,
        NOT_MEASURED
    }

    Verdict verdict() {
        if (Double.isNaN(value)) {
            return Verdict.NOT_MEASURED;
        }
        return (atLeast ? value >= bound : value <= bound) ? Verdict.MET : Verdict.MISSED;
    }

    String wanted() {
        return (atLeast ? "at least " : "at most ") + Samples.number(bound, bound == Math.rint(bound) ? 0 : digits);
    }

    /** All targets of the project, for a machine with two processors. */
    static List<Target> of(Results results) {
        double plain = results.median(Systems.PLAIN, Metric.TCP);
        double sealed = results.median(Systems.SEALED, Metric.TCP);
        double small = results.median(Systems.SEALED, Metric.UDP_SMALL);
        double loaded = results.median(Systems.SEALED, Metric.LOADED_PING_99);
        List<Target> targets = new ArrayList<>();
        targets.add(atLeast("sealed / un-tunnelled, one TCP stream", sealed / plain, 2, 0.40));
        targets.add(atLeast(
                "unsealed / un-tunnelled, one TCP stream", results.median(Systems.OPEN, Metric.TCP) / plain, 2, 0.55));
        targets.add(atLeast(
                "sealed / best other overlay, one TCP stream", sealed / results.highestOfPeers(Metric.TCP), 1, 10));
        targets.add(atLeast(
                "four streams / one stream, sealed",
                results.median(Systems.SEALED, Metric.TCP_FOUR) / sealed,
                2,
                0.95));
        targets.add(atMost("idle ping, sealed, ms", results.median(Systems.SEALED, Metric.PING), 2, 0.4));
        targets.add(atMost("ping p99 while saturated, sealed, ms", loaded, 1, 5));
        targets.add(atMost(
                "ping p99 while saturated, sealed / best other overlay",
                loaded / results.lowestOfPeers(Metric.LOADED_PING_99),
                2,
                1));
        targets.add(atLeast("UDP of 64 bytes, sender flat out, sealed, packets/s", small, 0, 150_000));
        targets.add(atLeast(
                "UDP of 64 bytes, sealed / best other overlay",
                small / results.highestOfPeers(Metric.UDP_SMALL),
                1,
                3));
        targets.add(atMost(
                "first packet to first reply without keys, ms",
                results.median(Systems.SEALED, Metric.FIRST_REPLY),
                0,
                50));
        targets.add(atMost(
                "resident memory of a device, idle, MB", results.median(Systems.SEALED, Metric.NODE_MEMORY), 0, 100));
        targets.add(atMost(
                "resident memory of the relay, idle, MB", results.median(Systems.SEALED, Metric.HUB_MEMORY), 0, 120));
        targets.add(atMost(
                "processor of an idle device, % of a core",
                results.median(Systems.SEALED, Metric.NODE_IDLE_CPU), 2, 0.5));
        return targets;
    }

    private static Target atLeast(String what, double value, int digits, double bound) {
        return new Target(what, value, digits, true, bound);
    }

    private static Target atMost(String what, double value, int digits, double bound) {
        return new Target(what, value, digits, false, bound);
    }
}
