package io.mnedc.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Routers, NATs and hosts on one machine, each a network namespace:
 *
 * <pre>{@code
 * try (Lab lab = Lab.build(topology -> {
 *     var main = topology.router("main", "192.168.1.0/24").host("relay");
 *     main.nat("nat-a", "192.168.0.0/24").host("a");
 * })) {
 *     lab.host("a").exec("ping", "-c1", lab.host("relay").address());
 * }
 * }</pre>
 *
 * <p>Closing it, or the end of the JVM, kills every process in the namespaces and removes them. What a JVM that was
 * killed with -9 left behind is removed by {@link #sweep()}, and by the next lab. Needs root, iproute2 and nftables;
 * see {@link #missing()}. Hosts may be used by several threads at once.
 */
public final class Lab implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final List<String> namespaces = new ArrayList<>();
    private final Path directory;
    private final boolean keepDirectory;
    private final Thread hook = new Thread(this::remove, "mnedc-lab-hook");
    private boolean closed;

    private Lab(Path directory, boolean keepDirectory) {
        this.directory = directory;
        this.keepDirectory = keepDirectory;
    }

    /** Builds a lab that keeps its files (logs, data of the nodes) in a temporary directory and removes it too. */
    public static Lab build(Consumer<Topology> plan) {
        try {
            return build(Files.createTempDirectory(Namespaces.ownPrefix()), false, plan);
        } catch (IOException e) {
            throw new LabException("cannot create a temporary directory", e);
        }
    }

    /** Builds a lab that keeps its files in this directory and leaves them there, for a look after a failure. */
    public static Lab build(Path directory, Consumer<Topology> plan) {
        try {
            return build(Files.createDirectories(directory.toAbsolutePath()), true, plan);
        } catch (IOException e) {
            throw new LabException("cannot create " + directory, e);
        }
    }

    private static Lab build(Path directory, boolean keep, Consumer<Topology> plan) {
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            throw new LabException("a lab needs " + String.join(", ", missing));
        }
        sweep();
        Topology topology = new Topology();
        plan.accept(topology);
        Lab lab = new Lab(directory, keep);
        Runtime.getRuntime().addShutdownHook(lab.hook);
        try {
            lab.create(topology);
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /** What this machine lacks for a lab, in words; empty when a lab can be built. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!isRoot()) {
            missing.add("root rights");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            missing.add("/dev/net/tun (modprobe tun)");
        }
        Map<String, String> tools = new LinkedHashMap<>();
        tools.put("ip", "iproute2");
        tools.put("nft", "nftables");
        tools.put("ping", "iputils-ping");
        tools.put("curl", "curl");
        tools.forEach((tool, debianPackage) -> {
            if (!onPath(tool)) {
                missing.add(tool + " (package " + debianPackage + ")");
            }
        });
        return missing;
    }

    /**
     * Removes the namespaces, the processes in them and the temporary directories of labs whose JVM is gone.
     *
     * @return the names of the namespaces
     */
    public static List<String> sweep() {
        List<String> orphans =
                Namespaces.all().stream().filter(Namespaces::isOrphan).toList();
        Namespaces.remove(orphans);
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            files.filter(file -> Namespaces.isOrphan(file.getFileName() + "")).forEach(Lab::delete);
        } catch (IOException e) {
            throw new LabException("cannot look for leftovers of earlier labs", e);
        }
        return orphans;
    }

    /** The host or router with this name. */
    public Host host(String name) {
        Host host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no " + name + " among " + hosts.keySet());
        }
        return host;
    }

    /** Where logs and data of this lab's processes are. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending: the hook has run or finds nothing to do
        }
    }

    private void create(Topology topology) {
        String prefix = Namespaces.ownPrefix() + COUNT.incrementAndGet() + "-";
        for (Topology.Node node : topology.nodes()) {
            namespaces.add(prefix + node.name());
        }
        Command.expect(Wiring.links(prefix, topology), "ip", "-batch", "-");
        for (Topology.Node node : topology.nodes()) {
            String namespace = prefix + node.name();
            Command.expect(Wiring.setup(topology, node), "ip", "netns", "exec", namespace, "sh", "-e");
            Topology.Network lan = node.lan();
            String address = lan != null && node.outside() == null ? lan.gateway() : node.address();
            hosts.put(node.name(), new Host(node.name(), namespace, address, directory));
        }
    }

    /** A second caller waits for the first: the JVM ends as soon as its hooks have returned. */
    private synchronized void remove() {
        if (closed) {
            return;
        }
        closed = true;
        hosts.values().forEach(Host::killAll);
        List<String> existing = Namespaces.all();
        Namespaces.remove(namespaces.stream().filter(existing::contains).toList());
        if (!keepDirectory) {
            delete(directory);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new LabException("cannot delete " + directory, e);
        }
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean onPath(String tool) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":", -1)).anyMatch(folder -> new File(folder, tool).canExecute());
    }
}
