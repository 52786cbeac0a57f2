package io.mnedc.itests.relays;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NextVersion;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Topology;
import io.mnedc.lab.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Three relays of one overlay on the main LAN, each with a server of the ensemble inside or beside it, and hosts for devices: a behind
 * one NAT, b behind two, c to f on the LAN.
 *
 * <pre>
 *                        main router  192.168.1.1
 *     .---------.---------.---+-----.----------.-----------.
 *  relay-1   relay-2   relay-3     c to f    nat-a       nat-b1
 *    .10       .11       .12     .13-.16       |           |
 *                                              a         nat-b2
 *                                                          |
 *                                                          b
 * </pre>
 */
final class Relays implements AutoCloseable {
    static final int COUNT = 3;

    private static final String KEY = "ca.key.pem";
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Pattern VIA = Pattern.compile(" ready: .* via (\\S+)");

    private final Lab lab;
    private final @Nullable Ensemble ensemble;
    private final List<RelayProcess> relays = new ArrayList<>();
    private final String token;

    /** With the operator's own servers. */
    private Relays(Lab lab, Ensemble ensemble, String... settings) throws IOException {
        this.lab = lab;
        this.ensemble = ensemble;
        List<Host> hosts = hosts();
        for (Host host : hosts) {
            settings(host, settings);
            clusterSettings(host, ensemble);
        }
        token = RelayProcess.token(hosts.get(0), tokenOptions(hosts));
        for (Host host : hosts.subList(1, COUNT)) {
            copyAuthority(hosts.get(0), host);
        }
        hosts.forEach(host -> relays.add(noted(RelayProcess.start(host))));
    }

    /** With the servers inside the relays: the first one begins the overlay, and the others join it by tokens. */
    private Relays(Lab lab, String... settings) throws IOException {
        this.lab = lab;
        this.ensemble = null;
        List<Host> hosts = hosts();
        for (Host host : hosts) {
            settings(host, settings);
        }
        relays.add(RelayProcess.start(hosts.get(0), "--cluster").awaitReady());
        for (Host host : hosts.subList(1, COUNT)) {
            String joining = RelayProcess.token(hosts.get(0), "--relay");
            relays.add(RelayProcess.start(host, "--join", joining).awaitReady());
        }
        token = RelayProcess.token(hosts.get(0), tokenOptions(hosts));
    }

    private static String[] tokenOptions(List<Host> hosts) {
        List<String> options = new ArrayList<>(List.of("--uses", "100000"));
        hosts.subList(1, COUNT).forEach(host -> options.addAll(List.of("--address", host.address() + ":3334")));
        return options.toArray(String[]::new);
    }

    /**
     * Starts an ensemble of the operator's, and relays, and waits until these are linked.
     *
     * @param directory for all files
     * @param settings lines of the relays' settings, beside the usual ones
     */
    static Relays start(Path directory, String... settings) throws IOException {
        return start(directory, lab -> new Relays(lab, Ensemble.start(hosts(lab)), settings));
    }

    /**
     * Starts relays with the servers inside them, and waits until they are linked.
     *
     * @param directory for all files
     * @param settings lines of the relays' settings, beside the usual ones
     */
    static Relays startAlone(Path directory, String... settings) throws IOException {
        return start(directory, lab -> new Relays(lab, settings));
    }

    private interface Beginning {
        Relays in(Lab lab) throws IOException;
    }

    private static Relays start(Path directory, Beginning beginning) throws IOException {
        Lab lab = Lab.build(directory, Relays::plan);
        try {
            Relays started = beginning.in(lab);
            started.awaitLinked();
            return started;
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private static void plan(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24");
        for (int i = 1; i <= COUNT; i++) {
            main.host("relay-" + i);
        }
        main.host("c").host("d").host("e").host("f");
        main.nat("nat-a", "192.168.0.0/24").host("a");
        main.nat("nat-b1", "192.168.11.0/24").nat("nat-b2", "192.168.0.0/24").host("b");
    }

    private List<Host> hosts() {
        return hosts(lab);
    }

    private static List<Host> hosts(Lab lab) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= COUNT; i++) {
            hosts.add(lab.host("relay-" + i));
        }
        return hosts;
    }

    /** As an administrator writes them; {@code ./mnedc relay} adds the directories. */
    private void settings(Host host, String... more) throws IOException {
        Path etc = Files.createDirectories(RelayProcess.dataOn(host).resolve("etc"));
        Files.writeString(etc.resolve("io.mnedc.address.config"), """
            enabled=B"true"
            store="shared"
            pool="10.0.0.0/16"
            """);
        Files.writeString(etc.resolve("io.mnedc.relay.config"), """
            enabled=B"true"
            store="shared"
            listen=["0.0.0.0:3334"]
            relay.id="%s"
            relay.addresses=["%s:3334"]
            %s
            """.formatted(
                        host.name(), host.address(), String.join("\n", more)));
        Files.copy(part("io.mnedc.itests.agent.jar"), etc.resolve("agent.jar"));
    }

    private static void clusterSettings(Host host, Ensemble ensemble) throws IOException {
        Path etc = RelayProcess.dataOn(host).resolve("etc");
        Files.writeString(etc.resolve("io.mnedc.cluster.config"), """
            enabled=B"true"
            overlay="lab"
            ensemble="%s"
            """.formatted(ensemble.addresses()));
    }

    /** Who has the CA's key can sign: all of them. */
    private static void copyAuthority(Host from, Host to) throws IOException {
        Path target = RelayProcess.dataOn(to).resolve("identity");
        Files.createDirectories(target);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        for (String file : List.of("ca.crt.pem", KEY, "trusted.pem")) {
            copyIdentity(from, to, file);
        }
    }

    private static void copyIdentity(Host from, Host to, String file) throws IOException {
        Files.copy(
                RelayProcess.dataOn(from).resolve("identity").resolve(file),
                RelayProcess.dataOn(to).resolve("identity").resolve(file),
                StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** Gives the CA's key, which is with the first relay, to another one, as an administrator may. */
    void giveKey(int number) throws IOException {
        copyIdentity(relay(1).host(), relay(number).host(), KEY);
    }

    static Path part(String name) {
        return Path.of(System.getProperty("mnedc.parts", "target/parts"))
                .toAbsolutePath()
                .resolve(name);
    }

    /** If it is killed, its agent leaves a file, which goes with this JVM. */
    private static RelayProcess noted(RelayProcess relay) {
        Remote.in(relay.process());
        return relay;
    }

    /** Waits until each relay that runs is linked with each other one that does. */
    void awaitLinked() {
        relays.forEach(RelayProcess::awaitReady);
        for (RelayProcess one : relays) {
            for (RelayProcess other : relays) {
                if (one != other) {
                    Waits.until(
                            () -> one.name() + " is linked with " + other.name() + "\n"
                                    + one.process().tail(),
                            BOUND,
                            () -> linked(one, other));
                }
            }
        }
    }

    /** Whether the last that a relay says of another one is that they are linked. */
    static boolean linked(RelayProcess one, RelayProcess other) {
        String id = other.host().name();
        String link = "linked with relay " + id + " ";
        String last = one.process().log().stream()
                .filter(line -> line.contains(link) || line.contains("the link with relay " + id + " is lost"))
                .reduce("", (before, line) -> line);
        return last.contains(link);
    }

    Lab lab() {
        return lab;
    }

    /** Whether the servers are those inside the relays. */
    boolean serversInside() {
        return ensemble == null;
    }

    /** The servers of the operator's. */
    Ensemble ensemble() {
        return Objects.requireNonNull(ensemble, "the servers are inside the relays");
    }

    /** All of them, in the order of their numbers. */
    List<RelayProcess> all() {
        return List.copyOf(relays);
    }

    /** The one with this number, from 1. */
    RelayProcess relay(int number) {
        return relays.get(number - 1);
    }

    /** Starts a relay again that does not run, on its data, with this in its environment. */
    void startAgainWith(int number, String... environment) {
        relays.set(
                number - 1,
                RelayProcess.startWith(List.of(environment), relay(number).host()));
    }

    /** Starts a relay again that does not run, on its data. */
    void startAgain(int number) {
        startAgainWith(number);
    }

    /** Starts a relay again that does not run, on its data, with this option. */
    void startAgainBy(int number, String option) {
        relays.set(number - 1, noted(RelayProcess.start(relay(number).host(), option)));
    }

    /** Starts a relay again that does not run, with the bundles of the next version. */
    void update(int number) {
        Path jars = home().resolve("bndrun/target/executable");
        Path directory = lab.directory();
        Path next = NextVersion.of(jars.resolve("relay.felix.jar"), directory);
        // the launcher looks for its runtimes beside each other
        String name = jars.relativize(next).toString();
        startAgainWith(number, "MNEDC_FRAMEWORK=felix", "MNEDC_RUN=" + name.substring(0, name.indexOf(".felix.jar")));
    }

    private static Path home() {
        return Path.of(Objects.requireNonNull(System.getProperty("mnedc.home"), "mnedc.home"))
                .toAbsolutePath()
                .normalize();
    }

    /** What {@code ./mnedc test} has unpacked of Debian's packages. */
    static Path unpacked(String name) {
        Path file = home().resolve(".lab/relays").resolve(name);
        if (!Files.exists(file)) {
            throw new LabException(file + " is missing: ./mnedc test unpacks Debian's zookeeper and libfaketime");
        }
        return file;
    }

    /** The agent in a relay that runs. */
    static Remote agent(RelayProcess relay) {
        return Remote.of(relay.process());
    }

    /** A join token for all devices of a test. */
    String token() {
        return token;
    }

    /** Starts a device on the host of its name, which has these relays set, in their order. */
    DeviceProcess device(String name, int... numbers) {
        return device(lab.host(name), name, numbers);
    }

    /** The same on another host. */
    DeviceProcess device(Host host, String name, int... numbers) {
        List<String> options = new ArrayList<>();
        for (int number : numbers) {
            options.addAll(List.of("--relay", relay(number).host().address()));
        }
        return DeviceProcess.join(host, name, token, options.toArray(String[]::new));
    }

    /** The number of the relay at which a device was ready last. */
    int relayOf(DeviceProcess device) {
        String via = "";
        for (String line : device.process().log()) {
            Matcher match = VIA.matcher(line);
            via = match.find() ? match.group(1) : via;
        }
        for (int i = 1; i <= COUNT; i++) {
            if (via.startsWith(relay(i).host().address())) {
                return i;
            }
        }
        throw new IllegalStateException(device.name() + " is via \"" + via + '"');
    }

    /** The virtual address that a device has; what the kernel says, not the log. */
    static String addressOnInterface(DeviceProcess device) {
        return device.host()
                .exec("ip", "-o", "-4", "address", "show", "dev", device.tun())
                .orThrow()
                .replaceAll("(?s).*inet ([0-9.]+).*", "$1");
    }

    @Override
    public void close() {
        lab.close();
    }
}
