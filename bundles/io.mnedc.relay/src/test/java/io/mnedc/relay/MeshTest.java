package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Part;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.OverlayTls;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.MemoryStore;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several relays of one overlay, in one process, that share a store. */
@Timeout(300)
class MeshTest extends WithRelays {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @BeforeEach
    void start() throws Exception {
        begin("b");
        linked("a", "b");
    }

    private int elsewhere(String relay) {
        return relay(relay).relay().services().sessions().countElsewhere();
    }

    /** Reads until a device is announced, or announced as gone; {@return what was said of it}. */
    private static Change told(PlainDevice by, String id) throws Exception {
        for (int i = 0; i < 1000; i++) {
            ControlMessage message = by.receive();
            if (message instanceof Announce announce) {
                for (Change change : announce.changes()) {
                    if (change instanceof Change.Present present
                            && present.node().deviceId().equals(id)) {
                        return change;
                    }
                    if (change instanceof Change.Absent absent
                            && absent.deviceId().equals(id)) {
                        return change;
                    }
                }
            }
        }
        throw new AssertionError("nothing said of " + id);
    }

    @Test
    void devicesAtTwoRelaysKnowAndReachEachOther() throws Exception {
        PlainDevice one = joined("a", "gw-1");
        PlainDevice two = joined("b", "gw-2");
        assertThat(told(one, "gw-2"))
                .isInstanceOfSatisfying(
                        Change.Present.class,
                        there -> assertThat(there.node().node()).isEqualTo(two.welcome.node()));
        assertThat(told(two, "gw-1")).isInstanceOf(Change.Present.class);
        one.send(new Envelope(0, two.welcome.node(), Protocol.ENVELOPE_HANDSHAKE, Opaque.copyOf(HELLO)));
        assertThat(two.await(Envelope.class))
                .isEqualTo(new Envelope(
                        one.welcome.node(), two.welcome.node(), Protocol.ENVELOPE_HANDSHAKE, Opaque.copyOf(HELLO)));
        one.sendFrame(two.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(two.receiveFrame())).isEqualTo(HELLO);
        two.sendFrame(one.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(one.receiveFrame())).isEqualTo(HELLO);
    }

    @Test
    void aRelayThatComesLaterHearsOfThoseWhoAreThere() throws Exception {
        List<PlainDevice> there = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            there.add(joined(i % 2 == 0 ? "a" : "b", "gw-" + i));
        }
        begin("c");
        linked("a", "c");
        linked("b", "c");
        Await.until("all are known", () -> elsewhere("c") == there.size());
        PlainDevice late = joined("c", "gw-99");
        for (PlainDevice device : there) {
            assertThat(told(device, "gw-99")).isInstanceOf(Change.Present.class);
            late.sendFrame(device.welcome.node(), HELLO);
            assertThat(PlainDevice.payload(device.receiveFrame())).isEqualTo(HELLO);
        }
    }

    @Test
    void aDeviceThatRegistersElsewhereIsReachedThereAndItsOldSessionEnds() throws Exception {
        PlainDevice watcher = joined("a", "gw-1");
        Identity identity = overlay.identity("gw-2", Instant.now());
        PlainDevice before = joined("a", "gw-2", identity);
        assertThat(told(watcher, "gw-2")).isInstanceOf(Change.Present.class);
        PlainDevice now = joined("b", "gw-2", identity);
        assertThat(now.welcome.node()).isEqualTo(before.welcome.node());
        assertThat(TestOverlay.code(before.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        Await.until("it is at b only", () -> elsewhere("a") == 1 && elsewhere("b") == 1);
        watcher.sendFrame(now.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(now.receiveFrame())).isEqualTo(HELLO);
        // whoever hears of gw-3 has heard all that was said of gw-2 before
        joined("b", "gw-3");
        assertThat(told(watcher, "gw-3")).isInstanceOf(Change.Present.class);
        assertThat(store.view().get("sessions/@gw-2"))
                .hasValueSatisfying(entry -> assertThat(entry.value()).startsWith("relay-b "));
    }

    @Test
    void theStoreAloneEndsTheOldSessionWhileTheRelaysDoNotHearEachOther() throws Exception {
        begin("c");
        // c's own link to the others does not come up without the others' entries in its store
        Identity identity = overlay.identity("gw-2", Instant.now());
        PlainDevice before = joined("a", "gw-2", identity);
        Await.until("claimed", () -> store.view().get("sessions/@gw-2").isPresent());
        mesh("b").close();
        Await.until("they are not linked", () -> !isLinked("a", "b"));
        PlainDevice now = joined("c", "gw-2", identity);
        assertThat(TestOverlay.code(before.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        assertThat(now.welcome.node()).isEqualTo(before.welcome.node());
    }

    @Test
    void withoutTheStoreTheNewestRegistrationCountsAndIsClaimedLater() throws Exception {
        Identity identity = overlay.identity("gw-2", Instant.now());
        PlainDevice first = joined("a", "gw-2", identity);
        Await.until("claimed", () -> store.view().get("sessions/@gw-2").isPresent());
        views.values().forEach(MemoryStore.View::cut);
        PlainDevice second = joined("b", "gw-2", identity);
        assertThat(TestOverlay.code(first.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        PlainDevice third = joined("a", "gw-2", identity);
        assertThat(TestOverlay.code(second.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        Await.until("b knows", () -> elsewhere("b") == 1 && elsewhere("a") == 0);
        views.values().forEach(MemoryStore.View::heal);
        Await.until(
                "a has claimed it",
                () -> store.view()
                        .get("sessions/@gw-2")
                        .filter(entry -> entry.value().startsWith("relay-a "))
                        .isPresent());
        PlainDevice other = joined("b", "gw-3");
        other.sendFrame(third.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(third.receiveFrame())).isEqualTo(HELLO);
    }

    @Test
    void linksStayWhileTheServiceOfTheStoreIsAway() throws Exception {
        Identity identity = overlay.identity("gw-2", Instant.now());
        PlainDevice first = joined("a", "gw-2", identity);
        PlainDevice other = joined("b", "gw-3");
        Await.until("claimed", () -> store.view().below("sessions").size() == 2);
        relay("a").store(null);
        relay("b").store(null);
        PlainDevice second = joined("b", "gw-2", identity);
        assertThat(TestOverlay.code(first.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        PlainDevice third = joined("a", "gw-2", identity);
        assertThat(TestOverlay.code(second.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
        relay("a").store(view("a"));
        relay("b").store(store.view());
        Await.until(
                "its entry is another one",
                () -> store.view()
                        .get("sessions/@gw-2")
                        .filter(entry -> entry.version() > 4)
                        .isPresent());
        other.sendFrame(third.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(third.receiveFrame())).isEqualTo(HELLO);
        assertThat(relay("a").relay().services().sessions().ofDevice("gw-2")).isNotNull();
    }

    @Test
    void aRelayThatIsTakenOutOfTheStoreIsLetInNoMore() throws Exception {
        joined("a", "gw-1");
        Await.until("known", () -> elsewhere("b") == 1);
        MemoryStore.View operator = store.view();
        view("a").cut(); // or it would enter itself again
        operator.commit(Transaction.EMPTY.remove("relays/relay-a"));
        Await.until("b has let it go", () -> mesh("b").view().isEmpty() && elsewhere("b") == 0);
        long before = relay("b").count(Counter.CONNECTIONS);
        Await.until("a has dialled again", () -> relay("b").count(Counter.CONNECTIONS) > before + 1);
        assertThat(mesh("b").view()).isEmpty();
        assertThat(mesh("a").view()).noneMatch(each -> each.up());
    }

    @Test
    void anotherKeyThanTheOneInTheStoreIsRefused() throws Exception {
        MemoryStore.View operator = store.view();
        view("a").cut();
        String text = operator.get("relays/relay-a").orElseThrow().value();
        operator.commit(Transaction.EMPTY.put("relays/relay-a", text.replaceFirst("key=[0-9a-f]{4}", "key=0000")));
        Await.until("b has cut the link", () -> mesh("b").view().stream().noneMatch(each -> each.up()));
        long before = relay("b").count(Counter.CONNECTIONS);
        Await.until("a has dialled again", () -> relay("b").count(Counter.CONNECTIONS) > before + 1);
        assertThat(mesh("b").view()).noneMatch(each -> each.up());
    }

    @Test
    void aDeviceThatComesBackToItsRelayCostsNoWrite() throws Exception {
        Identity identity = overlay.identity("gw-2", Instant.now());
        joined("a", "gw-2", identity);
        Await.until("claimed", () -> store.view().get("sessions/@gw-2").isPresent());
        var claimed = store.view().get("sessions/@gw-2");
        PlainDevice again = joined("a", "gw-2", identity);
        PlainDevice other = joined("b", "gw-3");
        Await.until("claimed", () -> store.view().get("sessions/@gw-3").isPresent());
        other.sendFrame(again.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(again.receiveFrame())).isEqualTo(HELLO);
        assertThat(store.view().get("sessions/@gw-2")).isEqualTo(claimed);
    }

    @Test
    void theDevicesOfALostRelayAreKnownForAWhileAndMoveWithoutLeaving() throws Exception {
        PlainDevice watcher = joined("a", "gw-1");
        Identity identity = overlay.identity("gw-2", Instant.now());
        joined("b", "gw-2", identity);
        assertThat(told(watcher, "gw-2")).isInstanceOf(Change.Present.class);
        relay("b").relay().close();
        PlainDevice now = joined("a", "gw-2", identity);
        watcher.sendFrame(now.welcome.node(), HELLO);
        assertThat(PlainDevice.payload(now.receiveFrame())).isEqualTo(HELLO);
        joined("a", "gw-3");
        for (int i = 0; i < 1000; i++) {
            if (watcher.receive() instanceof Announce announce) {
                assertThat(announce.changes()).noneMatch(Change.Absent.class::isInstance);
                if (announce.changes().stream()
                        .anyMatch(change -> change instanceof Change.Present present
                                && present.node().deviceId().equals("gw-3"))) {
                    return;
                }
            }
        }
    }

    /**
     * Devices move, leave their old connections open or close them, while the store is out of reach for some relays, or its service away.
     * Afterwards each device is at one relay, all relays agree which one, and it is reached from everywhere.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverHappensAllAgreeAfterwards(long seed) throws Exception {
        Random random = new Random(seed);
        begin("c");
        linked("a", "c");
        linked("b", "c");
        List<String> names = List.of("a", "b", "c");
        Map<String, Identity> identities = new HashMap<>();
        Map<String, PlainDevice> last = new HashMap<>();
        for (int i = 1; i <= 4; i++) {
            identities.put("gw-" + i, overlay.identity("gw-" + i, Instant.now()));
        }
        for (int step = 0; step < 40; step++) {
            String relay = names.get(random.nextInt(names.size()));
            switch (random.nextInt(8)) {
                case 0 -> view(relay).cut();
                case 1 -> view(relay).heal();
                case 2 -> relay(relay).store(random.nextBoolean() ? view(relay) : null);
                default -> {
                    String id = "gw-" + (1 + random.nextInt(4));
                    PlainDevice before = last.put(id, joined(relay, id, Objects.requireNonNull(identities.get(id))));
                    if (before != null && random.nextBoolean()) {
                        before.close();
                    }
                }
            }
        }
        for (String name : names) {
            view(name).heal();
            relay(name).store(view(name));
        }
        // a device that two relays have let go registers again, as real ones do
        Await.until("each device is at one relay, and all agree", () -> {
            boolean settled = true;
            for (String id : identities.keySet()) {
                List<String> at = names.stream()
                        .filter(name ->
                                relay(name).relay().services().sessions().ofDevice(id) != null)
                        .toList();
                if (at.isEmpty()) {
                    last.put(
                            id,
                            joined(
                                    names.get(random.nextInt(names.size())),
                                    id,
                                    Objects.requireNonNull(identities.get(id))));
                }
                settled &= at.size() == 1
                        && store.view()
                                .get("sessions/@" + id)
                                .filter(entry -> entry.value().startsWith("relay-" + at.get(0) + " "))
                                .isPresent();
            }
            return settled
                    && names.stream()
                            .allMatch(name -> elsewhere(name)
                                            + relay(name)
                                                    .relay()
                                                    .services()
                                                    .sessions()
                                                    .count()
                                    == identities.size());
        });
        for (String name : names) {
            PlainDevice probe = joined(name, "probe-" + name);
            for (PlainDevice device : last.values()) {
                probe.sendFrame(device.welcome.node(), HELLO);
                assertThat(PlainDevice.payload(device.receiveFrame())).isEqualTo(HELLO);
            }
        }
    }

    private PlainDevice hostile(String at) throws Exception {
        return hostile(at, overlay.authority().identity(), "");
    }

    private static Registration here(String id, int node) {
        return new Registration.Here(
                new NodeRecord(id, node, "test/1", 0, NodeInfo.NONE), List.of(), 1, new Fence(1_000, 0));
    }

    @Test
    void aFrameThatAnotherRelaySendsGoesNoFurther() throws Exception {
        begin("c");
        linked("b", "c");
        PlainDevice two = joined("b", "gw-2");
        PlainDevice three = joined("c", "gw-3");
        Await.until("known", () -> elsewhere("b") == 1 && elsewhere("c") == 1);
        PlainDevice link = hostile("b");
        long dropped = relay("b").count(Counter.DROP_NO_DESTINATION);
        byte[] astray = link.frame(77, three.welcome.node(), DataFrame.PACKET, HELLO);
        byte[] good = link.frame(77, two.welcome.node(), DataFrame.PACKET, HELLO);
        link.data.getOutputStream().write(astray);
        link.data.getOutputStream().write(good);
        assertThat(PlainDevice.payload(two.receiveFrame())).isEqualTo(HELLO);
        assertThat(relay("b").count(Counter.DROP_NO_DESTINATION)).isEqualTo(dropped + 1);
    }

    @Test
    void aFrameOfAnotherRelayThatClaimsToBeFromADeviceHereIsDropped() throws Exception {
        PlainDevice one = joined("b", "gw-1");
        PlainDevice two = joined("b", "gw-2");
        PlainDevice link = hostile("b");
        long dropped = relay("b").count(Counter.DROP_SPOOFED_SOURCE);
        link.data.getOutputStream().write(link.frame(one.welcome.node(), two.welcome.node(), DataFrame.PACKET, HELLO));
        byte[] other = "other".getBytes(StandardCharsets.UTF_8);
        link.data.getOutputStream().write(link.frame(77, two.welcome.node(), DataFrame.PACKET, other));
        assertThat(PlainDevice.payload(two.receiveFrame())).isEqualTo(other);
        assertThat(relay("b").count(Counter.DROP_SPOOFED_SOURCE)).isEqualTo(dropped + 1);
    }

    @Test
    void whatAnotherRelaySaysTakesNoAddressAndGoesNotOutsideThePool() throws Exception {
        PlainDevice one = joined("b", "gw-1");
        PlainDevice link = hostile("b");
        link.send(new Registrations(
                1,
                Part.SNAPSHOT_WHOLE,
                List.of(here("thief", one.welcome.node()), here("far", Protocol.MAX_NODE), here("good", 99))));
        assertThat(told(one, "good")).isInstanceOf(Change.Present.class);
        assertThat(elsewhere("b")).isEqualTo(1);
        link.send(new Envelope(50, one.welcome.node(), Protocol.ENVELOPE_HANDSHAKE, Opaque.copyOf(HELLO)));
        link.send(new Envelope(99, one.welcome.node(), Protocol.ENVELOPE_HANDSHAKE, Opaque.copyOf(HELLO)));
        assertThat(one.await(Envelope.class).source())
                .as("the first is from nobody who is there")
                .isEqualTo(99);
        link.send(new Registrations(
                2, Part.DELTA, List.of(new Registration.Gone("good"), new Registration.Gone("gw-1"))));
        assertThat(told(one, "good")).isInstanceOf(Change.Absent.class);
        assertThat(relay("b").relay().services().sessions().ofDevice("gw-1")).isNotNull();
        link.send(new Registrations(2, Part.DELTA, List.of()));
        assertThat(TestOverlay.code(link.await(ErrorReport.class))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void aDeviceCannotLinkAsARelay() throws Exception {
        Identity identity = overlay.identity("gw-2", Instant.now());
        InetSocketAddress address = relay("a").address();
        PlainDevice device = new PlainDevice(address, TestOverlay.context(identity), OverlayTls.LINK);
        devices.add(device);
        device.receivePreamble();
        assertThat(TestOverlay.code(device.receive())).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }
}
