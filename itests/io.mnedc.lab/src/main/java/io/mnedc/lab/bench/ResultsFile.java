package io.mnedc.lab.bench;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonArray;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import com.eclipsesource.json.WriterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Results as JSON: every value of every round, so that others can judge the spread. */
final class ResultsFile {
    private static final int FORMAT = 1;
    private static final Pattern NUMBERS = Pattern.compile("\\[[-0-9.,E\\s]+]");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private ResultsFile() {}

    static void write(Results results, Path file) throws IOException {
        Files.writeString(file, json(results));
    }

    static Results read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    static String json(Results results) {
        Machine machine = results.machine();
        JsonArray systems = new JsonArray();
        results.systems().forEach(system -> systems.add(system(system)));
        String pretty = new JsonObject()
                .add("format", FORMAT)
                .add("date", results.date().toString())
                .add(
                        "machine",
                        new JsonObject()
                                .add("processor", machine.processor())
                                .add("processors", machine.processors())
                                .add("linux", machine.linux())
                                .add("java", machine.java()))
                .add("rounds", results.rounds())
                .add("seconds", results.seconds())
                .add("stolen", rounded(results.stolen()))
                .add("busy", Double.isNaN(results.busy()) ? Json.NULL : Json.value(rounded(results.busy())))
                .add("systems", systems)
                .toString(WriterConfig.PRETTY_PRINT);
        // a figure's values on one line
        return NUMBERS.matcher(pretty)
                        .replaceAll(match -> SPACE.matcher(match.group()).replaceAll(" "))
                + "\n";
    }

    /** Throws an IllegalArgumentException that says so when it is not such a file. */
    static Results parse(String json) {
        try {
            return results(Json.parse(json).asObject());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not a file of ./mnedc bench --json: " + e.getMessage(), e);
        }
    }

    private static Results results(JsonObject root) {
        if (root.getInt("format", 0) != FORMAT) {
            throw new IllegalArgumentException("format " + root.get("format") + " instead of " + FORMAT);
        }
        JsonObject machine = root.get("machine").asObject();
        JsonValue busy = root.get("busy");
        List<Measured> systems = new ArrayList<>();
        for (JsonValue system : root.get("systems").asArray()) {
            systems.add(system(system.asObject()));
        }
        return new Results(
                LocalDate.parse(root.get("date").asString()),
                new Machine(
                        machine.get("processor").asString(),
                        machine.get("processors").asInt(),
                        machine.get("linux").asString(),
                        machine.get("java").asString()),
                root.get("rounds").asInt(),
                root.get("seconds").asInt(),
                root.get("stolen").asDouble(),
                busy == null || busy.isNull() ? Double.NaN : busy.asDouble(),
                systems);
    }

    private static JsonObject system(Measured system) {
        JsonObject figures = new JsonObject();
        for (Metric metric : Metric.values()) {
            Samples samples = system.figures().of(metric);
            if (!samples.isEmpty()) {
                JsonArray values = new JsonArray();
                samples.values().forEach(value -> values.add(rounded(value)));
                figures.add(metric.key(), values);
            }
        }
        return new JsonObject()
                .add("id", system.id())
                .add("title", system.title())
                .add("kind", system.kind().name())
                .add("failure", Json.value(system.failure()))
                .add("figures", figures);
    }

    private static Measured system(JsonObject object) {
        Figures figures = new Figures();
        for (JsonObject.Member member : object.get("figures").asObject()) {
            // a figure of a newer version is skipped
            Metric.of(member.getName()).ifPresent(metric -> {
                List<Double> values = new ArrayList<>();
                member.getValue().asArray().forEach(value -> values.add(value.asDouble()));
                figures.put(metric, Samples.of(values));
            });
        }
        JsonValue failure = object.get("failure");
        return new Measured(
                object.get("id").asString(),
                object.get("title").asString(),
                Kind.valueOf(object.get("kind").asString()),
                figures,
                failure == null || failure.isNull() ? null : failure.asString());
    }

    /** Four digits after the point: more would be noise. JSON has no NaN. */
    private static double rounded(double value) {
        return Double.isFinite(value) ? Math.round(value * 1e4) / 1e4 : 0;
    }
}
