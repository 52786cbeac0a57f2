package io.mnedc.itests.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabException;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.SmallDisk;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What only concerns relays with the servers inside them: a full disk of a server, and most of the relays lost for good. */
@ExtendWith(NeedsLab.class)
class ServersInRelaysTest {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int LAST = 3;
    /** The jars that a runtime unpacks, a log of ZooKeeper, and some room. */
    private static final int DISK_MEGABYTES = 96;

    private final Path directory = NeedsLab.directory(ServersInRelaysTest.class).toAbsolutePath();
    private SmallDisk disk;
    private Relays relays;
    private DeviceProcess a;
    private DeviceProcess b;

    @BeforeEach
    void start() throws IOException {
        disk = SmallDisk.at(directory.resolve("relay-" + LAST + "-relay"), DISK_MEGABYTES);
        relays = Relays.startAlone(directory, "keepalive.millis=L\"1000\"");
        a = relays.device("a", LAST, 1, 2);
        b = relays.device("b", 2, LAST, 1);
        for (DeviceProcess device : List.of(a, b)) {
            device.awaitReady();
        }
        Conversations.awaitReached(a, b);
    }

    @AfterEach
    void stop() {
        if (relays != null) {
            relays.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    /** The disk of one server is full: then most of the relays are lost for good, and that one goes on alone. */
    @Test
    void aFullDiskHarmsNobodyAndTheLastRelayGoesOnWhenItIsToldTo() throws IOException {
        List<String> addresses = List.of(a.ipv4(), b.ipv4());
        disk.fill();
        RelayProcess last = relays.relay(LAST);
        // its server has room in the file that it writes
        Waits.until(
                "the server of " + last.name() + " fails\n" + last.process().tail(),
                BOUND,
                () -> !write(1).isEmpty()
                        && last.process().log().stream()
                                .anyMatch(line -> line.contains("The server of the ensemble: ")));
        Conversations.awaitReached(a, b);
        DeviceProcess fresh = relays.device(relays.lab().host("c"), "c", LAST, 1, 2);
        fresh.awaitReady();
        assertThat(fresh.ipv4()).isNotIn(addresses);
        Conversations.awaitReached(fresh, a);
        disk.makeRoom();
        Waits.until(last.name() + " has a server again\n" + last.process().tail(), BOUND, () -> canWrite(LAST));

        relays.relay(1).kill();
        relays.relay(2).kill();
        last.kill();
        // its copy in a safe place
        relays.giveKey(LAST);
        relays.startAgainBy(LAST, "--go-on-alone");
        Waits.until("relay-" + LAST + " goes on alone", BOUND, () -> canWrite(LAST));
        for (DeviceProcess device : List.of(a, b, fresh)) {
            Waits.until(device.name() + " is at relay-" + LAST, BOUND, () -> relays.relayOf(device) == LAST);
        }
        Conversations.awaitReached(a, b);
        Conversations.awaitReached(b, fresh);
        assertThat(List.of(Relays.addressOnInterface(a), Relays.addressOnInterface(b)))
                .isEqualTo(addresses);
        // one of them was not lost
        relays.startAgain(1);
        Waits.until("relay-1 has found the list of the others", BOUND, () -> canWrite(1));
        DeviceProcess another = relays.device(relays.lab().host("d"), "d", LAST, 1);
        another.awaitReady();
        assertThat(another.ipv4()).isNotIn(addresses).isNotEqualTo(fresh.ipv4());
        Conversations.awaitReached(another, a);
    }

    private List<String> write(int number) {
        return Relays.agent(relays.relay(number)).call("commits", "500", "32");
    }

    private boolean canWrite(int number) {
        try {
            return !Remote.in(relays.relay(number).process())
                    .call("commits", "1", "1")
                    .isEmpty();
        } catch (LabException e) {
            return false;
        }
    }
}
