package io.mnedc.device.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.DeviceEnvironment;
import io.mnedc.device.Fixture;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.TestEnvironment;
import io.mnedc.device.TestRelay;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.testing.Await;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A device does not route whatever a relay says into the overlay. */
@Timeout(120)
class NetworkGuardTest {
    private static final String OTHER = "10.1.0.0/24,fd12:3456:789a:1::/64";

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @TempDir
    Path directory;

    private final List<InetAddress> nameServers = new CopyOnWriteArrayList<>();

    private DeviceSettings settings(TestRelay relay, Map<String, ?> values) throws Exception {
        Map<String, Object> all = new HashMap<>(Map.of(
                "device.id", "one", "data.dir", directory.resolve("device").toString()));
        all.putAll(values);
        return Fixture.settings(all, relay);
    }

    private Node device(DeviceSettings settings) throws Exception {
        MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
        DeviceEnvironment around =
                new TestEnvironment(driver).nameServers(() -> nameServers).make();
        return new Node(fixture.device(settings, around), driver);
    }

    private Path file() {
        return directory.resolve("device").resolve("network");
    }

    private static void move(TestRelay relay, int network) {
        relay.network = network;
        relay.tell("one", ErrorReport.fatal(ErrorCode.READDRESSED, "the virtual network is another one"));
    }

    private static boolean accept(Node node, String network) throws Exception {
        return node.device().acceptNetwork(network).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void networkWithTheAddressOfAnyRelayIsRefusedUntilTheListIsAnother() throws Exception {
        TestRelay relay = fixture.relay();
        List<String> both = List.of(relay.address().toString(), "10.0.0.77:3334");
        Node node = device(settings(relay, Map.of("relays", both)));

        node.awaitFailed("10.0.0.0/24 contains 10.0.0.77, where relay 10.0.0.77:3334 is");
        assertThat(node.problem()).contains("choose another pool").contains("io.mnedc.address");
        assertThat(node.driver().devices()).as("never opened").isEmpty();

        node.device().reconfigure(settings(relay, Map.of()));
        node.awaitReady();

        node.device().reconfigure(settings(relay, Map.of("relays", both)));
        node.awaitFailed("10.0.0.77");
        assertThat(node.driver().devices()).as("taken away").isEmpty();
    }

    @Test
    void relayWhoseAddressIsInTheIpv6PrefixIsNamed() throws Exception {
        TestRelay relay = fixture.relay();
        Node node = device(settings(
                relay, Map.of("relays", List.of(relay.address().toString(), "[fd12:3456:789a:1:2:3:4:5]:3334"))));

        node.awaitFailed("fd12:3456:789a:1::/64 contains fd12:3456:789a:1:2:3:4:5");
        assertThat(node.problem()).contains("IPv6 prefix").contains("ipv6.prefix");
    }

    @Test
    void interfaceGoesWhenADnsServerComesIntoTheNetworkAndComesBackByItself() throws Exception {
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of()));
        node.awaitReady();

        nameServers.add(InetAddress.getByName("10.0.0.53"));
        node.awaitFailed("contains 10.0.0.53, a DNS server of this host");
        assertThat(node.driver().devices()).isEmpty();

        nameServers.clear();
        node.awaitReady();
        assertThat(node.driver().devices()).hasSize(1);
        assertThat(relay.registrations).as("the connection has stayed").hasValue(1);
    }

    @Test
    void networkOutsideOfWhatIsAllowedIsNotRoutedIntoTheOverlay() throws Exception {
        TestRelay relay = fixture.relay();
        relay.network = 0x08080800;
        Node node = device(settings(relay, Map.of()));
        node.awaitFailed("8.8.8.0/24 is not in pool.allowed");
        assertThat(node.driver().devices()).isEmpty();

        node.device().reconfigure(settings(relay, Map.of("pool.allowed", "8.8.0.0/16")));
        node.awaitReady();

        node.device().reconfigure(settings(relay, Map.of("pool.allowed", "8.8.0.0/16, fd00:1::/32")));
        node.awaitFailed("fd12:3456:789a:1::/64 is not in pool.allowed");
    }

    @Test
    void anotherNetworkWaitsForTheAdministrator() throws Exception {
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of()));
        node.awaitReady();
        Await.until("remembered", () -> Files.exists(file()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(node.device().waitingNetwork()).isEmpty();

        move(relay, 0x0a010000);
        node.awaitFailed("mnedc:acceptpool " + OTHER);
        assertThat(node.problem()).contains("was 10.0.0.0/24,").contains("pool.change = follow");
        assertThat(node.driver().devices()).isEmpty();
        assertThat(node.device().waitingNetwork()).hasValue(OTHER);

        assertThat(accept(node, "10.2.0.0/24,fd12:3456:789a:1::/64"))
                .as("one that does not wait")
                .isFalse();
        assertThat(accept(node, OTHER)).isTrue();
        node.awaitReady();
        assertThat(node.tun().settings().addresses()).asString().contains("10.1.0.2/24");
        assertThat(node.device().waitingNetwork()).isEmpty();
        Await.until("remembered", () -> Files.readString(file()).strip().equals(OTHER));
    }

    @Test
    void networkThatIsSetBackNeedsNoWord() throws Exception {
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of()));
        node.awaitReady();
        move(relay, 0x0a010000);
        node.awaitFailed("is now 10.1.0.0/24");

        move(relay, 0x0a000000);
        node.awaitReady();
        assertThat(node.tun().settings().addresses()).asString().contains("10.0.0.2/24");
    }

    @Test
    void networkIsRememberedOverARestartAndForgottenWithItsFile() throws Exception {
        TestRelay relay = fixture.relay();
        Node first = device(settings(relay, Map.of()));
        first.awaitReady();
        Await.until("remembered", () -> Files.exists(file()));
        first.device().close();

        relay.network = 0x0a010000;
        Node second = device(settings(relay, Map.of()));
        second.awaitFailed("was 10.0.0.0/24");
        assertThat(second.driver().devices()).isEmpty();

        Files.delete(file());
        second.awaitReady();
        Await.until(
                "remembered",
                () -> Files.exists(file()) && Files.readString(file()).strip().equals(OTHER));
    }

    @Test
    void damagedMemoryIsNoReasonToTakeWhateverComes() throws Exception {
        Files.createDirectories(
                file().getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(file(), "10.0".getBytes(StandardCharsets.US_ASCII));
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of()));
        node.awaitFailed("delete it to take the network that the relay announces");

        node.device().reconfigure(settings(relay, Map.of("pool.change", "follow")));
        node.awaitReady();
    }

    @Test
    void whoFollowsTakesAnotherNetworkAndRemembersIt() throws Exception {
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of("pool.change", "follow")));
        node.awaitReady();
        move(relay, 0x0a010000);
        Await.until("followed", () -> relay.registrations.get() == 2 && node.state() == State.READY);
        assertThat(node.tun().settings().addresses()).asString().contains("10.1.0.2/24");
        Await.until("remembered", () -> Files.readString(file()).strip().equals(OTHER));

        node.device().reconfigure(settings(relay, Map.of("pool.change", "ask")));
        move(relay, 0x0a000000);
        node.awaitFailed("was 10.1.0.0/24");
    }

    @Test
    void firstNetworkIsNotRememberedWhileItCannotBeUsed() throws Exception {
        nameServers.add(InetAddress.getByName("10.0.0.53"));
        TestRelay relay = fixture.relay();
        Node node = device(settings(relay, Map.of()));
        node.awaitFailed("10.0.0.53");

        move(relay, 0x0a010000);
        node.awaitReady();
    }
}
