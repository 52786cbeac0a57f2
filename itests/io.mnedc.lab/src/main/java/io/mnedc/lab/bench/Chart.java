package io.mnedc.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The chart of the README: a row per system, a column per figure, bars from zero with the range of the rounds as a thin
 * line. Plain SVG 1.1 with a style sheet, which follows the reader's light or dark scheme.
 */
final class Chart {
    private static final int WIDTH = 880;
    private static final int MARGIN = 24;
    private static final int HEAD = 122;
    private static final int ROW = 30;
    private static final int BAR = 16;
    private static final int FOOT = 44;
    private static final int NAMES = 196;
    private static final int COLUMN = 214;
    private static final int LONGEST = 126;

    private record Column(String title, String unit, Metric metric, int digits) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("One TCP stream", "Mbit/s, more is better", Metric.TCP, 0),
            new Column("UDP, 64 bytes", "arriving per second, more is better", Metric.UDP_SMALL, 0),
            new Column("Ping p99 while saturated", "ms, less is better", Metric.LOADED_PING_99, 1));

    private static final String STYLE = """
            text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2933 }
            .card { fill: #ffffff; stroke: #d9e0e7 }
            .head { font-size: 19px; font-weight: 600 }
            .name, .value { font-size: 13px }
            .column { font-size: 13px; font-weight: 600 }
            .small { font-size: 11px; fill: #66737f }
            .strong { font-weight: 600 }
            .base { stroke: #c3ccd5 }
            .range { stroke: #1f2933; stroke-opacity: .55 }
            .plain { fill: #c3ccd5 } .peer { fill: #8ea0b2 } .sealed { fill: #1769d2 } .none { fill: #7db2f0 }
            @media (prefers-color-scheme: dark) {
              text { fill: #e4e9ee } .card { fill: #0f151b; stroke: #2c3741 } .small { fill: #94a3b1 }
              .base { stroke: #475563 } .range { stroke: #e4e9ee }
              .plain { fill: #56636f } .peer { fill: #75879a } .sealed { fill: #4b9bff } .none { fill: #2c5d99 }
            }
            """;

    private final Results results;
    private final List<Measured> rows;
    private final StringBuilder svg = new StringBuilder();

    private Chart(Results results) {
        this.results = results;
        rows = results.systems().stream()
                .filter(system -> COLUMNS.stream()
                        .anyMatch(column -> !system.figures().of(column.metric).isEmpty()))
                .toList();
    }

    static String svg(Results results) {
        return new Chart(results).draw();
    }

    private String draw() {
        int height = HEAD + rows.size() * ROW + FOOT;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                WIDTH, height, WIDTH, height);
        add("<title>%s</title>", escaped(description()));
        add("<style>%n%s</style>", STYLE);
        add("<rect class=\"card\" x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"10\"/>", WIDTH - 1, height - 1);
        text("head", MARGIN, 36, "From device to device through one relay");
        text("name", MARGIN, 58, summary());
        for (int i = 0; i < COLUMNS.size(); i++) {
            text("column", left(i), 90, COLUMNS.get(i).title);
            text("small", left(i), 106, COLUMNS.get(i).unit);
        }
        for (int row = 0; row < rows.size(); row++) {
            row(rows.get(row), HEAD + row * ROW);
        }
        for (int i = 0; i < COLUMNS.size(); i++) {
            add(
                    "<line class=\"base\" x1=\"%1$d\" x2=\"%1$d\" y1=\"%2$d\" y2=\"%3$d\"/>",
                    left(i), HEAD - 4, HEAD + rows.size() * ROW - 4);
        }
        Machine machine = results.machine();
        text(
                "small",
                MARGIN,
                height - 18,
                "%s, %s with %d processors for everything, Linux %s, Java %s. Medians of %d rounds, thin lines: lowest to highest."
                        .formatted(
                                results.date(),
                                machine.processor(),
                                machine.processors(),
                                machine.linux(),
                                machine.java(),
                                results.rounds()));
        add("</svg>");
        return svg.toString();
    }

    private void row(Measured system, int top) {
        int baseline = top + BAR / 2 + 8;
        boolean ours = system.id().equals(Systems.SEALED);
        text(ours ? "name strong" : "name", MARGIN, baseline, name(system));
        for (int i = 0; i < COLUMNS.size(); i++) {
            Column column = COLUMNS.get(i);
            Samples samples = system.figures().of(column.metric);
            if (samples.isEmpty()) {
                text("small", left(i) + 6, baseline, "not measured");
                continue;
            }
            double scale = LONGEST / longest(column);
            double length = samples.median() * scale;
            add(
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" rx=\"2\"/>",
                    color(system), left(i), top + 4, number(Math.max(1, length)), BAR);
            double lowest = samples.quantile(0) * scale;
            double highest = samples.quantile(1) * scale;
            add(
                    "<line class=\"range\" x1=\"%s\" x2=\"%s\" y1=\"%3$d\" y2=\"%3$d\"/>",
                    number(left(i) + lowest), number(left(i) + highest), top + 4 + BAR / 2);
            text(
                    ours ? "value strong" : "value",
                    left(i) + (int) Math.max(length, highest) + 7,
                    baseline,
                    Samples.number(samples.median(), column.digits));
        }
    }

    /** The highest value of a column, of all rounds. */
    private double longest(Column column) {
        return rows.stream()
                .map(system -> system.figures().of(column.metric).quantile(1))
                .filter(value -> value > 0)
                .max(Double::compare)
                .orElse(1.0);
    }

    private static int left(int column) {
        return MARGIN + NAMES + column * COLUMN;
    }

    private static String color(Measured system) {
        return switch (system.kind()) {
            case PLAIN -> "plain";
            case PEER -> "peer";
            case OWN -> system.id().equals(Systems.SEALED) ? "sealed" : "none";
        };
    }

    private String description() {
        StringBuilder text = new StringBuilder("One TCP stream in Mbit/s:");
        rows.forEach(system -> text.append(' ')
                .append(name(system))
                .append(' ')
                .append(
                        system.figures().of(Metric.TCP).isEmpty()
                                ? "-"
                                : number(system.figures().median(Metric.TCP)))
                .append(';'));
        return text.toString();
    }

    /** What the reader shall take along, as far as it was measured. */
    private String summary() {
        double sealed = results.median(Systems.SEALED, Metric.TCP);
        double plain = sealed / results.median(Systems.PLAIN, Metric.TCP);
        double peers = sealed / results.highestOfPeers(Metric.TCP);
        List<String> parts = new ArrayList<>();
        if (!Double.isNaN(plain)) {
            parts.add("%s %% of the path without a tunnel".formatted(Samples.number(100 * plain, 0)));
        }
        if (!Double.isNaN(peers)) {
            parts.add("%s times the best other overlay".formatted(Samples.number(peers, 1)));
        }
        return parts.isEmpty() ? "" : "Sealed end to end, one TCP stream reaches " + String.join(" and ", parts) + ".";
    }

    /** Without the marks of Markdown and without explanations. */
    private static String name(Measured system) {
        return system.title()
                .replaceAll("\\*\\* \\(.*", "")
                .replaceAll("[*`]", "")
                .replaceAll("^no tunnel,.*", "no tunnel");
    }

    private void text(String style, int x, int y, String content) {
        add("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>", style, x, y, escaped(content));
    }

    private void add(String form, Object... values) {
        svg.append(String.format(Locale.ROOT, form, values)).append('\n');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
