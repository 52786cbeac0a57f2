package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.Fixture.Node;
import io.mnedc.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relays of one overlay that tell a device of each other: it finds the others when its own is gone. */
@Timeout(180)
class FleetTest {
    @TempDir
    Path directory;

    private TlsLab lab;
    private TestRelay one;
    private TestRelay two;

    @BeforeEach
    void start() throws Exception {
        lab = new TlsLab(directory);
        one = lab.relay;
        two = lab.fixture.relay(lab.gate);
    }

    @AfterEach
    void stop() throws Exception {
        lab.close();
    }

    private static RelayRecord record(TestRelay relay, String id, int load) throws Exception {
        return new RelayRecord(id, List.of(relay.address().toString()), load);
    }

    /** As the first relay tells it. */
    private Relays both() throws Exception {
        return new Relays(List.of(record(one, "relay-1", 0), record(two, "relay-2", 0)));
    }

    private void tell(Node node, Relays relays) throws Exception {
        one.tell("gw-1", relays);
        Await.until("told", () -> node.device().relaysTold() == relays.relays().size());
    }

    private static void registered(TestRelay relay, int times) throws Exception {
        Await.until("registered", () -> relay.registrations.get() >= times);
    }

    @Test
    void aToldRelayIsFoundWhenTheConfiguredOneIsGone() throws Exception {
        Node node = lab.joined("gw-1");
        assertThat(node.device().relayId()).isEmpty();
        tell(node, both());
        assertThat(node.device().relayId()).isEqualTo("relay-1");
        one.close();
        registered(two, 1);
        node.awaitReady();
        two.tell("gw-1", new Relays(List.of(record(two, "relay-2", 0), record(one, "relay-1", 0))));
        Await.until("it knows where it is", () -> node.device().relayId().equals("relay-2"));
    }

    @Test
    void aToldRelayIsFoundAfterARestartToo() throws Exception {
        Node node = lab.joined("gw-1");
        tell(node, both());
        Path file = lab.home("gw-1").resolve("overlay-relays");
        Await.until("remembered", () -> Files.exists(file));
        // as after a kill: what is on the disk is all there is
        String kept = Files.readString(file);
        node.device().close();
        one.close();
        assertThat(Files.readString(file)).isEqualTo(kept);
        Node again = lab.device(lab.settings("gw-1"));
        registered(two, 1);
        again.awaitReady();
    }

    @Test
    void aToldRelayMustProveItself() throws Exception {
        TestRelay stranger = lab.fixture.relay(lab.strangers());
        Node node = lab.joined("gw-1");
        tell(node, new Relays(List.of(record(one, "relay-1", 0), record(stranger, "relay-2", 0))));
        one.close();
        Await.until("it was tried", () -> stranger.connections.get() > 0);
        Await.until(
                "refused",
                () -> node.device().tries().stream()
                        .anyMatch(each -> each.outcome() == io.mnedc.api.device.RelayTry.Outcome.DISTRUSTED
                                && each.source() == io.mnedc.api.device.RelayTry.Source.TOLD));
        assertThat(stranger.registrations).hasValue(0);
    }

    @Test
    void withoutSecurityAToldRelayIsNotTried() throws Exception {
        TestRelay first = lab.fixture.relay();
        TestRelay second = lab.fixture.relay();
        Node node = lab.fixture.ready("gw-1", first);
        first.tell("gw-1", new Relays(List.of(record(first, "relay-1", 0), record(second, "relay-2", 0))));
        first.tell("gw-1", ErrorReport.notice(ErrorCode.TOOK_OVER, "said behind it"));
        TestRelay again = lab.fixture.restart(first);
        registered(again, 1);
        assertThat(node.device().relaysTold()).isZero();
        assertThat(second.connections).hasValue(0);
    }

    @Test
    void aRelayThatIsEmptiedSendsItsDeviceToAnother() throws Exception {
        Node node = lab.joined("gw-1");
        tell(node, new Relays(List.of(record(one, "relay-1", 1000), record(two, "relay-2", 0))));
        int before = one.connections.get();
        one.tell("gw-1", new ErrorReport(ErrorCode.STOPPING.number(), "go elsewhere", true, 30_000));
        registered(two, 1);
        node.awaitReady();
        assertThat(one.connections).as("it does not ask here first").hasValue(before);
        assertThat(node.count("reconnects")).isEqualTo(1);
    }

    @Test
    void aRelayThatFallsSilentIsLeftWithinThreeKeepalives() throws Exception {
        one.keepaliveMillis = 500;
        Node node = lab.joined("gw-1");
        tell(node, both());
        int before = one.connections.get();
        one.mute = true;
        long begun = System.nanoTime();
        registered(two, 1);
        node.awaitReady();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("three keepalives, and room for a slow machine")
                .isLessThan(Duration.ofSeconds(6));
        assertThat(one.connections).hasValue(before);
    }

    @Test
    void devicesThatCameByAJoinTokenAreSpreadOnceAndThoseOfASettingStay() throws Exception {
        List<Node> free = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Map<String, Object> values = new HashMap<>(lab.values("free-" + i));
            values.put("join.token", lab.gate.token(one).text());
            values.put("relays", List.of());
            free.add(lab.device(Fixture.settings(values)));
            free.get(i).awaitReady();
            one.tell("free-" + i, both());
        }
        Node pinned = lab.joined("gw-1");
        tell(pinned, both());
        Await.until("some have moved", () -> two.registrations.get() >= 2);
        Thread.sleep(2500);
        int moved = two.registrations.get();
        assertThat(moved).isBetween(2, 10);
        assertThat(two.has("gw-1")).isFalse();
        for (int i = 0; i < 12; i++) {
            one.tell("free-" + i, both());
            free.get(i).awaitReady();
        }
        Thread.sleep(2500);
        assertThat(two.registrations).as("once is enough").hasValue(moved);
    }
}
