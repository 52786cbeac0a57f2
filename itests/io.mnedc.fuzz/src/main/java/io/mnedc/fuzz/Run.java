package io.mnedc.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of one target in a JVM of its own: Jazzer ends its process when it is done. All files are below a directory
 * of the target: {@code log}, {@code seeds}, {@code corpus} (what was learned, used by the next run), {@code findings}.
 */
public final class Run {
    /** How long the JVM may take beyond its time for fuzzing: to start, to read the corpus, to end. */
    private static final long GRACE_SECONDS = 600;

    /** A short run has no time for the optimising compiler. */
    private static final long SHORT_SECONDS = 30;

    /** An input that takes longer does not end, even on a busy machine. */
    private static final int SECONDS_PER_INPUT = 120;

    /** Checks of Jazzer for other kinds of programs; without them a run begins in half the time. */
    private static final String NOT_NEEDED = Stream.of(
                    "BigDecimal",
                    "ClojureLangHooks",
                    "Deserialization",
                    "ExpressionLanguageInjection",
                    "FilePathTraversal",
                    "LdapInjection",
                    "NamingContextLookup",
                    "OsCommandInjection",
                    "ReflectiveCall",
                    "RegexInjection",
                    "RegexRoadblocks",
                    "ScriptEngineInjection",
                    "ServerSideRequestForgery",
                    "SqlInjection",
                    "TemplateInjection",
                    "UnsafeSanitizer",
                    "XPathInjection",
                    "XmlParserSsrfGuidance")
            .map("com.code_intelligence.jazzer.sanitizers."::concat)
            .collect(Collectors.joining(":"));

    private static final String FAILED_INPUT = "failed-input-";

    private final Path directory;
    private final String id;
    private final String className;
    private final int mostBytes;

    /** Prepares to run a target of the project in this directory. */
    public Run(Path home, Target target) {
        this(home, target.id(), target.className(), target.mostBytes());
    }

    Run(Path home, String id, String className, int mostBytes) {
        this.directory = home.resolve("itests/io.mnedc.fuzz/target/fuzz").resolve(id);
        this.id = id;
        this.className = className;
        this.mostBytes = mostBytes;
    }

    /**
     * What a run found out.
     *
     * @param target its name
     * @param status the JVM's exit status; 0 when nothing was found
     * @param inputs how many were run
     * @param perSecond how many in a second
     * @param coverage branches of the project's classes that were taken, as Jazzer counts them
     * @param features combinations of branches and how often they were taken
     * @param findings the end of the log when something was found, else empty
     */
    public record Outcome(
            String target, int status, long inputs, long perSecond, long coverage, long features, String findings) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-10s %12d inputs %9d/s  coverage %5d  features %6d  %s",
                    target,
                    inputs,
                    perSecond,
                    coverage,
                    features,
                    status == 0 ? "no finding" : "FOUND SOMETHING (status " + status + ")");
        }
    }

    /** {@return where everything of this run is written} */
    public Path directory() {
        return directory;
    }

    /**
     * Runs.
     *
     * @param limit when to end: a flag of libFuzzer such as {@code -runs=10000}
     * @param seconds how long that will take; 0 for any time
     * @param seeds what to begin with
     * @return what was found out
     */
    public Outcome run(String limit, long seconds, Map<String, byte[]> seeds) throws IOException, InterruptedException {
        for (String part : List.of("seeds", "corpus", "findings", "tmp")) {
            Files.createDirectories(directory.resolve(part));
        }
        for (Map.Entry<String, byte[]> seed : seeds.entrySet()) {
            Files.write(directory.resolve("seeds").resolve(seed.getKey().replace(' ', '-')), seed.getValue());
        }
        Path log = directory.resolve("log");
        Process jazzer = new ProcessBuilder(command(limit, seconds > 0 && seconds <= SHORT_SECONDS))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Thread ending = new Thread(jazzer::destroy, "mnedc-fuzz-" + id);
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            if (seconds == 0) {
                jazzer.waitFor();
            } else if (!jazzer.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(id + " did not end in time, see " + log);
            }
        } finally {
            jazzer.destroyForcibly().waitFor();
            // by which Jazzer attaches to its own JVM; HotSpot has it here whatever java.io.tmpdir is, and only an
            // orderly
            // end of the JVM takes it away
            Files.deleteIfExists(Path.of("/tmp/.java_pid" + jazzer.pid()));
            Runtime.getRuntime().removeShutdownHook(ending);
        }
        return outcome(jazzer.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }

    private List<String> command(String limit, boolean isShort) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                isShort ? "-XX:TieredStopAtLevel=1" : "-XX:+TieredCompilation",
                "-Xmx768m",
                "-XX:-UsePerfData", // would leave a file outside while it runs
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + className,
                "--instrumentation_includes=io.mnedc.**",
                "--instrumentation_excludes=io.mnedc.fuzz.**:" + className,
                "--disabled_hooks=" + NOT_NEEDED,
                "--custom_hook_includes=io.mnedc.**",
                "--reproducer_path=" + directory.resolve("findings"),
                "-artifact_prefix=" + directory.resolve("findings") + "/" + FAILED_INPUT,
                "-max_len=" + mostBytes,
                "-timeout=" + SECONDS_PER_INPUT,
                "-rss_limit_mb=3072",
                "-print_final_stats=1"));
        command.add(limit);
        command.add(directory.resolve("corpus").toString());
        command.add(directory.resolve("seeds").toString());
        return command;
    }

    private Outcome outcome(int status, String log) {
        return new Outcome(
                id,
                status,
                last(log, "stat::number_of_executed_units: (\\d+)"),
                last(log, "stat::average_exec_per_sec: +(\\d+)"),
                last(log, "cov: (\\d+) ft:"),
                last(log, "cov: \\d+ ft: (\\d+)"),
                status == 0 ? "" : finding(log));
    }

    private static long last(String log, String pattern) {
        long value = 0;
        for (Matcher matcher = Pattern.compile(pattern).matcher(log); matcher.find(); ) {
            value = Long.parseLong(matcher.group(1));
        }
        return value;
    }

    private String finding(String log) {
        int begin = log.indexOf("== Java Exception");
        return log.substring(begin >= 0 ? begin : Math.max(0, log.length() - 4_000));
    }
}
