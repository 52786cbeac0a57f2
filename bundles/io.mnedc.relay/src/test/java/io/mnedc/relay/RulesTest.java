package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Listening;
import io.mnedc.codec.MulticastGroup;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.access.Access;
import io.mnedc.relay.access.RulesAccess;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.AccessRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RulesTest {
    private static final byte[] HI = {1, 2, 3};

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temporary;

    private static List<Change> snapshot(PlainDevice device) throws IOException {
        return List.copyOf(device.await(Announce.class).changes());
    }

    private static String present(Change change) {
        return ((Change.Present) change).node().deviceId();
    }

    @Test
    void devicesThatMayNotTalkNeverHearOfEachOther() throws Exception {
        try (TestRelay relay = TestRelay.with(TestRelay.rules("deny device:a device:b"));
                PlainDevice a = relay.joined("a")) {
            assertThat(snapshot(a)).isEmpty();
            try (PlainDevice b = relay.joined("b");
                    PlainDevice c = relay.joined("c")) {
                assertThat(snapshot(b)).as("snapshot without a").isEmpty();
                assertThat(snapshot(c)).hasSize(2);
                b.send(new Publish(new NodeInfo("secret", "", List.of())));
                assertThat(present(c.changes(1).get(0))).isEqualTo("b");
                assertThat(present(a.changes(1).get(0))).isEqualTo("c");
            }
            assertThat(a.changes(1)).as("not that b has left").containsExactly(new Change.Absent("c"));
        }
    }

    @Test
    void whatADeviceListensToIsToldToThoseWhoMayKnowOfIt() throws Exception {
        Listening discovery = new Listening(false, List.of(new MulticastGroup(0, MulticastGroup.low(0xe00000fb))));
        Listening all = new Listening(true, List.of(new MulticastGroup(0xff02L << 48, 0xfb)));
        try (TestRelay relay = TestRelay.with(TestRelay.rules("deny device:a device:b"));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b");
                PlainDevice c = relay.joined("c")) {
            b.send(new Publish(NodeInfo.NONE, null, discovery));
            awaitListening(c, discovery);
            b.send(new Publish(NodeInfo.NONE, null, all));
            awaitListening(c, all);
            try (PlainDevice d = relay.joined("d")) {
                assertThat(snapshot(d)).extracting(RulesTest::listening).contains(all);
                b.send(new Publish(NodeInfo.NONE));
                awaitListening(d, Listening.NONE);
            }
            List<Change> heard = new ArrayList<>();
            while (!heard.contains(new Change.Absent("d"))) {
                heard.addAll(a.await(Announce.class).changes());
            }
            assertThat(heard)
                    .noneMatch(change -> change instanceof Change.Present present
                            && present.node().deviceId().equals("b"));
        }
    }

    /** Until b is announced with it. */
    private static void awaitListening(PlainDevice device, Listening expected) throws IOException {
        boolean heard = false;
        while (!heard) {
            heard = device.await(Announce.class).changes().stream()
                    .anyMatch(change ->
                            present(change).equals("b") && listening(change).equals(expected));
        }
    }

    private static Listening listening(Change change) {
        return ((Change.Present) change).node().listening();
    }

    @Test
    void framesAndEnvelopesBetweenThemAreDroppedAndCounted() throws Exception {
        try (TestRelay relay = TestRelay.with(TestRelay.rules("allow device:a device:c", "default deny"));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b");
                PlainDevice c = relay.joined("c")) {
            a.sendFrame(b.welcome.node(), HI);
            a.sendFrame(c.welcome.node(), HI);
            assertThat(PlainDevice.payload(c.receiveFrame())).isEqualTo(HI);
            assertThat(relay.count(Counter.DROP_RULES)).isEqualTo(1);

            a.send(new Envelope(0, b.welcome.node(), 2, Opaque.copyOf(HI)));
            ErrorReport notice = a.awaitBeforeAnswer(ErrorReport.class);
            assertThat(notice.code()).as("as if there were none").isEqualTo(ErrorCode.PEER_UNKNOWN.number());
            assertThat(notice.sentence()).isEqualTo("no device is registered at node " + b.welcome.node());
            a.send(new Envelope(0, c.welcome.node(), 2, Opaque.copyOf(HI)));
            a.awaitBeforeAnswer(Pong.class);
            assertThat(c.awaitBeforeAnswer(Envelope.class).source()).isEqualTo(a.welcome.node());
            assertThatThrownBy(() -> b.awaitBeforeAnswer(Envelope.class))
                    .as("b has got none")
                    .isInstanceOf(AssertionError.class);
            assertThat(relay.count(Counter.DROP_RULES)).isEqualTo(2);
        }
    }

    @Test
    void aChangeOfTheSettingIsFeltAtOnceByThoseWhoAreThere() throws Exception {
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b");
                PlainDevice c = relay.joined("c")) {
            snapshot(a);
            a.changes(2);
            snapshot(b);
            b.changes(1);
            relay.become(TestRelay.rules("deny device:a device:b"));
            assertThat(a.changes(1)).containsExactly(new Change.Absent("b"));
            assertThat(b.changes(1)).containsExactly(new Change.Absent("a"));
            a.sendFrame(b.welcome.node(), HI);
            TestRelay.eventually(() -> relay.count(Counter.DROP_RULES) == 1);

            relay.become(TestRelay.rules("deny device:a device:c"));
            assertThat(a.changes(2)).contains(new Change.Absent("c"));
            assertThat(present(b.changes(1).get(0))).isEqualTo("a");
            a.sendFrame(c.welcome.node(), HI);
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
            assertThat(relay.count(Counter.DROP_RULES)).isEqualTo(2);
        }
    }

    @Test
    void theFileIsReadAgainWhenItChangesAndABrokenOneChangesNothing() throws Exception {
        Path file = temporary.resolve("relay/rules");
        try (TestRelay relay = TestRelay.with(TestRelay.rules("allow device:a device:c"), temporary.resolve("relay"));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            snapshot(a);
            a.changes(1);
            snapshot(b);
            Files.writeString(file, "# the setting's rules come first\ndeny any any\n");
            assertThat(a.changes(1)).containsExactly(new Change.Absent("b"));
            assertThat(b.changes(1)).containsExactly(new Change.Absent("a"));
            Files.writeString(file, "allow everything\n");
            try (PlainDevice c = relay.joined("c")) {
                assertThat(present(a.changes(1).get(0))).as("by the setting").isEqualTo("c");
                assertThat(snapshot(c)).as("the file's rules before").hasSize(1);
            }
            assertThat(a.changes(1)).containsExactly(new Change.Absent("c"));
            Files.delete(file);
            assertThat(present(a.changes(1).get(0))).isEqualTo("b");
        }
    }

    @Test
    void ifTheFileIsBrokenAtTheStartNobodyMayTalkUntilItIsRight() throws Exception {
        Path directory = temporary.resolve("relay");
        TestRelay.with(Policy.DEFAULT, directory).close();
        Files.writeString(directory.resolve("rules"), "default deny\nallow device:a devices:b\n");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            snapshot(a);
            assertThat(snapshot(b)).isEmpty();
            relay.become(TestRelay.rules("deny device:a device:c"));
            a.sendFrame(b.welcome.node(), HI);
            TestRelay.eventually(() -> relay.count(Counter.DROP_RULES) == 1);
            Files.writeString(directory.resolve("rules"), "default deny\nallow device:a device:b\n");
            assertThat(present(a.changes(1).get(0))).isEqualTo("b");
        }
        assertThat(Files.readString(directory.resolve("audit.jsonl")))
                .containsSubsequence("rules-broken", "line 2", "devices:b");
    }

    @Test
    void ifTheFileIsHalfWrittenAtTheStartNobodyMayTalkUntilItIsWhole() throws Exception {
        Path directory = temporary.resolve("relay");
        TestRelay.with(Policy.DEFAULT, directory).close();
        Path file = Files.writeString(directory.resolve("rules"), "allow device:a device:b");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            snapshot(a);
            assertThat(snapshot(b)).isEmpty();
            relay.become(TestRelay.rules("allow device:a device:c"));
            TestRelay.eventually(
                    () -> Files.readString(directory.resolve("audit.jsonl")).contains("no line end"));
            a.sendFrame(b.welcome.node(), HI);
            // a setting is no word for the file
            TestRelay.eventually(() -> relay.count(Counter.DROP_RULES) == 1);
            Files.writeString(file, "allow device:a device:b\ndefault deny\n");
            assertThat(present(a.changes(1).get(0))).isEqualTo("b");
        }
        // half of it again, as at a power cut
        Files.writeString(file, "deny device:c any\n");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            snapshot(a);
            assertThat(snapshot(b)).isEmpty();
            TestRelay.eventually(
                    () -> Files.readString(directory.resolve("audit.jsonl")).contains("default allow"));
            assertThat(relay.relay().services().sessions().count()).isEqualTo(2);
            a.sendFrame(b.welcome.node(), HI);
            TestRelay.eventually(() -> relay.count(Counter.DROP_RULES) == 1);
        }
    }

    @Test
    void rulesThatContradictTheFileAreRefusedAndChangeNothing() throws Exception {
        Path directory = temporary.resolve("relay");
        TestRelay.with(Policy.DEFAULT, directory).close();
        Files.writeString(directory.resolve("rules"), "default deny\n");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory)) {
            assertThatThrownBy(() -> relay.become(TestRelay.rules("default allow")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("default");
            try (PlainDevice a = relay.joined("a");
                    PlainDevice b = relay.joined("b")) {
                assertThat(snapshot(a)).isEmpty();
                assertThat(snapshot(b)).isEmpty();
            }
        }
    }

    @Test
    void rulesThatChangeManyTimesASecondArePutInForceOnceASecondAndTheLastOnesStay() throws Exception {
        Path directory = temporary.resolve("relay");
        long began = System.nanoTime();
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            snapshot(a);
            a.changes(1);
            relay.become(TestRelay.rules("default deny"));
            assertThat(a.changes(1)).as("the first at once").containsExactly(new Change.Absent("b"));
            for (int i = 0; i < 200; i++) {
                relay.become(i % 2 == 0 ? Policy.DEFAULT : TestRelay.rules("default deny"));
            }
            relay.become(TestRelay.rules("allow device:a device:b", "default deny"));
            assertThatThrownBy(() -> relay.become(TestRelay.rules("nonsense"))).isInstanceOf(IOException.class);
            TestRelay.eventually(() -> relay.relay().services().sessions().access() != null
                    && relay.relay()
                            .services()
                            .sessions()
                            .acquainted(
                                    relay.relay().services().sessions().all().get(0),
                                    relay.relay().services().sessions().all().get(1)));
            b.sendFrame(a.welcome.node(), HI);
            assertThat(PlainDevice.payload(a.receiveFrame())).isEqualTo(HI);
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + 1;
        assertThat(Files.readAllLines(directory.resolve("audit.jsonl")).stream()
                        .filter(line -> line.contains("rules-changed")))
                .hasSizeBetween(2, (int) seconds + 1);
    }

    @Test
    void groupsDecideAndThoseWithoutAGroupAreNotMeant() {
        Access rules = access("allow group:press group:office", "deny group:press any");
        assertThat(rules.allowed("p", Set.of("press", "hall-2"), "o", Set.of("office")))
                .isTrue();
        assertThat(rules.allowed("o", Set.of("office"), "p", Set.of("press"))).isTrue();
        assertThat(rules.allowed("p", Set.of("press"), "q", Set.of("press"))).isFalse();
        assertThat(rules.allowed("p", Set.of("press"), "x", Set.of())).isFalse();
        assertThat(rules.allowed("o", Set.of("office"), "x", Set.of())).isTrue();
    }

    @Test
    void devicesThatNoRuleTellsApartAreOfOneKind() {
        Access rules = access("deny device:a group:g");
        assertThat(rules.kin("x", Set.of("h"))).isEqualTo(rules.kin("y", Set.of()));
        assertThat(rules.kin("x", Set.of("g", "h"))).isEqualTo(rules.kin("y", Set.of("g")));
        assertThat(Set.of(rules.kin("a", Set.of()), rules.kin("x", Set.of()), rules.kin("x", Set.of("g"))))
                .hasSize(3);
    }

    @Test
    void rulesThatForbidNothingCostNothing() {
        assertThat(RulesAccess.of(AccessRules.parse(List.of("allow any any")))).isNull();
    }

    private static Access access(String... rules) {
        @Nullable Access access = RulesAccess.of(AccessRules.parse(List.of(rules)));
        if (access == null) {
            throw new AssertionError("everything is allowed");
        }
        return access;
    }
}
