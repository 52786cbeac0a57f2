package io.mnedc.load;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonArray;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.WriterConfig;
import java.util.Locale;
import java.util.function.Function;

/** Results for people and for programs. */
final class ScaleReport {
    private static final double MIB = 1 << 20;
    private static final double KIB = 1 << 10;

    private ScaleReport() {}

    static String markdown(ScaleResults results) {
        StringBuilder page = new StringBuilder();
        page.append("Run on ")
                .append(results.date())
                .append(": ")
                .append(results.machine())
                .append("; relay with `")
                .append(results.relayOptions())
                .append("`, crowd on the same machine.\n\n");
        row(page, "devices at the relay", results, level -> show("%d", level.devices()));
        page.append("|---|").append("---|".repeat(results.levels().size())).append('\n');
        row(page, "of them with a data stream", results, level -> show("%d", level.streams()));
        row(page, "joins per second", results, level -> show("%.0f", level.joinsPerSecond()));
        row(page, "processor time per join: relay, ms", results, level -> show("%.2f", level.relayCpuMillis()));
        row(page, "processor time per join: crowd, ms", results, level -> show("%.2f", level.crowdCpuMillis()));
        row(page, "all knew all after, s", results, level -> show("%.1f", level.announcedSeconds()));
        row(
                page,
                "announcements: bytes per device told of",
                results,
                level -> show("%.0f", level.bytesPerAcquaintance()));
        row(
                page,
                "announcements: messages per join and device",
                results,
                level -> show("%.3f", level.messagesPerJoin()));
        row(page, "exchange while joining, p50 / p99, ms", results, level -> exchanges(level.joining()));
        row(page, "exchange when still, p50 / p99, ms", results, level -> exchanges(level.steady()));
        row(page, "keepalives: % of a processor", results, level -> show("%.1f", level.steadyCpu() * 100));
        row(
                page,
                "heap in use, MiB",
                results,
                level -> show("%.0f", level.relay().heap() / MIB));
        row(page, "heap per device, KiB", results, level -> show("%.1f", level.heapPerDevice(results.start()) / KIB));
        row(page, "resident, MiB", results, level -> show("%.0f", level.relay().resident() / MIB));
        row(
                page,
                "resident per device, KiB",
                results,
                level -> show("%.1f", level.residentPerDevice(results.start()) / KIB));
        row(
                page,
                "direct memory, MiB",
                results,
                level -> show("%.1f", level.relay().direct() / MIB));
        page.append("\n| target, at ")
                .append(results.levels().get(results.levels().size() - 1).devices())
                .append(" devices | wanted | found | |\n|---|---|---|---|\n");
        Target.of(results)
                .forEach(target -> page.append("| ")
                        .append(target.measure())
                        .append(" | ")
                        .append(target.wanted())
                        .append(" | ")
                        .append(target.found())
                        .append(target.met() ? " | met |\n" : " | **missed** |\n"));
        page.append('\n').append(residue(results)).append('\n');
        Comeback comeback = results.comeback();
        if (comeback != null) {
            page.append('\n').append(comeback(comeback));
        }
        results.faults().forEach(fault -> page.append("\nFAULT: ").append(fault));
        return page.toString();
    }

    private static String show(String form, Object value) {
        return String.format(Locale.ROOT, form, value);
    }

    private static void row(StringBuilder page, String name, ScaleResults results, Function<Level, String> value) {
        page.append("| ").append(name).append(" |");
        results.levels()
                .forEach(level -> page.append(' ').append(value.apply(level)).append(" |"));
        page.append('\n');
    }

    private static String exchanges(Level.Exchanges exchanges) {
        return String.format(Locale.ROOT, "%.1f / %.1f", exchanges.p50(), exchanges.p99())
                + (exchanges.lost() == 0 ? "" : " (" + exchanges.lost() + " lost)");
    }

    private static String residue(ScaleResults results) {
        Gauge.Reading start = results.start();
        Gauge.Reading end = results.end();
        return String.format(
                Locale.ROOT,
                "All left: descriptors %d (at the start %d), threads %d (%d), direct memory %.1f MiB (%.1f), heap %.0f MiB"
                        + " (%.0f).%n%n%s",
                end.descriptors(),
                start.descriptors(),
                end.threads(),
                start.threads(),
                end.direct() / MIB,
                start.direct() / MIB,
                end.heap() / MIB,
                start.heap() / MIB,
                again(results));
    }

    private static String again(ScaleResults results) {
        StringBuilder rounds = new StringBuilder("All came again: ");
        for (Again again : results.again()) {
            rounds.append(String.format(
                    Locale.ROOT,
                    "%.0f joins/s (%.1f ms of the relay and %.1f ms of the crowd per join), ",
                    again.joinsPerSecond(),
                    again.relayCpuMillis(),
                    again.crowdCpuMillis()));
        }
        rounds.setLength(rounds.length() - 2);
        return rounds.append('.').toString();
    }

    private static String comeback(Comeback comeback) {
        return String.format(
                Locale.ROOT,
                "Relay killed with -9 and started again on its data: it listened after %.1f s; all devices were back %.1f s"
                        + " later, and knew all others %.1f s after that; %d attempts failed. Meanwhile exchanges between"
                        + " those back %s ms (p50 / p99), 99 %% of the answers to keepalives within %.0f ms; processor time"
                        + " of the relay %.1f s. Back at the end of each second: %s.%n",
                comeback.down(),
                comeback.seconds(),
                comeback.announcedSeconds(),
                comeback.attempts(),
                exchanges(comeback.exchanges()),
                comeback.ping99(),
                comeback.relayCpu(),
                comeback.in());
    }

    static String json(ScaleResults results) {
        JsonArray again = new JsonArray();
        results.again()
                .forEach(round -> again.add(Json.object()
                        .add("joinsPerSecond", number(round.joinsPerSecond()))
                        .add("relayCpuMillis", number(round.relayCpuMillis()))
                        .add("crowdCpuMillis", number(round.crowdCpuMillis()))));
        JsonArray levels = new JsonArray();
        results.levels().forEach(level -> levels.add(level(level, results.start())));
        JsonObject all = Json.object()
                .add("date", results.date())
                .add("machine", results.machine())
                .add("relay", results.relayOptions())
                .add("start", reading(results.start()))
                .add("levels", levels)
                .add("end", reading(results.end()))
                .add("again", again);
        Comeback comeback = results.comeback();
        if (comeback != null) {
            JsonArray in = new JsonArray();
            comeback.in().forEach(in::add);
            all.add(
                    "comeback",
                    Json.object()
                            .add("downSeconds", comeback.down())
                            .add("seconds", comeback.seconds())
                            .add("announcedSeconds", comeback.announcedSeconds())
                            .add("failedAttempts", comeback.attempts())
                            .add("relayCpuSeconds", comeback.relayCpu())
                            .add("exchanges", json(comeback.exchanges()))
                            .add("ping99Millis", number(comeback.ping99()))
                            .add("inEachSecond", in));
        }
        JsonArray targets = new JsonArray();
        Target.of(results)
                .forEach(target -> targets.add(Json.object()
                        .add("measure", target.measure())
                        .add("wanted", target.wanted())
                        .add("found", target.found())
                        .add("met", target.met())));
        all.add("targets", targets);
        JsonArray faults = new JsonArray();
        results.faults().forEach(faults::add);
        return all.add("faults", faults).toString(WriterConfig.PRETTY_PRINT) + "\n";
    }

    private static JsonObject level(Level level, Gauge.Reading start) {
        return Json.object()
                .add("devices", level.devices())
                .add("dataStreams", level.streams())
                .add("joined", level.joined())
                .add("joinsPerSecond", level.joinsPerSecond())
                .add("announcedSeconds", level.announcedSeconds())
                .add("relayCpuMillisPerJoin", level.relayCpuMillis())
                .add("crowdCpuMillisPerJoin", level.crowdCpuMillis())
                .add("announcements", level.messages())
                .add("announcedBytes", level.bytes())
                .add("bytesPerAcquaintance", level.bytesPerAcquaintance())
                .add("exchangesWhileJoining", json(level.joining()))
                .add("exchangesWhenStill", json(level.steady()))
                .add("steadyCpu", level.steadyCpu())
                .add("relay", reading(level.relay()))
                .add("heapPerDevice", level.heapPerDevice(start))
                .add("directPerDevice", level.directPerDevice(start))
                .add("residentPerDevice", level.residentPerDevice(start));
    }

    private static JsonObject json(Level.Exchanges exchanges) {
        return Json.object()
                .add("p50Millis", number(exchanges.p50()))
                .add("p99Millis", number(exchanges.p99()))
                .add("count", exchanges.count())
                .add("lost", exchanges.lost());
    }

    /** JSON has no number for one that is none. */
    private static double number(double value) {
        return Double.isFinite(value) ? value : -1;
    }

    private static JsonObject reading(Gauge.Reading reading) {
        return Json.object()
                .add("resident", reading.resident())
                .add("heap", reading.heap())
                .add("direct", reading.direct())
                .add("descriptors", reading.descriptors())
                .add("threads", reading.threads());
    }
}
