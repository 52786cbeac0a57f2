package io.mnedc.itests.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.NextVersion;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Seed;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.traffic.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Devices at different relays reach each other, and go on when relays die. The servers of ZooKeeper are inside the relays. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailOverTest {
    private static final Duration BOUND = Duration.ofMinutes(2);

    private Relays relays;
    private DeviceProcess a;
    private DeviceProcess b;
    private DeviceProcess c;

    @BeforeAll
    void start() throws IOException {
        relays = Relays.startAlone(NeedsLab.directory(FailOverTest.class));
        a = relays.device("a", 1, 2, 3);
        b = relays.device("b", 2, 3, 1);
        c = relays.device("c", 3, 1, 2);
        for (DeviceProcess device : devices()) {
            device.awaitReady();
        }
        for (Conversations.Pair pair : Conversations.pairs(devices())) {
            Conversations.awaitReached(pair.from(), pair.to());
        }
    }

    @AfterAll
    void stop() {
        if (relays != null) {
            relays.close();
        }
    }

    private List<DeviceProcess> devices() {
        return List.of(a, b, c);
    }

    @Test
    void devicesAtDifferentRelaysReachEachOther() {
        assertThat(devices().stream().map(relays::relayOf).distinct()).hasSize(Relays.COUNT);
        devices().forEach(device -> JavaTool.serve(device.host()));
        for (Conversations.Pair pair : Conversations.pairs(devices())) {
            Conversations.ping(pair.from(), pair.to().ipv4(), 1000);
            Conversations.transfer(pair.from(), pair.to().ipv4(), 3_000_000);
        }
    }

    @Test
    void aRelayIsEmptiedWithoutALostConnection() {
        Random random = Seed.random(FailOverTest.class);
        Traffic traffic = Traffic.start(a.host(), b.host(), b.ipv4(), random.nextLong());
        int number = relays.relayOf(a);
        Remote agent = Relays.agent(relays.relay(number));
        agent.call("administration", "drain");
        Waits.until(
                "relay-" + number + " is empty",
                BOUND,
                () -> devices().stream().noneMatch(device -> relays.relayOf(device) == number));
        Traffic.Back back = traffic.awaitAfter(System.nanoTime());
        System.out.printf(
                "relay-%d emptied: then datagrams after %d ms, transfer after %d ms%n",
                number, back.datagrams().toMillis(), back.transfer().toMillis());
        agent.call("administration", "undrain");
        assertThat(traffic.finish()).contains("same ");
    }

    /** As an administrator updates: each relay is stopped, gets the bundles of the next version, and is started. */
    @Test
    void allRelaysAreUpdatedOneAfterTheOtherUnderTraffic() {
        Random random = Seed.random(FailOverTest.class);
        Traffic traffic = Traffic.start(a.host(), b.host(), b.ipv4(), random.nextLong());
        for (int number = 1; number <= Relays.COUNT; number++) {
            relays.relay(number).stop();
            relays.update(number);
            relays.awaitLinked();
            traffic.awaitAfter(System.nanoTime());
            assertThat(Relays.agent(relays.relay(number)).call("bundles"))
                    .filteredOn(line -> line.matches("io\\.mnedc\\.(relay|address|cluster|codec) .*"))
                    .hasSize(4)
                    .allMatch(line -> line.endsWith(" active " + NextVersion.NEXT));
        }
        assertThat(traffic.finish()).contains("same ");
    }

    @Test
    void aTransferOutlivesTheDeathOfEachRelay() {
        Random random = Seed.random(FailOverTest.class);
        List<String> addresses = devices().stream().map(DeviceProcess::ipv4).toList();
        Traffic traffic = Traffic.start(a.host(), b.host(), b.ipv4(), random.nextLong());
        for (RelayProcess relay : relays.all()) {
            int ofA = relays.relayOf(a);
            int ofB = relays.relayOf(b);
            long killed = System.nanoTime();
            relay.kill();
            Traffic.Back back = traffic.awaitAfter(System.nanoTime());
            System.out.printf(
                    "%s killed, a at relay-%d, b at relay-%d: the kill took %d ms, datagrams after %d ms, transfer"
                            + " after %d ms%n",
                    relay.name(),
                    ofA,
                    ofB,
                    (System.nanoTime() - killed) / 1_000_000 - back.transfer().toMillis(),
                    back.datagrams().toMillis(),
                    back.transfer().toMillis());
            relays.startAgain(Integer.parseInt(relay.host().name().substring(6)));
            relays.awaitLinked();
        }
        assertThat(traffic.finish()).contains("same ");
        for (Conversations.Pair pair : Conversations.pairs(devices())) {
            Conversations.awaitReached(pair.from(), pair.to());
        }
        assertThat(devices().stream().map(Relays::addressOnInterface).toList()).isEqualTo(addresses);
    }
}
