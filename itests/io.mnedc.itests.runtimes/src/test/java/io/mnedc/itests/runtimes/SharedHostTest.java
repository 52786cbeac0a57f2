package io.mnedc.itests.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Relay and device in one framework, several devices on one machine, and a device that may not have an interface. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedHostTest {
    private static final Pattern READY = Pattern.compile("ready: ([0-9.]+)/\\d+");

    private NestedNats nats;
    private RelayProcess relay;
    private DeviceProcess a;

    @BeforeAll
    void start() {
        nats = NestedNats.build(NeedsLab.directory(SharedHostTest.class));
        relay = RelayProcess.start(nats.relay()).awaitReady();
        a = DeviceProcess.join(nats.a(), "a", token("a")).awaitReady();
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    /** The device's bundles are dropped into the relay's running framework, configured, and taken out again. */
    @Test
    void relayAndDeviceShareOneFramework() throws IOException {
        Path etc = relay.data().resolve("etc");
        List<Path> bundles = files(Parts.part("device"));
        for (Path bundle : bundles) {
            Path temporary = Files.copy(bundle, relay.data().resolve("new.tmp"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(temporary, etc.resolve(bundle.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.writeString(etc.resolve("io.mnedc.device.config"), """
                enabled=B"true"
                device.id="beside"
                relays=["127.0.0.1:3334"]
                join.token="%s"
                data.dir="%s"
                """.formatted(
                        token("beside"), relay.data().resolve("device-identity")));

        Matcher ready = relay.process().awaitLog(READY, Waits.LONG);
        Waits.reached(a.host(), ready.group(1));
        Waits.reached(relay.host(), a.ipv4());

        Files.delete(etc.resolve("io.mnedc.device.config"));
        for (Path bundle : bundles) {
            Files.delete(etc.resolve(bundle.getFileName()));
        }
        Waits.until(
                "no interface on the relay's host",
                Waits.LONG,
                () -> !relay.host().exec("ip", "-o", "link").output().contains("mnedc"));
        Remote agent = Remote.dropInto(Parts.agent(), etc, relay.process());
        Waits.until(
                () -> "no thread of the device's is left: " + agent.call("resources"),
                Waits.LONG,
                () -> agent.call("resources").stream().noneMatch(line -> line.startsWith("thread mnedc-device-")));
        Waits.until(
                () -> "the device's bundles are gone: " + agent.ourBundles(),
                Waits.LONG,
                () -> agent.ourBundles().stream().noneMatch(Set.of("io.mnedc.device", "io.mnedc.tun")::contains));
        assertThat(agent.ourBundles()).contains("io.mnedc.relay");
        DeviceProcess b = DeviceProcess.join(nats.b(), "b", token("b")).awaitReady();
        Waits.reached(a, b);
        b.stop();
    }

    /** The lab is one machine: its devices differ in their network namespace only, as containers on a host do. */
    @Test
    void twoDevicesOnOneMachineAreInDifferentNamespaces() {
        DeviceProcess c =
                DeviceProcess.join(nats.c(), "c", token("c"), "--tun", a.tun()).awaitReady();

        assertThat(c.tun()).isEqualTo(a.tun());
        assertThat(c.ipv4()).isNotEqualTo(a.ipv4());
        Waits.reached(a, c);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-tun       | mount -t tmpfs none /dev/net && exec             | /dev/net/tun",
                "no-net-admin | exec setpriv --bounding-set=-net_admin           | CAP_NET_ADMIN"
            })
    void whereItMayNotHaveAnInterfaceADeviceSaysSoAndIsHarmless(String id, String container, String named)
            throws IOException {
        Host host = nats.b();
        Path launcher = Path.of(System.getProperty("mnedc.home"))
                .toAbsolutePath()
                .normalize()
                .resolve("mnedc");
        LabProcess device = host.start(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "%s env MNEDC_BUILD=no %s device --join %s --id %s --data %s"
                        .formatted(
                                container,
                                launcher,
                                token(id),
                                id,
                                host.directory().resolve(id)));

        device.awaitLog(Pattern.compile("(?i)(error|warn).*" + named), Waits.LONG);

        Remote remote =
                Remote.dropInto(Parts.agent(), host.directory().resolve(id).resolve("etc"), device);
        Waits.until(
                () -> "all bundles are active: " + remote.call("bundles"),
                Waits.LONG,
                () -> remote.call("bundles").stream()
                        .filter(line -> line.startsWith("io.mnedc."))
                        .allMatch(line -> line.contains(" active ")));
        assertThat(remote.ourBundles()).contains("io.mnedc.device");
        assertThat(host.exec("ip", "-o", "link").output()).doesNotContain("mnedc");
        // it does not fill the log: one complaint, and at most a repetition now and then
        assertThat(device.log().stream().filter(line -> line.contains(named)).count())
                .isLessThan(5);
        assertThat(device.stop(Waits.LONG)).as(device.tail()).isIn(0, 143);
    }

    private String token(String id) {
        return RelayProcess.token(nats.relay(), "--id", id);
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new LabException("cannot list " + directory, e);
        }
    }
}
