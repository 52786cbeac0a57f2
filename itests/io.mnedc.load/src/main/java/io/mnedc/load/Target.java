package io.mnedc.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a relay with many devices is to achieve, and what it did.
 *
 * @param measure what
 * @param wanted how much of it
 * @param found how much there was
 * @param met whether that is enough
 */
record Target(String measure, String wanted, String found, boolean met) {
    private static final double MOST_SECONDS = 60;
    private static final double MOST_MILLIS = 20;
    private static final double MOST_CPU = 0.1;
    private static final double LEAST_JOINS = 500;
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    /** Direct memory that may be left, in bytes. */
    static final long DIRECT_SLACK = 1 << 20;

    /** All of them, at the largest number of devices. */
    static List<Target> of(ScaleResults results) {
        Level last = results.levels().get(results.levels().size() - 1);
        Gauge.Reading start = results.start();
        Gauge.Reading end = results.end();
        List<Target> all = new ArrayList<>();
        all.add(new Target(
                "joins per second, mutual TLS",
                "500",
                show("%.0f", last.joinsPerSecond()),
                last.joinsPerSecond() >= LEAST_JOINS));
        Comeback comeback = results.comeback();
        if (comeback != null) {
            all.add(new Target(
                    "all back after a kill",
                    "60 s",
                    show("%.1f s", comeback.seconds()),
                    comeback.seconds() <= MOST_SECONDS));
        }
        all.add(new Target(
                "keepalives, of a processor",
                "< 10 %",
                show("%.1f %%", last.steadyCpu() * 100),
                last.steadyCpu() < MOST_CPU));
        all.add(new Target(
                "a random pair's exchange, p99",
                "< 20 ms",
                show("%.1f ms", last.steady().p99()),
                last.steady().p99() < MOST_MILLIS));
        all.add(new Target(
                "the same while devices join",
                "< 20 ms",
                show("%.1f ms", last.joining().p99()),
                last.joining().p99() < MOST_MILLIS));
        all.add(new Target(
                "heap in use",
                "<= 1 GiB",
                show("%.2f GiB", last.relay().heap() / GIB),
                last.relay().heap() <= GIB));
        all.add(new Target(
                "descriptors when all have left",
                String.valueOf(start.descriptors()),
                String.valueOf(end.descriptors()),
                end.descriptors() <= start.descriptors()));
        all.add(new Target(
                "threads then",
                String.valueOf(start.threads()),
                String.valueOf(end.threads()),
                end.threads() <= start.threads()));
        all.add(new Target(
                "direct memory then, MiB",
                show("%.0f", start.direct() / MIB),
                show("%.0f", end.direct() / MIB),
                end.direct() <= start.direct() + DIRECT_SLACK));
        return all;
    }

    private static String show(String form, double value) {
        return String.format(Locale.ROOT, form, value);
    }
}
