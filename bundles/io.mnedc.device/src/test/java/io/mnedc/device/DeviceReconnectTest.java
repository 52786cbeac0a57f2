package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.receive;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Part;
import io.mnedc.device.Fixture.Node;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Relays that come and go, refuse and misbehave; settings that change. */
@Timeout(180)
class DeviceReconnectTest {
    @RegisterExtension
    final Fixture fixture = new Fixture();

    @Test
    void restartOfTheRelayLeavesInterfaceAndAddressAlone() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice tun = one.tun();
        TestRelay again = fixture.restart(relay);
        Await.until("registered again", () -> again.bindings.get() == 1);
        one.awaitReady();
        assertThat(one.tun()).isSameAs(tun);
        assertThat(one.device().snapshot().addresses()).contains("10.0.0.2/24");
        assertThat(one.count("reconnects")).isEqualTo(1);
    }

    @Test
    void nextRelayOfTheListIsTaken() throws Exception {
        TestRelay first = fixture.relay();
        TestRelay second = fixture.relay();
        Node one = fixture.device("one", first, second);
        Node two = fixture.device("two", first, second);
        one.awaitReady();
        MemoryTunDevice tun = one.tun();
        first.close();
        Await.until("both moved", () -> second.bindings.get() == 2);
        one.awaitReady();
        two.awaitReady();
        assertThat(one.tun()).isSameAs(tun);
        assertThat(one.device().snapshot().relay()).isEqualTo(second.address().toString());
        byte[] packet = TestPackets.udp4(ipv4(second.node("one")), ipv4(second.node("two")), new byte[5]);
        one.tun().injectPacket(packet);
        assertThat(receive(two)).isEqualTo(packet);
    }

    @Test
    void anotherLeaseGivesTheSameInterfaceAnotherAddress() throws Exception {
        TestRelay first = fixture.relay();
        TestRelay second = fixture.relay();
        second.network = 0x0a010000;
        Node one = fixture.ready(Fixture.settings(Map.of("device.id", "one", "pool.change", "follow"), first, second));
        MemoryTunDevice tun = one.tun();
        first.close();
        Await.until("moved", () -> second.bindings.get() == 1);
        one.awaitReady();
        assertThat(one.tun()).isSameAs(tun);
        assertThat(tun.settings().addresses()).asString().contains("10.1.0.2/24");
    }

    @Test
    void silentRelayIsGivenUp() throws Exception {
        TestRelay relay = fixture.relay();
        relay.keepaliveMillis = 200;
        Node one = fixture.ready("one", relay);
        relay.mute = true;
        Await.until("given up", () -> one.state() == State.CONNECTING);
        relay.mute = false;
        one.awaitReady();
    }

    @Test
    void whoIsReplacedSaysSoAndWaits() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready(Fixture.settings(Map.of("device.id", "same", "reconnect.max.seconds", 3600), relay));
        fixture.device(Fixture.settings(Map.of("device.id", "same", "reconnect.max.seconds", 3600), relay))
                .awaitReady();
        Await.until("put out", () -> one.state() == State.FAILED);
        assertThat(one.device().snapshot().problem()).get().asString().contains("another device with the ID same");
        assertThat(relay.registrations).hasValue(2);
        assertThat(one.tun().isClosed()).isFalse();
    }

    @Test
    void refusalIsToldAndTriedAgain() throws Exception {
        TestRelay relay = fixture.relay();
        relay.refusal = ErrorReport.fatal(ErrorCode.POOL_EXHAUSTED, "no address is free; make the pool larger");
        Node one = fixture.device("one", relay);
        Await.until("refused", () -> one.state() == State.FAILED);
        assertThat(one.device().snapshot().problem()).get().asString().contains("make the pool larger");
        relay.refusal = null;
        one.awaitReady();
        assertThat(one.device().snapshot().problem()).isEmpty();
    }

    /** With a code that this device knows, and with one that only newer ones know. */
    @ParameterizedTest
    @ValueSource(ints = {27, 999})
    void deviceThatTheAdministratorDisconnectsSaysSoAndComesBackSoon(int code) throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready(Fixture.settings(Map.of("device.id", "one", "reconnect.max.seconds", 3600), relay));
        String log = Log.of(() -> {
            relay.tell("one", new ErrorReport(code, "the administrator has disconnected this device", true, 0));
            Await.until("registered again", () -> relay.registrations.get() == 2);
            one.awaitReady();
        });
        assertThat(log).contains("the administrator has disconnected this device");
        assertThat(one.device().snapshot().problem()).isEmpty();
        assertThat(one.tun().isClosed()).isFalse();
    }

    @Test
    void relayThatAsksToWaitHoldsUpNoOther() throws Exception {
        TestRelay full = fixture.relay();
        full.refusal = new ErrorReport(ErrorCode.POOL_EXHAUSTED.number(), "full", true, 3_600_000);
        TestRelay away = fixture.relay();
        away.close();
        Node one =
                fixture.device(Fixture.settings(Map.of("device.id", "one", "reconnect.max.seconds", 60), full, away));
        Await.until("refused", () -> full.connections.get() == 1);
        TestRelay back = fixture.restart(away);
        Await.until("registered", () -> back.bindings.get() == 1);
        one.awaitReady();
        assertThat(full.connections).hasValue(1);
    }

    @Test
    void waitThatARelayAsksForIsNotLongerThanTheSettingAllows() throws Exception {
        TestRelay relay = fixture.relay();
        relay.refusal = new ErrorReport(ErrorCode.POOL_EXHAUSTED.number(), "full", true, 3_600_000);
        Node one = fixture.device("one", relay);
        Await.until("refused", () -> relay.connections.get() == 1);
        relay.refusal = null;
        one.awaitReady();
    }

    @Test
    void listThatChangesDuringAnAttemptIsWhatIsTriedNext() throws Exception {
        TestRelay silent = fixture.relay();
        silent.mute = true;
        TestRelay removed = fixture.relay();
        TestRelay added = fixture.relay();
        Node one = fixture.device("one", silent, removed);
        Await.until("trying", () -> silent.connections.get() == 1);
        one.device().reconfigure(Fixture.settings("one", silent, added));
        Await.until(
                "changed",
                () -> one.device().snapshot().relays().size() == 2
                        && one.device()
                                .snapshot()
                                .relays()
                                .get(1)
                                .equals(added.address().toString()));
        silent.close();
        Await.until("registered", () -> added.bindings.get() == 1);
        one.awaitReady();
        assertThat(removed.connections).hasValue(0);
    }

    @Test
    void dataStreamThatCannotBeOpenedIsToldAsTheProblem() throws Exception {
        TestRelay relay = fixture.relay();
        relay.dataClosed = true;
        Node one = fixture.device("one", relay);
        Await.until("told", () -> one.device().snapshot().problem().isPresent());
        assertThat(one.device().snapshot().problem()).get().asString().startsWith("registered, but no data stream: ");
        assertThat(one.state()).isEqualTo(State.REGISTERED);
        relay.dataClosed = false;
        one.awaitReady();
        assertThat(one.device().snapshot().problem()).isEmpty();
    }

    @Test
    void relayOfAnotherMajorVersionIsNamedAsTheProblem() throws Exception {
        TestRelay relay = fixture.relay();
        relay.major = 9;
        Node one = fixture.device("one", relay);
        Await.until("refused", () -> one.state() == State.FAILED);
        assertThat(one.device().snapshot().problem())
                .get()
                .asString()
                .contains("9.0")
                .contains("update");
        relay.major = 1;
        one.awaitReady();
    }

    @Test
    void brokenControlMessageEndsThatSessionOnly() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice tun = one.tun();
        // nobody may announce the broadcast node
        relay.tell(
                "one",
                new Announce(
                        2, Part.DELTA, List.of(new Change.Present(new NodeRecord("x", 255, "", 0, NodeInfo.NONE)))));
        Await.until("registered again", () -> relay.registrations.get() == 2);
        one.awaitReady();
        assertThat(one.tun()).isSameAs(tun);
    }

    @Test
    void unknownSessionOfTheDataStreamMeansRegisteringAnew() throws Exception {
        TestRelay relay = fixture.relay();
        relay.forgetful = true;
        Node one = fixture.device("one", relay);
        Await.until("registers again", () -> relay.registrations.get() >= 2);
        relay.forgetful = false;
        one.awaitReady();
    }

    @Test
    void missingInterfaceIsAFaultThatPasses() throws Exception {
        TestRelay relay = fixture.relay();
        AtomicBoolean broken = new AtomicBoolean(true);
        MemoryTunDriver memory = MemoryTunDriver.withAllOffloads();
        TunDriver driver = settings -> {
            if (broken.get()) {
                throw new TunException(TunException.Reason.NOT_PERMITTED, "no permission; grant CAP_NET_ADMIN");
            }
            return memory.open(settings);
        };
        Device device = fixture.device(Fixture.settings("one", relay), driver);
        Await.until("failed", () -> device.snapshot().state() == State.FAILED);
        assertThat(device.snapshot().problem()).get().asString().contains("CAP_NET_ADMIN");
        broken.set(false);
        Await.until("ready", () -> device.snapshot().state() == State.READY);
        assertThat(device.snapshot().problem()).isEmpty();
    }

    @Test
    void interfaceThatIsRemovedIsMadeAnew() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice tun = one.tun();
        tun.close();
        Await.until("made anew", () -> !one.driver().devices().isEmpty() && one.state() == State.READY);
        assertThat(one.tun()).isNotSameAs(tun);
    }

    @Test
    void relayListMayChangeAroundTheConnection() throws Exception {
        TestRelay first = fixture.relay();
        TestRelay second = fixture.relay();
        Node one = fixture.ready("one", first);
        MemoryTunDevice tun = one.tun();
        one.device().reconfigure(Fixture.settings("one", second, first));
        Await.until("changed", () -> one.device().snapshot().relays().size() == 2);
        assertThat(one.state()).isEqualTo(State.READY);
        one.device().reconfigure(Fixture.settings("one", second));
        Await.until("moved", () -> second.bindings.get() == 1);
        one.awaitReady();
        assertThat(first.registrations).hasValue(1);
        assertThat(one.tun()).isSameAs(tun);
    }

    @Test
    void mtuAndQueueChangeWhilePacketsFlow() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice tun = one.tun();
        one.device().reconfigure(Fixture.settings(Map.of("device.id", "one", "mtu", 9000, "queue.millis", 5), relay));
        Await.until("bound again", () -> relay.bindings.get() == 2);
        one.awaitReady();
        assertThat(tun.settings().mtu()).isEqualTo(9000);
        assertThat(one.tun()).isSameAs(tun);
        assertThat(relay.registrations).hasValue(1);
    }

    @Test
    void anotherInterfaceNameMakesItAnew() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        one.device().reconfigure(Fixture.settings(Map.of("device.id", "one", "tun.name", "other"), relay));
        Await.until("renamed", () -> one.device().snapshot().tun().equals("other"));
        assertThat(one.state()).isEqualTo(State.READY);
        assertThat(one.driver().devices()).hasSize(1);
        assertThat(relay.registrations).hasValue(1);
    }

    @Test
    void nameThatIsTakenLeavesTheOldInterfaceInForce() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice foreign = one.driver().open(new TunSettings("taken", 1400, List.of(), List.of(), false));
        one.device().reconfigure(Fixture.settings(Map.of("device.id", "one", "tun.name", "taken", "mtu", 1500), relay));
        Await.until(
                "old settings again",
                () -> one.driver().device("mnedc0").isPresent()
                        && one.driver().devices().indexOf(foreign) == 0);
        Await.until("ready", () -> one.state() == State.READY);
        assertThat(one.device().snapshot().tun()).isEqualTo("mnedc0");
    }

    @Test
    void anotherIdRegistersAnew() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        MemoryTunDevice tun = one.tun();
        one.device().reconfigure(Fixture.settings("eins", relay));
        Await.until("registered", () -> relay.has("eins") && relay.bindings.get() == 2);
        one.awaitReady();
        assertThat(one.device().snapshot().addresses()).contains("10.0.0.3/24");
        assertThat(one.tun()).isSameAs(tun);
        Await.until("the old one is gone", () -> !relay.has("one"));
    }

    @Test
    void publishedInfoIsToldNowAndAfterAReconnect() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        one.device().link().publish(new OrchestrationInfo("p", "x", List.of()));
        Await.until(
                "told", () -> relay.heard.stream().anyMatch(m -> m.toString().startsWith("Publish")));
        TestRelay again = fixture.restart(relay);
        Await.until(
                "told again",
                () -> again.heard.stream()
                        .anyMatch(m -> m instanceof Hello hello
                                && hello.info().platform().equals("p")));
    }
}
