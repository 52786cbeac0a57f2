package io.mnedc.itests.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NextVersion;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.traffic.Traffic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay and a device in gateways with a Kura's bundles, by Deployment Admin and what Kura reads of our bundles. */
@ExtendWith(NeedsLab.class)
class KuraTest {
    private static final Path RELAY_PACKAGE = Parts.part("io.mnedc.features.kura-relay.dp");
    private static final Path DEVICE_PACKAGE = Parts.part("io.mnedc.features.kura-device.dp");
    private static final String MARKERS = "(objectClass=org.eclipse.kura.configuration.ConfigurableComponent)";
    private static final String STATUS =
            "(&(objectClass=org.eclipse.kura.configuration.SelfConfiguringComponent)(kura.service.pid=io.mnedc.status))";
    private static final String LIGHT = "(objectClass=org.eclipse.kura.status.CloudConnectionStatusService)";

    @ParameterizedTest
    @ValueSource(strings = {"kura-5.0", "kura-6"})
    void aPackageIsInstalledConfiguredUpgradedAndRemoved(String release) {
        try (NestedNats nats =
                NestedNats.build(NeedsLab.directory(KuraTest.class).resolve(release))) {
            KuraGateway relay = KuraGateway.start(nats.relay(), release);
            KuraGateway device = KuraGateway.start(nats.a(), release);

            install(relay, RELAY_PACKAGE, "mnedc-relay", "io.mnedc.address", "io.mnedc.relay", "io.mnedc.kura");
            install(device, DEVICE_PACKAGE, "mnedc-device", "io.mnedc.device", "io.mnedc.kura", "io.mnedc.names");
            metatypeIsFound(relay.remote(), "io.mnedc.relay", "listen=*:3334");
            metatypeIsFound(relay.remote(), "io.mnedc.address", "pool=10.0.0.0/24");
            metatypeIsFound(device.remote(), "io.mnedc.device", "join.token=");

            relay.remote().call("configure", "io.mnedc.address", "enabled=true");
            relay.remote().call("configure", "io.mnedc.relay", "enabled=true");
            awaitPort(nats.a(), true);
            assertThat(relay.data().resolve("mnedc/relay"))
                    .as("where Kura keeps data")
                    .isDirectory();
            String token = token(relay);
            device.remote()
                    .call(
                            "configure",
                            "io.mnedc.device",
                            "enabled=true",
                            // Kura puts its own name for a PID into each configuration
                            "kura.service.pid=io.mnedc.device",
                            // Kura stores what metatype calls a password encrypted
                            "join.token=encrypted:" + new StringBuilder(token).reverse());
            Waits.until(
                    () -> "the light is on: " + device.remote().call("services", LIGHT)
                            + device.process().tail(),
                    Waits.LONG,
                    () -> device.remote().call("services", LIGHT).stream().anyMatch(line -> line.contains("light=ON")));
            assertThat(device.remote().call("services", "(kura.service.pid=io.mnedc.device)"))
                    .as("what Kura lists")
                    .hasSize(1);
            assertThat(device.remote().call("services", STATUS))
                    .as("the status page")
                    .hasSize(1);
            assertThat(device.remote().call("services", "(mnedc.device.id=serial-4711)"))
                    .as("services of the device, which is called as this Kura")
                    .isNotEmpty();
            assertThat(device.remote().call("services", "(objectClass=*)")).noneMatch(line -> line.contains(token));
            DeviceProcess b = DeviceProcess.join(nats.b(), "b", token(relay)).awaitReady();
            String address = Waits.address(device.host());
            Waits.reached(b.host(), address);
            Waits.reached(device.host(), b.ipv4());

            Traffic traffic = Traffic.start(device.host(), b.host(), b.ipv4(), 1);
            for (KuraGateway gateway : List.of(device, relay)) {
                Path old = gateway == relay ? RELAY_PACKAGE : DEVICE_PACKAGE;
                String version = gateway.remote()
                        .call("deploy", NextVersion.of(old, nats.lab().directory()) + "")
                        .get(0);
                assertThat(version).isEqualTo(NextVersion.NEXT);
                System.out.println(
                        release + ", upgrade of " + old.getFileName() + ": " + traffic.awaitAfter(System.nanoTime()));
            }
            assertThat(traffic.finish()).contains("same ");
            assertThat(Waits.address(device.host())).isEqualTo(address);

            remove(device, "mnedc-device");
            remove(relay, "mnedc-relay");
            awaitPort(nats.a(), false);
        }
    }

    private static void install(KuraGateway gateway, Path file, String name, String... pids) {
        gateway.remote().call("deploy", file.toString());

        assertThat(gateway.remote().call("packages")).anyMatch(line -> line.startsWith(name + " "));
        Waits.until(
                () -> "markers for " + List.of(pids) + ": " + gateway.remote().call("services", MARKERS)
                        + gateway.remote().call("bundles") + gateway.process().tail(),
                Waits.LONG,
                () -> gateway.remote().call("services", MARKERS).size() == pids.length);
        for (String pid : pids) {
            assertThat(gateway.remote().call("services", MARKERS))
                    .map(line -> " " + line + " ")
                    .anyMatch(line -> line.contains(" kura.service.pid=" + pid + " ")
                            && line.contains(" service.pid=" + pid + " "));
        }
    }

    private static void metatypeIsFound(Remote remote, String pid, String attribute) {
        assertThat(remote.call("metatype", pid, pid)).contains(pid, attribute, "enabled=false");
    }

    private static void remove(KuraGateway gateway, String name) {
        Remote remote = gateway.remote();
        remote.call("undeploy", name);
        assertThat(remote.call("packages")).isEmpty();
        assertThat(remote.ourBundles()).isEmpty();
        assertThat(remote.call("services", STATUS)).isEmpty();
        Waits.until(
                "our markers are gone",
                Waits.LONG,
                () -> remote.call("services", MARKERS).isEmpty());
        Waits.until(
                "our threads are gone",
                Waits.LONG,
                () -> remote.call("resources").stream().noneMatch(line -> line.startsWith("thread mnedc-")));
        Waits.until(
                "interface and routes are gone",
                Waits.LONG,
                () -> gateway.host().hasNothingOf("mnedc", "10.0.0."));
        assertThat(gateway.process().isAlive()).isTrue();
    }

    private static String token(KuraGateway relay) {
        return RelayProcess.tokenIn(relay.host(), relay.data().resolve("mnedc/relay"));
    }

    private static void awaitPort(Host from, boolean open) {
        Waits.until("the relay's port is " + (open ? "open" : "closed"), Waits.LONG, () -> Waits.open(from) == open);
    }
}
