package io.mnedc.lab.bench;

import java.util.List;

/** Results as Markdown: the same text on the terminal and in docs/PERFORMANCE.md. */
final class Report {
    private record Table(String title, List<Metric> metrics) {}

    private static final List<Table> TABLES = List.of(
            new Table("TCP", List.of(Metric.TCP, Metric.TCP_FOUR, Metric.TCP_BOTH, Metric.CPU, Metric.OWN_CPU)),
            new Table(
                    "Delay",
                    List.of(
                            Metric.PING,
                            Metric.PING_99,
                            Metric.LOADED_PING,
                            Metric.LOADED_PING_99,
                            Metric.LOADED_PING_LOST)),
            new Table(
                    "UDP, datagrams delivered per second",
                    List.of(
                            Metric.UDP_SMALL,
                            Metric.UDP_SMALL_CLEAN,
                            Metric.UDP_SMALL_GSO,
                            Metric.UDP_LARGE,
                            Metric.UDP_LARGE_CLEAN,
                            Metric.UDP_LARGE_GSO)),
            new Table(
                    "Memory and idle processor time",
                    List.of(
                            Metric.HUB_MEMORY,
                            Metric.HUB_MEMORY_LOADED,
                            Metric.NODE_MEMORY,
                            Metric.NODE_MEMORY_LOADED,
                            Metric.HUB_IDLE_CPU,
                            Metric.NODE_IDLE_CPU)),
            new Table(
                    "Start",
                    List.of(Metric.FIRST_REPLY, Metric.FIRST_REPLY_AT_START, Metric.START, Metric.START_AGAIN)));

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results) {
        this.results = results;
    }

    static String markdown(Results results) {
        return new Report(results).write();
    }

    private String write() {
        Machine machine = results.machine();
        line("%s, %s, %d processors, Linux %s, Java %s; medians of %d rounds (lowest-highest), transfers of %d s."
                .formatted(
                        results.date(),
                        machine.processor(),
                        machine.processors(),
                        machine.linux(),
                        machine.java(),
                        results.rounds(),
                        results.seconds()));
        line("Noise: other guests of the machine's host took %s %% of its processors%s."
                .formatted(
                        Samples.number(results.stolen(), 1),
                        Double.isNaN(results.busy())
                                ? ""
                                : "; while all systems were idle, %s %% were in use"
                                        .formatted(Samples.number(results.busy(), 0))));
        TABLES.forEach(this::table);
        targets();
        List<Measured> failed = results.systems().stream()
                .filter(system -> system.failure() != null)
                .toList();
        if (!failed.isEmpty()) {
            line("");
            failed.forEach(system ->
                    line("Not measured, or not in full: " + system.title() + ": " + cell(system.failure() + "") + "."));
        }
        return text.toString();
    }

    private void table(Table table) {
        List<Measured> rows = results.systems().stream()
                .filter(system -> table.metrics.stream().anyMatch(metric -> has(system, metric)))
                .toList();
        List<Metric> columns = table.metrics.stream()
                .filter(metric -> rows.stream().anyMatch(system -> has(system, metric)))
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        StringBuilder head = new StringBuilder("| " + table.title + " |");
        columns.forEach(metric -> head.append(' ').append(metric.title()).append(" |"));
        line("");
        line(head.toString());
        line("|---|" + "---|".repeat(columns.size()));
        for (Measured system : results.systems()) {
            if (rows.contains(system) || system.failure() != null) {
                StringBuilder row = new StringBuilder("| " + system.title() + " |");
                for (Metric metric : columns) {
                    String shown = system.figures().of(metric).show(metric.digits());
                    row.append(' ').append(shown).append(" |");
                }
                line(row.toString());
            }
        }
    }

    private void targets() {
        List<Target> targets = Target.of(results);
        List<Target> measured = targets.stream()
                .filter(target -> target.verdict() != Target.Verdict.NOT_MEASURED)
                .toList();
        if (!measured.isEmpty()) {
            line("");
            line("| Targets | figure | target | |");
            line("|---|---|---|---|");
        }
        for (Target target : measured) {
            String verdict = target.verdict() == Target.Verdict.MET ? "met" : "**missed**";
            String value = Samples.number(target.value(), target.digits());
            line("| %s | %s | %s | %s |".formatted(target.what(), value, target.wanted(), verdict));
        }
        if (measured.size() < targets.size()) {
            line("");
            line("Targets not measured in this run: %d of %d."
                    .formatted(targets.size() - measured.size(), targets.size()));
        }
    }

    private static boolean has(Measured system, Metric metric) {
        return !system.figures().of(metric).isEmpty();
    }

    /** A text that cannot break a table. */
    private static String cell(String text) {
        return text.lines().findFirst().orElse("").replace("|", "/");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
