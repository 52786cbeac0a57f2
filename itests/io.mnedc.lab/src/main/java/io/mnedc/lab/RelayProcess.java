package io.mnedc.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A relay on a host of the lab. */
public final class RelayProcess extends NodeProcess {
    private static final Pattern READY = Pattern.compile("listening on (.+) pool (\\S+)");

    private RelayProcess(Host host, String name, String javaOptions, List<String> options) {
        super(host, name, "relay", READY, javaOptions, options);
    }

    private RelayProcess(Host host, String name, List<String> environment) {
        super(host, name, "relay", READY, environment, List.of());
    }

    /** Starts a relay with this in its environment, each {@code NAME=VALUE}, and returns at once. */
    public static RelayProcess startWith(List<String> environment, Host host) {
        return new RelayProcess(host, usualName(host), environment);
    }

    /** Starts a relay with these launcher options and returns at once. */
    public static RelayProcess start(Host host, String... options) {
        return new RelayProcess(host, usualName(host), "", List.of(options));
    }

    /** Starts a relay beside others on the same host: its name tells their data apart. */
    public static RelayProcess startNamed(Host host, String name, String... options) {
        return new RelayProcess(host, name, "", List.of(options));
    }

    /** Starts a relay with these options of the JVM, such as {@code -Xmx1g}, and of the launcher. */
    public static RelayProcess startSized(Host host, String javaOptions, String... options) {
        return new RelayProcess(host, usualName(host), javaOptions, List.of(options));
    }

    /** Where {@link #start} on this host will keep its data. */
    public static Path dataOn(Host host) {
        return host.directory().resolve(usualName(host));
    }

    private static String usualName(Host host) {
        return host.name() + "-relay";
    }

    /** Makes a join token for the relay that {@link #start} started on this host, or will start. */
    public static String token(Host host, String... options) {
        return tokenFor(host, host.address(), options);
    }

    /** The same with another address of the relay in it. */
    public static String tokenFor(Host host, String address, String... options) {
        List<String> all = new ArrayList<>(List.of("token", "--address", address + ":3334"));
        all.addAll(List.of(options));
        return lastLine(administer(host, all.toArray(String[]::new)));
    }

    /** Makes a join token for a relay in another runtime on this host, from the directory where it keeps its keys. */
    public static String tokenIn(Host host, Path identity) {
        String tool = launcher().resolveSibling("bndrun/target/tool") + "/*";
        return lastLine(host.exec(
                        JavaTool.JAVA,
                        "-cp",
                        tool,
                        "io.mnedc.security.tool.Main",
                        "token",
                        "--data",
                        identity.toString(),
                        "--address",
                        host.address() + ":3334")
                .orThrow()
                .strip());
    }

    private static String lastLine(String printed) {
        return printed.substring(printed.lastIndexOf('\n') + 1);
    }

    /** Runs {@code ./mnedc relay} with one of its administrative commands beside that relay; returns what it prints. */
    public static String administer(Host host, String... command) {
        List<String> all =
                new ArrayList<>(List.of("env", "MNEDC_BUILD=no", launcher().toString(), "relay"));
        all.addAll(List.of(command));
        all.addAll(List.of("--data", host.directory().resolve(usualName(host)).toString()));
        return host.exec(all.toArray(String[]::new)).orThrow().strip();
    }

    /** Waits until it listens. */
    public RelayProcess awaitReady() {
        readiness();
        return this;
    }

    /** Its pool of virtual addresses; waits until it is ready. */
    public String pool() {
        return readiness().group(2);
    }

    /** What a device's option {@code --relay} wants. */
    public String dial() {
        return host().address();
    }
}
