package io.mnedc.device.relays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.Protocol;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Target;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.device.settings.SettingsReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device remembers of the relays that it was told. */
class RelayDirectoryTest {
    private static final RelayRecord A = new RelayRecord("relay-a", List.of("10.0.0.1:3334", "[fd00::1]:3334"), 100);
    private static final RelayRecord B = new RelayRecord("relay-b", List.of("10.0.0.2:3334"), 0);
    private static final RelayRecord C = new RelayRecord("relay-c", List.of("c.example:4000"), 0);
    private static final RelayAddress CONFIGURED = RelayAddress.parse("door.example:5000");

    @TempDir
    Path directory;

    private final TestLoop loop = new TestLoop();
    private int writes;

    private Path file() {
        return directory.resolve("home").resolve(RelayDirectory.FILE);
    }

    private DeviceSettings settings(String security) {
        Map<String, Object> values = new HashMap<>();
        values.put("device.id", "gw-1");
        values.put("security", security);
        values.put("relays", List.of(CONFIGURED.toString()));
        values.put("data.dir", directory.resolve("home").toString());
        return new SettingsReader(values).read("", () -> directory.resolve("home"));
    }

    private RelayDirectory started() {
        return started("tls");
    }

    private RelayDirectory started(String security) {
        DeviceSettings settings = settings(security);
        return new RelayDirectory(
                loop,
                task -> {
                    writes++;
                    task.run();
                },
                () -> settings);
    }

    private static Target at(RelayAddress relay, String host, int port) {
        try {
            return new Target(
                    new Place(relay, host, port),
                    new InetSocketAddress(InetAddress.getByName("10.9.9.9"), port),
                    Paths.USUAL);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Target door() {
        return at(CONFIGURED, CONFIGURED.host(), CONFIGURED.port());
    }

    private static Relays relays(RelayRecord... all) {
        return new Relays(List.of(all));
    }

    private static List<String> ids(RelayDirectory directory) {
        return directory.inOrder().stream().map(KnownRelay::relayId).sorted().toList();
    }

    @Test
    void whatIsToldOutlivesARestartInAFileOfTheOwners() throws IOException {
        RelayDirectory before = started();
        assertThat(before.told(door(), relays(A, B, C))).as("the first").isTrue();
        assertThat(before.told(door(), relays(A, B, C))).as("the first").isFalse();
        RelayDirectory after = started();
        assertThat(after.inOrder()).hasSize(3).containsExactlyInAnyOrderElementsOf(before.inOrder());
        assertThat(after.count()).isEqualTo(3);
        assertThat(after.hosts(RelayAddress.told("relay-c"))).containsExactly(new Found("c.example", 4000));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(after.told(door(), relays(A, B))).isFalse();
    }

    @Test
    void theAddressThatHasWorkedComesFirstAndNamesTheRelay() {
        RelayDirectory known = started();
        known.told(door(), relays(A, B));
        assertThat(known.idOf(CONFIGURED)).isEqualTo("relay-a");
        assertThat(known.idOf(RelayAddress.parse("10.0.0.2:3334"))).isEqualTo("relay-b");
        assertThat(known.idOf(RelayAddress.told("relay-b"))).isEqualTo("relay-b");
        assertThat(known.idOf(RelayAddress.parse("lan"))).isEmpty();
        assertThat(known.hosts(RelayAddress.told("relay-a")))
                .containsExactly(
                        new Found("door.example", 5000), new Found("10.0.0.1", 3334), new Found("fd00::1", 3334));
        // another relay is behind the door now
        known.told(door(), relays(B, A));
        assertThat(started().idOf(CONFIGURED)).isEqualTo("relay-a");
        loop.pass();
        RelayDirectory again = started();
        assertThat(again.count()).isEqualTo(2);
        assertThat(again.idOf(CONFIGURED)).isEqualTo("relay-b");
    }

    @Test
    void theListReplacesTheOneBefore() {
        RelayDirectory known = started();
        known.told(door(), relays(A, B, C));
        known.told(door(), relays(C));
        assertThat(ids(known)).containsExactly("relay-c");
        known.told(door(), relays());
        assertThat(ids(known)).as("no list at all").containsExactly("relay-c");
    }

    @Test
    void theDiskIsSpared() {
        RelayDirectory known = started();
        known.told(door(), relays(A, B));
        for (int load = 0; load < 900; load += 50) {
            known.told(door(), relays(A, new RelayRecord(B.relayId(), B.addresses(), load)));
        }
        loop.pass();
        assertThat(writes).as("load alone is no reason").isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            known.told(door(), relays(A, new RelayRecord("relay-" + i, List.of("10.0.1.1:" + (1 + i)), 0)));
        }
        assertThat(writes).isEqualTo(2);
        loop.pass();
        assertThat(writes).isEqualTo(3);
        assertThat(ids(started())).containsExactly("relay-99", "relay-a");
        loop.pass();
        assertThat(writes).isEqualTo(3);
    }

    @Test
    void aDeviceThatJoinsAgainForgetsThem() {
        RelayDirectory known = started();
        known.told(door(), relays(A, B));
        known.forget();
        assertThat(known.inOrder()).isEmpty();
        assertThat(file()).doesNotExist();
        assertThat(started().inOrder()).isEmpty();
        loop.pass();
        assertThat(file()).doesNotExist();
    }

    @Test
    void withoutSecurityNothingThatWasToldIsUsedOrKept() {
        RelayDirectory known = started("none");
        assertThat(known.told(door(), relays(A, B))).isFalse();
        assertThat(known.inOrder()).isEmpty();
        assertThat(file()).doesNotExist();
        started().told(door(), relays(A, B));
        assertThat(started("none").inOrder()).isEmpty();
    }

    @Test
    void addressesThatCannotBeDialledAreLeftOut() {
        RelayDirectory known = started();
        known.told(
                door(),
                relays(
                        A,
                        new RelayRecord("relay-b", List.of("a/../b:1", "$(x):2", "-x:3", "10.0.0.2:4", "[::1:5"), 0)));
        assertThat(known.hosts(RelayAddress.told("relay-b"))).containsExactly(new Found("10.0.0.2", 4));
    }

    @Test
    void asMuchAsMayBeToldIsKept() throws IOException {
        List<RelayRecord> most = new ArrayList<>();
        for (int i = 0; i < Protocol.MAX_RELAYS; i++) {
            List<String> addresses = new ArrayList<>();
            for (int j = 0; j < Protocol.MAX_ADDRESSES; j++) {
                addresses.add("a".repeat(245) + (10 * i + 1000 * j) + ":3334");
            }
            most.add(new RelayRecord("r".repeat(62) + String.format("%02d", i), addresses, 1000));
        }
        RelayDirectory known = started();
        known.told(door(), new Relays(most));
        assertThat(started().inOrder())
                .hasSize(Protocol.MAX_RELAYS)
                .containsExactlyInAnyOrderElementsOf(known.inOrder());
        assertThat(Files.size(file())).isGreaterThan(250_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mnedc-relays-2\n",
                "mnedc-relays-1\nrelay-a 0 -1\n",
                "mnedc-relays-1\n../x 0 -1 - 10.0.0.1:1\n",
                "mnedc-relays-1\nrelay-a 1001 -1 - 10.0.0.1:1\n",
                "mnedc-relays-1\nrelay-a 0 -2 - 10.0.0.1:1\n",
                "mnedc-relays-1\nrelay-a x -1 - 10.0.0.1:1\n",
            })
    void aDamagedFileIsAsNone(String content) throws IOException {
        Files.createDirectories(
                file().getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(file(), content);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
        assertThat(started().inOrder()).isEmpty();
        assertThat(started().told(door(), relays(A, B))).isTrue();
        assertThat(ids(started())).containsExactly("relay-a", "relay-b");
    }

    @Test
    void aRoundTripIsOfTheRelayThatWasThereAndALostPacketIsNone() {
        RelayDirectory known = started();
        known.connected(door(), Duration.ofMillis(3));
        known.told(door(), relays(A, B));
        assertThat(known.find("relay-a").orElseThrow().roundTrip()).isEqualTo(3000);
        assertThat(known.find("relay-b").orElseThrow().roundTrip()).isEqualTo(KnownRelay.UNKNOWN);
        known.connected(door(), Duration.ofMillis(1003));
        known.told(door(), relays(A, B));
        assertThat(known.find("relay-a").orElseThrow().roundTrip()).isEqualTo(3000);
    }

    @Test
    void noSettingNamesARelayThatWasTold() {
        assertThatThrownBy(() -> RelayAddress.parse("told:relay-a")).isInstanceOf(IllegalArgumentException.class);
        assertThat(RelayAddress.remembered("told:relay-a")).isEqualTo(RelayAddress.told("relay-a"));
        assertThatThrownBy(() -> RelayAddress.remembered("told:a b")).isInstanceOf(IllegalArgumentException.class);
    }
}
