package io.mnedc.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A host (or router) of a {@link Lab}: a place to run programs in. */
public final class Host {
    private static final Duration DEFAULT_BOUND = Duration.ofSeconds(30);

    private final String name;
    private final String namespace;
    private final String address;
    private final Path directory;
    private final List<LabProcess> processes = new CopyOnWriteArrayList<>();
    private final AtomicInteger logs = new AtomicInteger();
    private volatile List<String> entered = List.of();

    Host(String name, String namespace, String address, Path directory) {
        this.name = name;
        this.namespace = namespace;
        this.address = address;
        this.directory = directory;
    }

    /**
     * This machine itself, without a namespace and without root: for what needs loopback only.
     *
     * @param directory for logs and data; must exist
     */
    public static Host local(Path directory) {
        return new Host("local", "", "127.0.0.1", directory);
    }

    public String name() {
        return name;
    }

    /** Its address in the network it is attached to; of a topmost router, its address in its LAN. */
    public String address() {
        return address;
    }

    /** Runs a program here to its end, at most 30 seconds. */
    public CommandResult exec(String... command) {
        return exec(DEFAULT_BOUND, command);
    }

    /** Runs a program here to its end; throws, after killing it and its descendants, when the bound is over. */
    public CommandResult exec(Duration bound, String... command) {
        return Command.run(bound, "", inside(command));
    }

    /** Starts a program here that runs until it ends, is killed, or the lab is closed. Its output goes to a log file. */
    public LabProcess start(String... command) {
        Path log = directory.resolve(name + "-" + logs.incrementAndGet() + ".log");
        try {
            Process process = new ProcessBuilder(inside(command))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            LabProcess started = new LabProcess(name + ": " + String.join(" ", command), process, log);
            processes.removeIf(known -> !known.isAlive());
            processes.add(started);
            return started;
        } catch (IOException e) {
            throw new LabException("cannot start " + String.join(" ", command) + " on " + name, e);
        }
    }

    /** Bytes received and sent by one of its interfaces; zeros when there is no such interface. */
    public Traffic traffic(String networkInterface) {
        String folder = "/sys/class/net/" + networkInterface + "/statistics/";
        List<String> lines = exec("cat", folder + "rx_bytes", folder + "tx_bytes")
                .output()
                .lines()
                .toList();
        return lines.size() == 2 && lines.stream().allMatch(line -> line.matches("\\d+"))
                ? new Traffic(Long.parseLong(lines.get(0)), Long.parseLong(lines.get(1)))
                : new Traffic(0, 0);
    }

    /** Whether it has no interface whose name contains a text, and no IPv4 route that contains another. */
    public boolean hasNothingOf(String networkInterface, String route) {
        return !exec("ip", "-o", "link").orThrow().contains(networkInterface)
                && !exec("ip", "route").orThrow().contains(route);
    }

    /** Of a router: from now on, what it should forward disappears silently, as if a cable were pulled. */
    public void cut() {
        exec(
                        "nft",
                        "add table inet cut; add chain inet cut through { type filter hook forward priority -10; policy drop; }")
                .orThrow();
    }

    /** Of a router that was {@link #cut()}: forwards again. */
    public void mend() {
        exec("nft", "delete table inet cut").orThrow();
    }

    /** Byte counters of an interface. */
    public record Traffic(long received, long sent) {}

    /**
     * From now on, what is started here sees the file systems that a process of this host sees.
     *
     * @param of the process
     * @param variables of the environment, each NAME=VALUE
     */
    public void shareFiles(LabProcess of, String... variables) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--mount=/proc/" + of.pid() + "/ns/mnt"));
        // nsenter leaves the working directory
        all.addAll(List.of("env", "-C", Path.of("").toAbsolutePath().toString()));
        all.addAll(List.of(variables));
        entered = List.copyOf(all);
    }

    /** The name of its network namespace, for {@code ip netns exec}; empty for this machine itself. */
    public String namespace() {
        return namespace;
    }

    /** For the logs and data of what runs here. */
    public Path directory() {
        return directory;
    }

    /** Kills all that was started here and still runs. */
    public void killAll() {
        processes.forEach(LabProcess::kill);
    }

    private List<String> inside(String... command) {
        if (namespace.isEmpty()) {
            return List.of(command);
        }
        // ip replaces itself by the program, so the PID is the program's
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(entered);
        all.addAll(List.of(command));
        return all;
    }
}
