package io.mnedc.relay.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.work.Counter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ListenersTest {
    private static final class Noting implements RelayEventListener {
        final List<RelayEvent> events = new CopyOnWriteArrayList<>();
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final AtomicLong lost = new AtomicLong();

        @Override
        public void happened(RelayEvent event) {
            threads.add(Thread.currentThread());
            events.add(event);
        }

        @Override
        public void lost(long more) {
            lost.addAndGet(more);
        }

        List<Kind> kinds() {
            return events.stream().map(RelayEvent::kind).toList();
        }
    }

    /** Holds its thread until it is let go. */
    private static final class Slow implements RelayEventListener {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch free = new CountDownLatch(1);
        final Noting noting = new Noting();

        @Override
        public void happened(RelayEvent event) {
            entered.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            noting.happened(event);
        }

        @Override
        public void lost(long more) {
            noting.lost(more);
        }
    }

    private final Counter.Set counters = new Counter.Set();
    private final EventListeners listeners = new EventListeners();
    private final Events events = new EventRecorder(InstantSource.system(), counters, listeners);

    private long lost() {
        return counters.values().getOrDefault(Counter.EVENTS_LOST.label(), -1L);
    }

    @Test
    void aListenerHearsWhatHappensAtARelayOnOneThreadAndInOrder(@TempDir Path directory) throws Exception {
        Noting noting = new Noting();
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory)) {
            relay.listen(noting);
            relay.joined("a").close();
            TestRelay.eventually(() -> noting.kinds().contains(Kind.LEFT));
            relay.become(TestRelay.rules("default deny"));
            relay.relay().services().access().revoke("b", "stolen");
        }
        assertThat(noting.kinds())
                .containsExactly(Kind.JOINED, Kind.LEFT, Kind.RULES_CHANGED, Kind.REVOKED, Kind.STOPPED);
        assertThat(noting.events.get(0).deviceId()).isEqualTo("a");
        assertThat(noting.events.get(0).remote()).startsWith("127.0.0.1:");
        assertThat(noting.events.get(3).detail()).isEqualTo("stolen");
        assertThat(noting.threads).hasSize(1);
        assertThat(noting.lost).hasValue(0);
    }

    @Test
    void oneThatHasGoneHearsNothingMore() throws Exception {
        Noting gone = new Noting();
        Noting stays = new Noting();
        listeners.add(gone);
        listeners.add(stays);
        listeners.remove(gone);
        events.record(Kind.JOINED, "a", "", "");
        listeners.close();
        assertThat(stays.kinds()).containsExactly(Kind.JOINED);
        assertThat(gone.events).isEmpty();
    }

    @Test
    void aSlowListenerDelaysNobodyAndIsToldWhatItHasMissed() throws Exception {
        Slow slow = new Slow();
        Noting fast = new Noting();
        listeners.add(slow);
        events.record(Kind.STARTED, "", "", "");
        slow.entered.await();
        int most = ListenerQueue.MOST;
        for (int i = 0; i < most + 7; i++) {
            events.record(Kind.JOINED, "d" + i, "", "");
        }
        assertThat(lost()).isEqualTo(7);
        listeners.add(fast);
        events.record(Kind.LEFT, "a", "", "");
        TestRelay.eventually(() -> fast.kinds().equals(List.of(Kind.LEFT)));
        slow.free.countDown();
        TestRelay.eventually(() -> slow.noting.events.size() == most + 1);
        listeners.close();
        assertThat(slow.noting.lost).hasValue(8);
        assertThat(lost()).isEqualTo(8);
    }

    @Test
    void aFloodHidesNothingElse() throws Exception {
        Slow slow = new Slow();
        listeners.add(slow);
        events.record(Kind.STARTED, "", "", "");
        slow.entered.await();
        for (int i = 0; i < 2 * ListenerQueue.MOST; i++) {
            events.record(Kind.REFUSED, "", "192.0.2.1:" + i, "");
        }
        events.record(Kind.REVOKED, "a", "", "");
        slow.free.countDown();
        TestRelay.eventually(() -> slow.noting.kinds().contains(Kind.REVOKED));
        listeners.close();
        assertThat(slow.noting.lost).hasValue(lost());
        assertThat(lost()).isGreaterThanOrEqualTo(ListenerQueue.MOST);
    }

    @Test
    void aListenerThatFailsIsToldTheNextEvent() throws Exception {
        Noting noting = new Noting();
        listeners.add(new RelayEventListener() {
            @Override
            public void happened(RelayEvent event) {
                noting.happened(event);
                throw new StackOverflowError("of a test");
            }
        });
        events.record(Kind.JOINED, "a", "", "");
        events.record(Kind.LEFT, "a", "", "");
        listeners.close();
        assertThat(noting.kinds()).containsExactly(Kind.JOINED, Kind.LEFT);
        assertThat(noting.threads).hasSize(1);
    }

    @Test
    void aListenerOfTheRelaysOwnChoosesAndIsToldWhenNothingWaits() throws Exception {
        Noting noting = new Noting();
        List<Integer> told = new CopyOnWriteArrayList<>();
        listeners.add(noting, event -> event.kind() != Kind.REFUSED, () -> told.add(noting.events.size()));
        events.record(Kind.REFUSED, "", "192.0.2.1:1", "");
        events.record(Kind.JOINED, "a", "", "");
        TestRelay.eventually(() -> told.contains(1));
        int before = told.size();
        TestRelay.eventually(() -> told.size() > before);
        events.record(Kind.LEFT, "a", "", "");
        listeners.close();
        assertThat(noting.kinds()).containsExactly(Kind.JOINED, Kind.LEFT);
        assertThat(told).endsWith(2);
        assertThat(lost()).isZero();
    }

    /** Nobody would end its thread. */
    @Test
    void aListenerThatComesAfterTheEndIsToldNothing() {
        Noting late = new Noting();
        listeners.close();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        listeners.add(late);
        events.record(Kind.JOINED, "a", "", "");
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(
                        thread -> !before.contains(thread) && thread.getName().startsWith("mnedc-relay-events-"));
        assertThat(late.kinds()).isEmpty();
        assertThat(lost()).isZero();
    }
}
