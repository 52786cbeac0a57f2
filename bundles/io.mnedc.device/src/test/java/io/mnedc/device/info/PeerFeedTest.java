package io.mnedc.device.info;

import static io.mnedc.device.info.SigningDevices.signed;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.device.Fixture;
import io.mnedc.device.NoLoop;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestClock;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What observers hear, in which order, whatever the relay says and whenever the thread comes to tell it. */
class PeerFeedTest {
    private static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/16", "fd00:1:2:3::/64");

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.now();
    private final Deque<Runnable> thread = new ArrayDeque<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final LongAdder refused = new LongAdder();
    private final Recorder recorder = new Recorder();
    private PeerFeed feed;

    /** Notes what it is told, and what is there by that. */
    private static class Recorder implements RelayLink.Observer {
        final List<String> told = new ArrayList<>();
        final Map<String, Peer> there = new TreeMap<>();

        Peer peer(String deviceId) {
            return Objects.requireNonNull(there.get(deviceId));
        }

        @Override
        public void snapshot(Collection<Peer> peers) {
            told.add("all " + peers.stream().map(Peer::deviceId).toList());
            there.clear();
            peers.forEach(peer -> there.put(peer.deviceId(), peer));
        }

        @Override
        public void present(Peer peer) {
            told.add("present " + peer.deviceId() + " " + peer.ipv4().getHostAddress());
            there.put(peer.deviceId(), peer);
        }

        @Override
        public void absent(String deviceId) {
            told.add("absent " + deviceId);
            assertThat(there.remove(deviceId))
                    .as("only who was there can leave")
                    .isNotNull();
        }
    }

    @BeforeEach
    void begin() throws IOException {
        feed = feed(new DeviceIdentity(name -> Optional.empty(), clock));
    }

    private PeerFeed feed(DeviceIdentity identities) throws IOException {
        DeviceSettings settings = Fixture.settings(Map.of("device.id", "self", "relays", List.of("127.0.0.1:1")));
        OwnInfo own = new OwnInfo(new NoLoop(), Runnable::run, identities, () -> settings, clock, said -> {});
        return new PeerFeed(
                thread::add,
                (delay, task) -> {
                    pauses.add(delay);
                    task.run();
                },
                new InfoVerifier(identities, refused),
                own,
                (node, timeout) -> CompletableFuture.completedFuture(timeout),
                clock);
    }

    private void turn() {
        while (!thread.isEmpty()) {
            thread.remove().run();
        }
    }

    private static NodeRecord node(String id, int node) {
        return node(id, node, "linux");
    }

    private static NodeRecord node(String id, int node, String platform) {
        return new NodeRecord(id, node, "test", 7, new NodeInfo(platform, "osgi", List.of()));
    }

    private void present(NodeRecord node) {
        feed.present(node, NETWORK, false);
    }

    @Test
    void aNewObserverIsToldWhatIsKnown() {
        feed.snapshot(List.of(node("a", 3)), NETWORK, false);
        feed.subscribe(recorder);
        assertThat(recorder.told).as("not on the caller's thread").isEmpty();
        turn();
        assertThat(recorder.told).containsExactly("all [a]");
        feed.snapshot(List.of(node("b", 4)), NETWORK, false);
        turn();
        assertThat(recorder.told).containsExactly("all [a]", "all [b]");
    }

    @Test
    void changesComeInOrderAndTheLastWordCounts() {
        feed.subscribe(recorder);
        turn();
        present(node("a", 3));
        present(node("b", 4));
        present(node("a", 5));
        turn();
        feed.absent("b");
        present(node("c", 4));
        feed.absent("d");
        turn();
        assertThat(recorder.told)
                .containsExactly(
                        "all []", "present a 10.0.0.5", "present b 10.0.0.4", "absent b", "present c 10.0.0.4");
    }

    @Test
    void whatSaysTheSameAgainIsNoChange() {
        feed.subscribe(recorder);
        present(node("a", 3));
        turn();
        clock.advance(Duration.ofMinutes(1));
        present(node("a", 3));
        turn();
        assertThat(recorder.told).containsExactly("all []", "present a 10.0.0.3");
    }

    @Test
    void whoWasAwayInBetweenHasLeftAndJoined() {
        feed.subscribe(recorder);
        present(node("a", 3));
        turn();
        clock.advance(Duration.ofSeconds(1));
        feed.absent("a");
        present(node("a", 3));
        turn();
        assertThat(recorder.told).containsExactly("all []", "present a 10.0.0.3", "absent a", "present a 10.0.0.3");
        assertThat(recorder.peer("a").since()).isEqualTo(clock.instant());
    }

    @Test
    void sinceWhenIsKeptOverAReconnect() {
        feed.subscribe(recorder);
        present(node("a", 3));
        turn();
        var since = clock.instant();
        clock.advance(Duration.ofHours(1));
        feed.snapshot(List.of(node("a", 3), node("b", 4)), NETWORK, false);
        turn();
        assertThat(recorder.peer("a").since()).isEqualTo(since);
        assertThat(recorder.peer("b").since()).isEqualTo(clock.instant());
    }

    @Test
    void aClosedSubscriptionIsToldNothingMoreAndHoldsNothing() throws Exception {
        RelayLink.Subscription subscription = feed.subscribe(recorder);
        turn();
        subscription.close();
        feed.snapshot(List.of(node("a", 3)), NETWORK, false);
        turn();
        assertThat(recorder.told).containsExactly("all []");
        WeakReference<Object> observer = subscribedAndClosed();
        Await.until("collected", () -> {
            System.gc();
            return observer.refersTo(null);
        });
    }

    private WeakReference<Object> subscribedAndClosed() {
        Recorder other = new Recorder();
        feed.subscribe(other).close();
        turn();
        return new WeakReference<>(other);
    }

    @Test
    void anObserverThatFailsDoesNotHarmTheOthers() {
        feed.subscribe(new Recorder() {
            @Override
            public void snapshot(Collection<Peer> peers) {
                throw new IllegalStateException("on purpose");
            }
        });
        feed.subscribe(recorder);
        feed.snapshot(List.of(node("a", 3)), NETWORK, false);
        turn();
        present(node("b", 4));
        turn();
        assertThat(recorder.told).endsWith("present b 10.0.0.4");
    }

    @Test
    void signedDocumentsAreCheckedBeforeAnybodySeesThem() throws Exception {
        SigningDevices devices = new SigningDevices(directory, clock);
        DeviceIdentity camera = devices.joined("camera", "cameras");
        feed = feed(devices.joined("self"));
        feed.subscribe(recorder);
        NodeInfo info = new NodeInfo("arm", "osgi", List.of());
        NodeInfo told = new NodeInfo("what the relay makes of it", "osgi", List.of());
        feed.present(new NodeRecord("camera", 3, "", 7, told, signed(camera, "camera", 1, info)), NETWORK, true);
        feed.present(new NodeRecord("other", 4, "", 7, told, signed(camera, "camera", 1, info)), NETWORK, true);
        turn();
        Peer peer = recorder.peer("camera");
        assertThat(peer.verified()).isTrue();
        assertThat(peer.info().platform()).isEqualTo("arm");
        assertThat(peer.groups()).containsExactly("cameras");
        assertThat(recorder.peer("other").verified()).isFalse();
        assertThat(recorder.peer("other").info().platform()).isEmpty();
        assertThat(refused.sum()).isEqualTo(1);
    }

    /** What is not believed is not remembered either, so a relay may have it checked again and again. */
    @Test
    void aListOfBadDocumentsTakesHalfOfTheTimeAtMost() throws Exception {
        SigningDevices devices = new SigningDevices(directory, clock);
        DeviceIdentity camera = devices.joined("camera");
        feed = feed(devices.joined("self"));
        feed.subscribe(recorder);
        List<NodeRecord> bad = new ArrayList<>();
        SignedInfo document = signed(camera, "camera", 1, NodeInfo.NONE);
        for (int i = 0; i < 3_000; i++) {
            bad.add(new NodeRecord("d" + i, 2 + i, "", 7, NodeInfo.NONE, document));
        }
        turn();
        long begun = System.nanoTime();
        feed.snapshot(bad, NETWORK, true);
        turn();
        Duration worked = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(refused.sum()).isEqualTo(bad.size());
        assertThat(recorder.there).hasSize(bad.size());
        Duration paused = pauses.stream().reduce(Duration.ZERO, Duration::plus);
        // but for the last spell
        assertThat(paused).isGreaterThan(worked.dividedBy(2).minusMillis(200));
        assertThat(pauses)
                .as("the list is not checked in one go, of %s", worked)
                .allMatch(each -> each.compareTo(worked.dividedBy(2).plusMillis(200)) < 0);
    }

    /** Random joins, leaves, changes, new snapshots and observers; the thread turns when it likes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void observersEndWithTheTruthAndNothingIsMissedOrDoubled(long seed) {
        Random random = new Random(seed);
        Map<String, NodeRecord> truth = new TreeMap<>();
        List<Recorder> observers = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            clock.advance(Duration.ofMillis(1));
            String id = "d" + random.nextInt(12);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    NodeRecord node = node(id, 2 + random.nextInt(50), "p" + random.nextInt(3));
                    truth.put(id, node);
                    present(node);
                }
                case 4, 5, 6 -> {
                    truth.remove(id);
                    feed.absent(id);
                }
                case 7 -> {
                    truth.keySet().removeIf(gone -> random.nextInt(4) == 0);
                    feed.snapshot(List.copyOf(truth.values()), NETWORK, false);
                }
                case 8 -> {
                    if (observers.size() < 5) {
                        Recorder one = new Recorder();
                        observers.add(one);
                        feed.subscribe(one);
                    }
                }
                default -> {
                    if (!thread.isEmpty()) {
                        thread.remove().run();
                    }
                }
            }
        }
        turn();
        for (Recorder one : observers) {
            assertThat(one.there.keySet()).as("seed %d", seed).isEqualTo(truth.keySet());
            truth.forEach((id, node) -> {
                assertThat(one.peer(id).node()).isEqualTo(node.node());
                assertThat(one.peer(id).info().platform()).isEqualTo(node.info().platform());
            });
            for (int i = 1; i < one.told.size(); i++) {
                if (one.told.get(i).startsWith("absent")) {
                    assertThat(one.told.get(i)).isNotEqualTo(one.told.get(i - 1));
                }
            }
        }
        assertThat(observers).isNotEmpty();
    }
}
