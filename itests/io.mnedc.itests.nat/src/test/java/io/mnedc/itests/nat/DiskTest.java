package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.SmallDisk;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Disks that are really full or read-only: who needs them waits, says why, and goes on by itself. These tests wait for the pause
 * between two attempts, so they run two at a time.
 */
@ExtendWith(NeedsLab.class)
@Execution(ExecutionMode.CONCURRENT)
@Timeout(600)
class DiskTest {
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** Longer than any pause between two attempts to use a disk; shorter than that after a refusal. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Path directory = NeedsLab.directory(DiskTest.class).toAbsolutePath();
    private final List<SmallDisk> disks = new ArrayList<>();
    private Lab lab;

    /** What is wrong with a disk. */
    enum Fault {
        FULL("No space left on device") {
            @Override
            void begin(SmallDisk disk) throws IOException {
                disk.fill();
            }

            @Override
            void end(SmallDisk disk) throws IOException {
                disk.makeRoom();
            }
        },
        READ_ONLY("Read-only file system") {
            @Override
            void begin(SmallDisk disk) {
                disk.readOnly();
            }

            @Override
            void end(SmallDisk disk) {
                disk.writable();
            }
        };

        private final String text;

        Fault(String text) {
            this.text = text;
        }

        abstract void begin(SmallDisk disk) throws IOException;

        abstract void end(SmallDisk disk) throws IOException;

        /** The line of a log that names it. */
        Pattern after(String words) {
            return Pattern.compile(words + ".*" + text);
        }
    }

    @BeforeEach
    void start(TestInfo test) throws IOException {
        // each its own: a directory under a disk that is gone is not as a relay wants it
        String name = test.getTestMethod().orElseThrow().getName() + "-"
                + test.getDisplayName().replaceAll("\\W", "");
        lab = Lab.build(
                Files.createDirectories(directory.resolve(name)),
                topology -> topology.router("main", "192.168.1.0/24")
                        .host("relay")
                        .host("a")
                        .host("b")
                        .host("c"));
    }

    @AfterEach
    void stop() {
        lab.close();
        disks.forEach(SmallDisk::close);
    }

    private SmallDisk disk(Path place) throws IOException {
        SmallDisk disk = SmallDisk.at(place);
        disks.add(disk);
        return disk;
    }

    private Host relay() {
        return lab.host("relay");
    }

    private SmallDisk relayDisk(String part) throws IOException {
        return disk(RelayProcess.dataOn(relay()).resolve(part));
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseStoreWithoutRoomAtTheStartComesUpOnceThereIsSome(Fault fault) throws IOException {
        SmallDisk disk = relayDisk("leases");
        fault.begin(disk);
        RelayProcess relay = RelayProcess.start(relay());
        relay.process().awaitLog(fault.after("there is no lease store"), BOUND);
        fault.end(disk);
        relay.process().awaitLog(Pattern.compile("listening on .* pool"), SOON);
        relay.stop();
    }

    @ParameterizedTest
    @EnumSource
    void aRelayWithoutRoomAtTheStartComesUpOnceThereIsSome(Fault fault) throws IOException {
        SmallDisk disk = relayDisk("identity");
        fault.begin(disk);
        RelayProcess relay = RelayProcess.start(relay());
        relay.process().awaitLog(fault.after("the relay cannot start: .*identity"), BOUND);
        fault.end(disk);
        relay.process().awaitLog(Pattern.compile("listening on .* pool"), SOON);
        assertThat(RelayProcess.token(relay())).startsWith("mnedc1-");
        relay.stop();
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceWithoutRoomAtTheStartJoinsOnceThereIsSome(Fault fault) throws IOException {
        RelayProcess.start(relay()).awaitReady();
        Host c = lab.host("c");
        SmallDisk disk = disk(c.directory().resolve("late/identity"));
        disk.put("join-token", RelayProcess.token(relay()));
        fault.begin(disk);
        String launcher = Path.of(Objects.requireNonNull(System.getProperty("mnedc.home")), "mnedc")
                .toAbsolutePath()
                .normalize()
                .toString();
        String data = Objects.requireNonNull(disk.place().getParent()).toString();
        LabProcess device = c.start(
                "env",
                "MNEDC_BUILD=no",
                launcher,
                "device",
                "--data",
                data,
                "--id",
                "late",
                "--relay",
                relay().address());
        device.awaitLog(fault.after("no identity: .*identity"), BOUND);
        fault.end(disk);
        device.awaitLog(Pattern.compile("late ready: "), SOON);
        assertThat(disk.place().resolve("join-token")).doesNotExist();
    }

    @Test
    void aRelayWhoseDisksBecomeFullServesOnAndNothingIsDamaged() throws IOException {
        SmallDisk identity = relayDisk("identity");
        SmallDisk leases = relayDisk("leases");
        RelayProcess relay = RelayProcess.start(relay()).awaitReady();
        String token = RelayProcess.token(relay(), "--uses", "5");
        DeviceProcess a = DeviceProcess.join(lab.host("a"), "a", token).awaitReady();
        DeviceProcess b = DeviceProcess.join(lab.host("b"), "b", token).awaitReady();
        Conversations.awaitReached(a, b);
        String address = a.ipv4();

        leases.fill();
        identity.fill();
        // a new one needs a block, where the old one may have room in its last
        Path before = identity.place().resolve("audit.before");
        Files.move(identity.place().resolve("audit.jsonl"), before);
        DeviceProcess c = DeviceProcess.join(lab.host("c"), "c", token);
        c.process().awaitLog(Pattern.compile("cannot join: .*the relay cannot make certificates now"), BOUND);
        relay.process()
                .awaitLog(
                        Pattern.compile("certificate could not be issued: .*identity.*No space left on device"), BOUND);
        relay.process().awaitLog(Pattern.compile("the audit log .* cannot be written.*No space left"), BOUND);
        assertThatThrownBy(() -> RelayProcess.token(relay())).hasMessageContaining("No space left on device");
        Conversations.ping(a, b.ipv4(), 1000);

        identity.makeRoom();
        c.process().awaitLog(Pattern.compile("device c has joined"), BOUND);
        relay.process().awaitLog(Pattern.compile("lease.*No space left on device"), BOUND);
        // who is known needs no room to come again
        b.stop();
        b.startAgain();
        assertThat(b.awaitReady().ipv4()).isNotEqualTo(address);
        Conversations.awaitReached(b, a);

        leases.makeRoom();
        String other = c.awaitReady().ipv4();
        assertThat(other).isNotIn(address, b.ipv4());

        relay.stop();
        List<String> audit = new ArrayList<>(Files.readAllLines(before));
        audit.addAll(Files.readAllLines(identity.place().resolve("audit.jsonl")));
        assertThat(audit)
                .allSatisfy(line -> assertThat(line).startsWith("{\"time\":\"").endsWith("}"));
        assertThat(audit).anyMatch(line -> line.contains("\"event\":\"lost\""));
        // the sum of what was too much may come behind it
        audit.removeIf(line -> line.contains("\"event\":\"suppressed\""));
        assertThat(audit.get(audit.size() - 1)).contains("stopped");

        // all that was promised is still there
        relay.startAgain();
        relay.awaitReady();
        for (DeviceProcess each : List.of(a, c)) {
            each.stop();
            each.startAgain();
        }
        assertThat(a.awaitReady().ipv4()).isEqualTo(address);
        assertThat(c.awaitReady().ipv4()).isEqualTo(other);
    }
}
