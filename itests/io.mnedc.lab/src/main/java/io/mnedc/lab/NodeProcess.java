package io.mnedc.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A relay or a device in its own JVM and OSGi framework, started by the launcher as a person would start it. It keeps
 * its data directory over kills and restarts. Not for use by several threads at once.
 */
public abstract sealed class NodeProcess permits RelayProcess, DeviceProcess {
    /** Long enough for a machine that builds at the same time. */
    public static final Duration READY_BOUND = Duration.ofSeconds(60);

    private static final Duration STOP_BOUND = Duration.ofSeconds(60);

    private final Host host;
    private final String name;
    private final List<String> command = new ArrayList<>();
    private final Pattern readyLine;
    private LabProcess process;

    private @Nullable Matcher ready;

    NodeProcess(Host host, String name, String role, Pattern readyLine, List<String> options) {
        this(host, name, role, readyLine, "", options);
    }

    /** With more options for the JVM. */
    NodeProcess(Host host, String name, String role, Pattern readyLine, String javaOptions, List<String> options) {
        this(
                host,
                name,
                role,
                readyLine,
                javaOptions.isEmpty() ? List.of() : List.of("MNEDC_JAVA_OPTS=" + javaOptions),
                options);
    }

    /** With more in its environment, each {@code NAME=VALUE}. */
    NodeProcess(
            Host host, String name, String role, Pattern readyLine, List<String> environment, List<String> options) {
        this.host = host;
        this.name = name;
        this.readyLine = readyLine;
        command.addAll(List.of("env", "MNEDC_BUILD=no"));
        command.addAll(environment);
        command.addAll(List.of(launcher().toString(), role));
        command.addAll(List.of("--data", data().toString()));
        command.addAll(options);
        process = host.start(command.toArray(String[]::new));
    }

    /** The host it runs on. */
    public final Host host() {
        return host;
    }

    /** Its name: the device ID of a device. */
    public final String name() {
        return name;
    }

    /** Its present process, for figures and its log. */
    public final LabProcess process() {
        return process;
    }

    /** Where it keeps its data. */
    public final Path data() {
        return host.directory().resolve(name);
    }

    /** Changes a text among its settings, as an editor would: at once. The file need not be there. */
    public final void set(String pid, String key, String value) {
        change(pid, key, '"' + value + '"');
    }

    /** The same of one that is true or false. */
    public final void set(String pid, String key, boolean value) {
        change(pid, key, "B\"" + value + '"');
    }

    private void change(String pid, String key, String value) {
        Path file = data().resolve("etc").resolve(pid + ".config");
        try {
            List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
            lines.removeIf(line -> line.startsWith(key + "="));
            lines.add(key + "=" + value);
            Path next = Files.write(file.resolveSibling("next.tmp"), lines);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it with SIGKILL. */
    public final void kill() {
        process.kill();
        ready = null;
    }

    /** Stops it with SIGTERM, as a service manager would, and returns its exit status. */
    public final int stop() {
        ready = null;
        return process.stop(STOP_BOUND);
    }

    /** Starts it again on its old data after {@link #kill()} or {@link #stop()}. */
    public final void startAgain() {
        if (process.isAlive()) {
            throw new LabException(name + " is still running");
        }
        process = host.start(command.toArray(String[]::new));
    }

    /** Waits for the line that says it is ready. */
    final Matcher readiness() {
        Matcher known = ready;
        if (known == null) {
            known = process.awaitLog(readyLine, READY_BOUND);
            ready = known;
        }
        return known;
    }

    static Path launcher() {
        String home = System.getProperty("mnedc.home");
        if (home == null) {
            throw new LabException("system property mnedc.home must name the directory of the launcher mnedc");
        }
        return Path.of(home).toAbsolutePath().normalize().resolve("mnedc");
    }
}
