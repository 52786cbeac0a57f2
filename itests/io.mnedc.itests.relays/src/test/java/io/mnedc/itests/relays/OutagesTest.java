package io.mnedc.itests.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Seed;
import io.mnedc.lab.SmallDisk;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.traffic.Traffic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links, servers of the ensemble, a disk and a clock fail. What can go on goes on, and all comes back by itself. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesTest {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int ON_SMALL_DISK = 3;
    private static final int DISK_MEGABYTES = 96;

    private final Path directory = NeedsLab.directory(OutagesTest.class).toAbsolutePath();
    private SmallDisk disk;
    private Relays relays;
    private List<DeviceProcess> devices;
    private List<String> addresses;
    private @Nullable DeviceProcess newcomer;
    private int newcomers;

    @BeforeAll
    void start() throws IOException {
        disk = SmallDisk.at(directory.resolve("relay-" + ON_SMALL_DISK + "-relay"), DISK_MEGABYTES);
        relays = Relays.start(directory, "keepalive.millis=L\"1000\"");
        // two of them are at one relay
        devices = List.of(
                relays.device("a", 1, 2, 3),
                relays.device("b", 2, 3, 1),
                relays.device("c", 3, 1, 2),
                relays.device("d", 1, 2, 3));
        addresses = devices.stream().map(DeviceProcess::ipv4).toList();
    }

    @AfterAll
    void stop() {
        if (relays != null) {
            relays.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    /** However a test has ended, all is as before after it, and nobody has another address. */
    @AfterEach
    void allComesBack() {
        relays.ensemble().servers().stream().filter(server -> !server.runs()).forEach(Ensemble.Server::start);
        relays.ensemble().awaitAll();
        relays.awaitLinked();
        allReachEachOther();
        assertThat(devices.stream().map(Relays::addressOnInterface).toList()).isEqualTo(addresses);
        DeviceProcess extra = newcomer;
        newcomer = null;
        if (extra != null) {
            extra.stop();
        }
    }

    /** A device that was never there before, and has these relays set. */
    private DeviceProcess newcomer(int... numbers) {
        DeviceProcess started = relays.device(relays.lab().host("e"), "newcomer-" + ++newcomers, numbers);
        newcomer = started;
        return started;
    }

    private void allReachEachOther() {
        for (Conversations.Pair pair : Conversations.pairs(devices)) {
            Conversations.awaitReached(pair.from(), pair.to());
        }
    }

    /** The devices at a relay. */
    private List<DeviceProcess> at(int number) {
        return devices.stream()
                .filter(device -> relays.relayOf(device) == number)
                .toList();
    }

    /** The relay with the most devices. */
    private int busiest() {
        return IntStream.rangeClosed(1, Relays.COUNT)
                .boxed()
                .max((one, other) -> Integer.compare(at(one).size(), at(other).size()))
                .orElseThrow();
    }

    private List<Host> othersThan(int number) {
        return relays.all().stream()
                .filter(relay -> relay != relays.relay(number))
                .map(RelayProcess::host)
                .toList();
    }

    private int[] first(int number) {
        return new int[] {number, number % Relays.COUNT + 1, (number + 1) % Relays.COUNT + 1};
    }

    @Test
    void aRelayThatIsCutOffFromTheOthersServesItsDevices() {
        int cut = busiest();
        RelayProcess relay = relays.relay(cut);
        List<DeviceProcess> own = at(cut);
        assertThat(own).hasSizeGreaterThan(1);
        Partition.during(relay.host(), othersThan(cut), () -> {
            for (RelayProcess other : relays.all()) {
                Waits.until(
                        relay.name() + " misses " + other.name(),
                        BOUND,
                        () -> relay == other || !(Relays.linked(relay, other) || Relays.linked(other, relay)));
            }
            awaitLine(relay.process(), "out of reach since");
            Conversations.ping(own.get(0), own.get(1).ipv4(), 1000);
            // a new device finds a relay that can give it a certificate and an address
            DeviceProcess fresh = newcomer(first(cut));
            fresh.awaitReady();
            assertThat(relays.relayOf(fresh)).isNotEqualTo(cut);
            assertThat(fresh.ipv4()).isNotIn(addresses);
        });
    }

    @Test
    void devicesLeaveARelayThatTheyDoNotReach() {
        int cut = busiest();
        List<DeviceProcess> own = at(cut);
        List<Host> all = new ArrayList<>();
        List.of("nat-a", "nat-b1", "c", "d")
                .forEach(name -> all.add(relays.lab().host(name)));
        Partition.during(relays.relay(cut).host(), all, () -> {
            long begin = System.nanoTime();
            Waits.until("the devices of relay-" + cut + " are elsewhere", BOUND, () -> at(cut).isEmpty());
            System.out.printf(
                    "relay-%d not reached by its %d devices: all elsewhere after %d ms, with a keepalive of 1000 ms%n",
                    cut, own.size(), (System.nanoTime() - begin) / 1_000_000);
            allReachEachOther();
        });
    }

    @Test
    void theLeaderOfTheEnsembleMayDie() {
        Traffic traffic = Traffic.start(devices.get(0).host(), devices.get(1).host(), addresses.get(1), 1);
        Ensemble.Server leader = relays.ensemble().awaitLeader();
        leader.kill();
        traffic.awaitAfter(System.nanoTime());
        DeviceProcess fresh = newcomer(1, 2, 3);
        fresh.awaitReady();
        assertThat(fresh.ipv4()).isNotIn(addresses);
        assertThat(relays.ensemble().awaitLeader()).isNotEqualTo(leader);
        assertThat(traffic.finish()).contains("same ");
    }

    @Test
    void withoutTheEnsembleKnownDevicesComeAndNewOnesWait() {
        Random random = Seed.random(OutagesTest.class);
        relays.ensemble().servers().forEach(Ensemble.Server::kill);
        allReachEachOther();
        relays.all().forEach(relay -> awaitLine(relay.process(), "out of reach since"));
        DeviceProcess known = devices.get(random.nextInt(devices.size()));
        String address = known.ipv4();
        known.stop();
        known.startAgain();
        assertThat(known.awaitReady().ipv4()).isEqualTo(address);
        DeviceProcess fresh = newcomer(1, 2, 3);
        awaitLine(fresh.process(), "cannot join: ");
        int killed = 1 + random.nextInt(Relays.COUNT);
        relays.relay(killed).kill();
        relays.startAgain(killed);
        Waits.until("all are at relays that run", BOUND, () -> at(killed).isEmpty());
        allReachEachOther();
        List<Ensemble.Server> order = new ArrayList<>(relays.ensemble().servers());
        Collections.shuffle(order, random);
        order.forEach(server -> {
            server.start();
            allReachEachOther();
        });
        fresh.awaitReady();
        assertThat(fresh.ipv4()).isNotIn(addresses);
        Conversations.awaitReached(fresh, devices.get(0));
    }

    @Test
    void aRelayWhoseDiskIsFullServesOn() throws IOException {
        disk.fill();
        try {
            allReachEachOther();
            DeviceProcess fresh = newcomer(first(ON_SMALL_DISK));
            fresh.awaitReady();
            assertThat(fresh.ipv4()).isNotIn(addresses);
            Conversations.awaitReached(fresh, devices.get(0));
            Conversations.ping(devices.get(0), fresh.ipv4(), 1000);
        } finally {
            disk.makeRoom();
        }
        RelayProcess relay = relays.relay(ON_SMALL_DISK);
        relay.kill();
        relays.startAgain(ON_SMALL_DISK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+3650d", "-3650d"})
    void aWrongClockOfOneRelayHarmsNobodyElse(String wrong) {
        int number = 2;
        relays.relay(number).kill();
        relays.startAgainWith(
                number,
                "LD_PRELOAD=" + Relays.unpacked("libfaketimeMT.so.1"),
                "FAKETIME=" + wrong,
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                "FAKETIME_FORCE_MONOTONIC_FIX=0");
        relays.relay(number).awaitReady();
        allReachEachOther();
        DeviceProcess fresh = newcomer(1, 3, 2);
        fresh.awaitReady();
        assertThat(fresh.ipv4()).isNotIn(addresses);
        Conversations.awaitReached(fresh, devices.get(0));
        relays.relay(number).kill();
        relays.startAgain(number);
    }

    private static void awaitLine(LabProcess process, String text) {
        process.awaitLog(Pattern.compile(Pattern.quote(text)), BOUND);
    }
}
