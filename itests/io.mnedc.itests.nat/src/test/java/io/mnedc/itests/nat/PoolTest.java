package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NodeProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Virtual networks in which the relay itself lies, for the kernels of relay and device. One story in steps. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PoolTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final String PREFIX = "fd12:3456:789a:1::/64";

    private final Path directory = NeedsLab.directory(PoolTest.class).toAbsolutePath();
    private NestedNats nats;
    private RelayProcess relay;
    private DeviceProcess b;

    @BeforeAll
    void start() {
        nats = NestedNats.build(directory);
        String token = RelayProcess.token(nats.relay());
        // the relay itself is in there
        relay = RelayProcess.start(nats.relay(), "--pool", "192.168.1.0/24");
        b = DeviceProcess.join(nats.b(), "b", token);
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    @Test
    @Order(1)
    void aPoolWithTheRelaysAddressIsRefusedAtTheStartUntilTheSettingIsAnother() throws IOException {
        relay.process()
                .awaitLog(
                        Pattern.compile("192\\.168\\.1\\.0/24.* contains "
                                + Pattern.quote(nats.relay().address()) + ".*no addresses are leased"),
                        NodeProcess.READY_BOUND);

        relay.set("io.mnedc.address", "ipv6.prefix", PREFIX);
        relay.set("io.mnedc.address", "pool", "10.0.0.0/24");
        relay.awaitReady();
        b.awaitReady();
    }

    @Test
    @Order(2)
    void aLiveChangeOverTheRelayIsRefusedAndTheOldPoolGoesOn() throws IOException {
        relay.set("io.mnedc.address", "pool", "192.168.0.0/16");
        awaitLog(relay, "192\\.168\\.0\\.0/16.* contains .*the configuration before stays in force");
        assertThat(b.host().exec("ip", "-o", "addr", "show", b.tun()).output()).contains("10.0.0.");
        assertThat(lines(relay, "addresses are leased from")).hasSize(1);
    }

    @Test
    @Order(3)
    void theDeviceAsksBeforeItTakesALargerPoolAndHasTheOldOneAgainBySettingItBack() throws IOException {
        int before = lines(b, " ready: ").size();
        relay.set("io.mnedc.address", "pool", "10.0.0.0/16");
        awaitLog(b, "no interface: .*is now 10\\.0\\.0\\.0/16.*mnedc:acceptpool");
        Conversations.await("its interface has gone", BOUND, () -> !hasTun());

        relay.set("io.mnedc.address", "pool", "10.0.0.0/24");
        Conversations.await("it is back", BOUND, () -> lines(b, " ready: ").size() > before && hasTun());
    }

    @Test
    @Order(4)
    void aDeviceThatFollowsTakesTheLargerPool() throws IOException {
        b.set("io.mnedc.device", "pool.change", "follow");
        relay.set("io.mnedc.address", "pool", "10.0.0.0/16");
        awaitLog(b, " ready: 10\\.0\\.\\d+\\.\\d+/16 ");
    }

    @Test
    @Order(5)
    void aGatewayThatComesIntoThePoolTakesTheInterfaceAwayUntilItGoes() {
        int before = lines(b, " ready: ").size();
        // a second uplink, whose gateway the overlay would swallow
        b.host()
                .exec("ip", "link", "add", "wan", "type", "veth", "peer", "name", "wan-end")
                .orThrow();
        b.host().exec("ip", "link", "set", "wan-end", "up").orThrow();
        b.host().exec("ip", "link", "set", "wan", "up").orThrow();
        b.host()
                .exec("ip", "route", "add", "default", "via", "10.0.77.1", "dev", "wan", "onlink", "metric", "900")
                .orThrow();
        awaitLog(b, "contains the default gateway 10\\.0\\.77\\.1 of interface wan");
        Conversations.await("its interface has gone", BOUND, () -> !hasTun());

        b.host().exec("ip", "link", "del", "wan").orThrow();
        Conversations.await("it is back", BOUND, () -> lines(b, " ready: ").size() > before && hasTun());
    }

    @Test
    @Order(6)
    void aSecondDeviceOnOneHostIsToldThatThereIsOne() {
        String token = RelayProcess.token(nats.relay());
        DeviceProcess second = DeviceProcess.join(nats.b(), "second", token);
        second.process()
                .awaitLog(
                        Pattern.compile("a device of this overlay runs on this host already: interface " + tun()
                                + " .*process \\d+, data directory "
                                + Pattern.quote(b.data().toString())),
                        NodeProcess.READY_BOUND);
        second.stop();
    }

    @Test
    @Order(7)
    void aTokenWithAnAddressInsideThePoolIsRefused() {
        assertThat(nats.relay()
                        .exec(
                                "env",
                                "MNEDC_BUILD=no",
                                System.getProperty("mnedc.home") + "/mnedc",
                                "relay",
                                "token",
                                "--data",
                                relay.data().toString(),
                                "--address",
                                "10.0.3.4:3334")
                        .output())
                .contains("10.0.3.4:3334 is inside the overlay itself");
    }

    private boolean hasTun() {
        return nats.b().exec("ip", "-o", "-4", "addr").output().contains(" 10.0.");
    }

    private String tun() {
        return nats.b()
                .exec("ip", "-o", "-4", "addr")
                .output()
                .lines()
                .filter(line -> line.contains(" 10.0."))
                .map(line -> line.replaceAll("^\\d+: (\\S+) .*", "$1"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> lines(NodeProcess node, String part) {
        LabProcess process = node.process();
        return process.log().stream().filter(line -> line.contains(part)).toList();
    }

    private static void awaitLog(NodeProcess node, String pattern) {
        node.process().awaitLog(Pattern.compile(pattern), BOUND);
    }
}
