package io.mnedc.relay.announce;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.relay.Listener;
import io.mnedc.relay.access.Access;
import io.mnedc.relay.access.RulesAccess;
import io.mnedc.security.AccessRules;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is told what of whom, apart from connections, threads and time. */
@Timeout(180)
class AnnouncementsTest {
    private static final List<List<String>> RULES = List.of(
            List.of(),
            List.of("deny group:one group:two"),
            List.of("allow group:one group:one", "default deny"),
            List.of("deny device:d1 device:d2", "deny device:d3 any"),
            List.of("allow device:d4 any", "allow group:two any", "default deny"),
            List.of("default deny"));
    private static final List<Set<String>> GROUPS =
            List.of(Set.of(), Set.of("one"), Set.of("two"), Set.of("one", "two"));

    private final Roster roster = new Roster();
    private final Map<String, PeerRecord> present = new TreeMap<>();
    private final Map<String, NodeRecord> records = new TreeMap<>();
    private final Map<String, Listener> listeners = new TreeMap<>();
    private @Nullable Access access;

    private AnnouncementFeed.State state() {
        return roster.state(access);
    }

    private PeerRecord put(NodeRecord record, Set<String> groups) {
        PeerRecord told = PeerRecord.of(record, groups);
        roster.put(told);
        present.put(told.deviceId(), told);
        records.put(told.deviceId(), record);
        return told;
    }

    private Listener join(NodeRecord record, Set<String> groups) {
        Listener listener = new Listener(put(record, groups), this::state);
        listeners.put(record.deviceId(), listener);
        return listener;
    }

    private void leave(String deviceId) {
        if (present.remove(deviceId) != null) {
            roster.remove(deviceId);
            listeners.remove(deviceId);
        }
    }

    private void rules(List<String> rules) {
        Access before = access;
        access = rules.isEmpty() ? null : RulesAccess.of(AccessRules.parse(rules));
        roster.rules(before, access);
    }

    private void tellAll() {
        AnnouncementDelta last = roster.seal(access);
        listeners.values().forEach(listener -> listener.feed().tell(last));
    }

    private static NodeRecord record(int number, int version, int services) {
        List<ServiceRecord> offered = new ArrayList<>();
        for (int i = 0; i < services; i++) {
            offered.add(new ServiceRecord("service-" + i + "-".repeat(40), "tcp", version & 0xffff));
        }
        return new NodeRecord("d" + number, 2 + number, "v" + version, 0, new NodeInfo("p", "e", offered));
    }

    private void everyoneKnowsExactlyWhomItMay() {
        present.forEach((id, self) -> {
            Listener listener = listeners.get(id);
            if (listener == null) {
                return; // put there without a stream
            }
            Map<String, NodeRecord> expected = new TreeMap<>();
            present.values().stream()
                    .filter(other -> !other.deviceId().equals(id) && PeerRecord.acquainted(access, self, other))
                    .forEach(other -> expected.put(other.deviceId(), records.get(other.deviceId())));
            assertThat(listener.known()).as(id).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensEveryoneEndsWithTheTruthAndIsToldNothingTwice(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 2000; step++) {
            int number = random.nextInt(30);
            String id = "d" + number;
            switch (random.nextInt(10)) {
                case 0, 1, 2 ->
                    join(record(number, step, random.nextInt(3)), GROUPS.get(random.nextInt(4)))
                            .feed()
                            .run();
                case 3 -> leave(id);
                case 4, 5 -> {
                    PeerRecord now = present.get(id);
                    if (now != null) {
                        put(record(number, step, random.nextInt(33)), now.groups());
                    }
                }
                case 6 -> {
                    if (random.nextInt(20) == 0) {
                        rules(RULES.get(random.nextInt(RULES.size())));
                    }
                }
                case 7 -> tellAll();
                case 8 -> {
                    Listener listener = listeners.get(id);
                    if (listener != null) {
                        listener.slow = !listener.slow;
                        listener.drain();
                    }
                }
                default -> {
                    Listener listener = listeners.get(id);
                    if (listener != null) {
                        listener.feed().tell(roster.seal(access));
                    }
                }
            }
            if (step % 500 == 499) {
                listeners.values().forEach(Listener::drainAll);
                tellAll();
                everyoneKnowsExactlyWhomItMay();
            }
        }
    }

    @Test
    void manyJoinsBetweenTwoRoundsAreToldInOneMessage() {
        Listener first = join(record(0, 0, 0), Set.of());
        first.feed().run();
        tellAll();
        int before = first.messages;
        for (int i = 1; i <= 500; i++) {
            join(record(i, 0, 0), Set.of()).feed().run();
        }
        tellAll();
        assertThat(first.messages).isEqualTo(before + 1);
        assertThat(first.known()).hasSize(500);
        everyoneKnowsExactlyWhomItMay();
    }

    @Test
    void aDeviceThatComesAndGoesBetweenTwoRoundsIsNotToldButToThoseWhoWereToldThatItIsThere() {
        Listener before = join(record(0, 0, 0), Set.of());
        before.feed().run();
        tellAll();
        join(record(1, 0, 0), Set.of());
        Listener meanwhile = join(record(2, 0, 0), Set.of());
        meanwhile.feed().run();
        assertThat(meanwhile.known()).containsKey("d1");
        leave("d1");
        tellAll();
        assertThat(before.everHeardOf).containsExactly("d2");
        everyoneKnowsExactlyWhomItMay();
    }

    @Test
    void whoMayNotKnowADeviceNeverHearsOfIt() {
        rules(List.of("deny group:one group:two"));
        Listener one = join(record(1, 0, 0), Set.of("one"));
        one.feed().run();
        Listener two = join(record(2, 0, 0), Set.of("two"));
        two.feed().run();
        tellAll();
        put(record(2, 1, 1), Set.of("two"));
        tellAll();
        leave("d2");
        tellAll();
        assertThat(one.everHeardOf).isEmpty();
    }

    @Test
    void aDeviceThatReadsTooSlowlyHoldsNothingBackAndGetsASnapshotLater() {
        Listener slow = join(record(0, 0, 0), Set.of());
        slow.feed().run();
        slow.slow = true;
        Listener quick = join(record(1, 0, 0), Set.of());
        quick.feed().run();
        tellAll();
        WeakReference<AnnouncementDelta> early = new WeakReference<>(roster.seal(access));
        for (int i = 0; i < 2500; i++) {
            put(record(2, i, 32), Set.of());
            tellAll();
        }
        assertThat(slow.messages).as("what waits in the stream is bounded").isLessThan(200);
        System.gc();
        assertThat(early.get()).as("rounds that nobody waits for").isNull();
        slow.drainAll();
        assertThat(slow.snapshots).isEqualTo(2);
        assertThat(quick.snapshots).isEqualTo(1);
        everyoneKnowsExactlyWhomItMay();
    }

    @Test
    void aLongSnapshotIsCutIntoMessages() {
        for (int i = 0; i < 300; i++) {
            put(record(i, 0, 32), Set.of());
        }
        Listener listener = join(record(1000, 0, 0), Set.of());
        listener.feed().run();
        assertThat(listener.messages).isGreaterThan(2);
        assertThat(listener.snapshots).isEqualTo(1);
        everyoneKnowsExactlyWhomItMay();
    }
}
