package io.mnedc.load;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.security.TlsChoice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** One relay, or several of one overlay with ZooKeeper inside them, each in a JVM of its own, on this machine's loopback. */
final class Relays implements AutoCloseable {
    static final String OPTIONS = "-Xmx1g -XX:MaxDirectMemorySize=1g " + Gauge.TRACKING;
    private static final int PORT = 4398;
    private static final int NEXT_PORT = 100;
    /** From a relay's port to that of its server. */
    private static final int MEMBER = 2;

    private final List<Host> hosts = new ArrayList<>();
    private final List<RelayProcess> relays = new ArrayList<>();

    private Relays() {}

    /** {@return where the first one keeps its keys, which sign} */
    static Path identity(ScaleOptions options) {
        return RelayProcess.dataOn(Host.local(directory(options, 0))).resolve("identity");
    }

    private static Path directory(ScaleOptions options, int index) {
        return index == 0 ? options.directory() : options.directory().resolve("relay-" + (index + 1));
    }

    static Relays start(ScaleOptions options) throws IOException {
        var made = new Relays();
        try {
            for (int i = 0; i < options.relays(); i++) {
                Host host = Host.local(Files.createDirectories(directory(options, i)));
                made.hosts.add(host);
                made.relays.add(options.relays() == 1 ? alone(host, options.tls()) : ofSeveral(made, i, options.tls()));
                made.relays.get(i).awaitReady();
            }
            return made;
        } catch (IOException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private static RelayProcess alone(Host host, TlsChoice tls) throws IOException {
        Path data = RelayProcess.dataOn(host);
        // leases of an earlier run would make this one's joins cheaper
        clear(data.resolve("leases"));
        settings(data, tls, "");
        return RelayProcess.startSized(host, OPTIONS, "--listen", address(0), "--pool", "10.0.0.0/16");
    }

    private static RelayProcess ofSeveral(Relays made, int index, TlsChoice tls) throws IOException {
        Host host = made.hosts.get(index);
        Path data = RelayProcess.dataOn(host);
        clear(data);
        settings(data, tls, "relay.id=\"relay-" + (index + 1) + "\"\nrelay.addresses=[\"" + address(index) + "\"]\n");
        List<String> arguments =
                new ArrayList<>(List.of("--listen", address(index), "--member", "127.0.0.1:" + (port(index) + MEMBER)));
        if (index == 0) {
            arguments.addAll(List.of("--cluster", "--pool", "10.0.0.0/16"));
        } else {
            String printed = RelayProcess.administer(made.hosts.get(0), "token", "--relay", "--address", address(0));
            arguments.addAll(List.of("--join", printed.substring(printed.lastIndexOf('\n') + 1)));
        }
        return RelayProcess.startSized(host, OPTIONS, arguments.toArray(String[]::new));
    }

    private static int port(int index) {
        return PORT + index * NEXT_PORT;
    }

    private static String address(int index) {
        return "127.0.0.1:" + port(index);
    }

    /** As somebody writes them; the launcher adds what it is told. */
    private static void settings(Path data, TlsChoice tls, String more) throws IOException {
        Path file = data.resolve("etc").resolve("io.mnedc.relay.config");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "enabled=B\"true\"\n" + TlsChoice.SETTING + "=\"" + tls.name().toLowerCase(Locale.ROOT) + "\"\n"
                        + more);
    }

    private static void clear(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** {@return where devices dial in} */
    List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < relays.size(); i++) {
            addresses.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(i)));
        }
        return addresses;
    }

    RelayProcess first() {
        return relays.get(0);
    }

    List<LabProcess> processes() {
        return relays.stream().map(RelayProcess::process).toList();
    }

    /** {@return processor time of all of them} */
    double cpuSeconds() {
        return processes().stream().mapToDouble(LabProcess::cpuSeconds).sum();
    }

    @Override
    public void close() {
        try {
            for (RelayProcess relay : relays) {
                if (relay.process().isAlive()) {
                    relay.stop();
                }
            }
        } finally {
            hosts.forEach(Host::killAll);
        }
    }
}
