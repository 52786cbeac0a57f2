package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** All programs of a host know the names, by the real systemd-resolved and by a hosts file; and nothing is left behind. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemNamesTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final String NAMES = "io.mnedc.names";
    private static final String DEVICE = "io.mnedc.device";
    /** Where the script has resolvectl. */
    private static final String PATH = "PATH=/run/mnedc-lab:" + System.getenv("PATH");

    private static final String HOSTS = "127.0.0.1\tlocalhost\n";

    private final Path directory = NeedsLab.directory(SystemNamesTest.class).toAbsolutePath();
    private Lab lab;
    private String token;
    private DeviceProcess other;

    @BeforeAll
    void start() {
        lab = Lab.build(
                directory,
                topology -> topology.router("main", "192.168.1.0/24")
                        .host("relay")
                        .host("a")
                        .host("b")
                        .host("far")
                        .host("other")
                        .host("open")
                        .host("renamed"));
        token = RelayProcess.token(lab.host("relay"), "--uses", "9");
        RelayProcess.start(lab.host("relay")).awaitReady();
        other = DeviceProcess.join(lab.host("other"), "other", token).awaitReady();
    }

    @AfterAll
    void stop() {
        if (lab != null) {
            lab.close();
        }
    }

    private static void resolver(DeviceProcess device, String value) {
        device.set(NAMES, "system.resolver", value);
    }

    private static String getent(Host on, String... asked) {
        String[] command = new String[asked.length + 1];
        command[0] = "getent";
        System.arraycopy(asked, 0, command, 1, asked.length);
        CommandResult result = on.exec(command);
        return result.output();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitLog(DeviceProcess device, String pattern) {
        device.process().awaitLog(Pattern.compile(pattern), BOUND);
    }

    @Test
    void hostsFileHasTheNamesWhileTheDeviceRuns() throws IOException {
        Host host = lab.host("a");
        try (NetnsFile file = new NetnsFile(host, "hosts", HOSTS)) {
            Path hosts = file.path();
            Files.setPosixFilePermissions(hosts, PosixFilePermissions.fromString("rw-r--r--"));
            DeviceProcess a = DeviceProcess.join(host, "a", token).awaitReady();
            assertThat(getent(host, "hosts", "other.mnedc")).isEmpty();

            a.set(NAMES, "hosts.file", hosts.toString());
            resolver(a, "hosts");
            Conversations.await(
                    "known",
                    BOUND,
                    () -> getent(host, "ahostsv4", "other.mnedc").startsWith(other.ipv4()));
            assertThat(getent(host, "hosts", other.ipv6())).contains("other.mnedc");
            assertThat(Files.getPosixFilePermissions(hosts)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));

            // what is left of a killed one is removed by the next, whatever its settings
            a.kill();
            assertThat(hosts).content().contains("other.mnedc");
            resolver(a, "off");
            a.startAgain();
            a.awaitReady();
            Conversations.await("removed", BOUND, () -> text(hosts).equals(HOSTS));

            resolver(a, "hosts");
            Conversations.await(
                    "there again",
                    BOUND,
                    () -> getent(host, "hosts", "other.mnedc").contains("other"));
            a.stop();
            assertThat(hosts).content().isEqualTo(HOSTS);
        }
    }

    @Test
    void blockFollowsAChangeOfTheDeviceIdAndWhatIsLeftBesideTheFileGoes() throws IOException {
        RelayProcess open =
                RelayProcess.start(lab.host("open"), "--security", "none").awaitReady();
        Path hosts = Files.writeString(directory.resolve("renamed.hosts"), HOSTS);
        DeviceProcess device = DeviceProcess.startUnsecured(lab.host("renamed"), "before", open.dial())
                .awaitReady();
        device.set(NAMES, "hosts.file", hosts.toString());
        resolver(device, "hosts");
        Conversations.await("known", BOUND, () -> text(hosts).contains("before.mnedc"));
        assertThat(hosts).content().contains("# BEGIN MNEDC before\n");

        device.set(DEVICE, "device.id", "after");
        Conversations.await("known by its new ID", BOUND, () -> text(hosts).contains("# BEGIN MNEDC after\n"));
        assertThat(hosts).content().doesNotContain("MNEDC before");
        Conversations.await("known by its new name", BOUND, () -> text(hosts).contains("after.mnedc"));

        // what a killed one has left goes, also with another hosts file and ID: the launcher starts it with its first
        // ID
        device.kill();
        assertThat(hosts).content().contains("# BEGIN MNEDC after\n");
        Path others = Files.writeString(directory.resolve("others.hosts"), HOSTS);
        device.set(NAMES, "hosts.file", others.toString());
        device.startAgain();
        Conversations.await("removed", BOUND, () -> text(hosts).equals(HOSTS));
        Conversations.await("known elsewhere", BOUND, () -> text(others).contains("before.mnedc"));
        device.stop();
        assertThat(others).content().isEqualTo(HOSTS);

        device.set(NAMES, "hosts.file", hosts.toString());
        Path left = Files.createFile(directory.resolve(".renamed.hosts.0123456789abcdef.mnedc"));
        resolver(device, "off");
        device.startAgain();
        Conversations.await("removed", BOUND, () -> !Files.exists(left));
        device.stop();
    }

    @Test
    void systemdResolvedAsksTheDeviceAndForgetsIt() throws Exception {
        Host host = lab.host("b");
        LabProcess resolved = resolved(host, resolvedRoot());
        host.shareFiles(resolved, PATH);

        DeviceProcess b = DeviceProcess.join(host, "b", token).awaitReady();
        resolver(b, "auto");
        awaitLog(b, "systemd-resolved does not run here");
        Files.createFile(own().resolve("go"));
        resolved.awaitLog(Pattern.compile("Using system hostname|Positive Trust Anchors"), BOUND);
        awaitLog(b, "programs of this host know the names of devices: by systemd-resolved");
        assertThat(getent(host, "ahostsv4", "other.mnedc")).startsWith(other.ipv4());
        assertThat(getent(host, "ahostsv6", "other.mnedc")).startsWith(other.ipv6());
        assertThat(getent(host, "hosts", other.ipv4())).contains("other.mnedc");
        // only for this zone
        assertThat(host.exec("resolvectl", "default-route", b.tun()).orThrow()).contains("no");

        // as a program does that manages networks
        host.exec("resolvectl", "revert", b.tun()).orThrow();
        assertThat(host.exec("resolvectl", "dns", b.tun()).orThrow()).doesNotContain("10.0.0.1");
        awaitLog(b, "systemd-resolved had lost what it was told of the interface " + b.tun());
        Conversations.await(
                "known again", BOUND, () -> getent(host, "hosts", "other.mnedc").contains("other"));

        resolver(b, "off");
        Conversations.await(
                "reverted",
                BOUND,
                () -> !host.exec("resolvectl", "domain", b.tun()).orThrow().contains("mnedc "));
        assertThat(host.exec("resolvectl", "dns", b.tun()).orThrow()).doesNotContain("10.0.0.1");

        // the interface of a killed device goes, and with it what was said of it
        resolver(b, "resolved");
        Conversations.await(
                "known again", BOUND, () -> getent(host, "hosts", "other.mnedc").contains("other"));
        b.kill();
        assertThat(host.exec("resolvectl", "domain").orThrow()).doesNotContain("~mnedc");
        b.startAgain();
        b.awaitReady();
        Conversations.await(
                "known again", BOUND, () -> getent(host, "hosts", "other.mnedc").contains("other"));
        b.stop();
        assertThat(host.exec("resolvectl", "domain").orThrow()).doesNotContain("~mnedc");
        isNotToldOfInterfacesElsewhere(host, resolved);
    }

    /** As in a container that sees the D-Bus of its host: there, the number of the interface is that of another one. */
    private void isNotToldOfInterfacesElsewhere(Host host, LabProcess resolved) {
        Host far = lab.host("far");
        far.shareFiles(resolved, PATH);
        DeviceProcess elsewhere = DeviceProcess.join(far, "far", token).awaitReady();
        resolver(elsewhere, "auto");
        awaitLog(elsewhere, "systemd-resolved runs in another network namespace");
        assertThat(host.exec("resolvectl", "dns").orThrow()).doesNotContain("10.0.0.1");
        elsewhere.stop();
    }

    /** That of the machine, or what ./mnedc test has unpacked. */
    private static Path resolvedRoot() {
        Path unpacked = Path.of(System.getProperty("mnedc.home"))
                .toAbsolutePath()
                .normalize()
                .resolve(".lab/resolved");
        Path root = Files.exists(unpacked) ? unpacked : Path.of("/");
        assertThat(root.resolve("lib/systemd/systemd-resolved"))
                .as("systemd-resolved; ./mnedc test unpacks it")
                .exists();
        return root;
    }

    private LabProcess resolved(Host host, Path root) throws Exception {
        Path script = Path.of(Objects.requireNonNull(SystemNamesTest.class.getResource("resolved.sh"))
                .toURI());
        Files.createDirectories(own());
        LabProcess started = host.start("sh", script.toString(), root.toString(), own().toString());
        started.awaitLog(Pattern.compile("D-Bus runs"), BOUND);
        return started;
    }

    private Path own() {
        return directory.resolve("resolved");
    }
}
