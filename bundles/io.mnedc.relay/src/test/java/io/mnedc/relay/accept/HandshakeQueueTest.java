package io.mnedc.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.relay.Loopback;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.FairQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order connections are served for which nothing has been done yet. */
@Timeout(180)
class HandshakeQueueTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long LIMIT = 10 * SECOND;

    private final HalfOpen halfOpen = new HalfOpen(100, 100, () -> 100, new Refusals(new Counter.Set(), Events.NONE));
    private final HandshakeQueue arrivals = new HandshakeQueue();
    private final Map<HalfOpen.Entry, String> names = new HashMap<>();
    private final List<String> late = new ArrayList<>();
    private Loopback loopback;

    @BeforeEach
    void open() throws IOException {
        loopback = new Loopback();
    }

    @AfterEach
    void close() throws IOException {
        loopback.close();
    }

    private FairQueue<HandshakeQueue.Arrival>.Place come(int host, String name, long now) throws IOException {
        HalfOpen.Entry entry = halfOpen.enter(loopback.from(host).accepted(), now + LIMIT);
        names.put(entry, name);
        return arrivals.add(entry, ByteBuffer.allocate(0), now);
    }

    private String next(long now) {
        HandshakeQueue.Arrival next = arrivals.next(now, one -> late.add(names.getOrDefault(one.entry(), "?")));
        return next == null ? "none" : names.getOrDefault(next.entry(), "?");
    }

    @Test
    void whoComesFirstIsServedFirstAsLongAsNobodyWaitsLong() throws Exception {
        come(2, "a", 0);
        come(3, "b", 1);
        come(2, "c", 2);
        assertThat(List.of(next(3), next(3), next(SECOND), next(SECOND))).containsExactly("a", "b", "c", "none");
    }

    @Test
    void theNewestComesFirstWhenTheOldestHasWaitedLongAndTheOrderComesBack() throws Exception {
        for (int i = 0; i < 4; i++) {
            come(2 + i, "old-" + i, 0);
        }
        long busy = HandshakeQueue.PATIENCE.toNanos() + 1;
        come(10, "new", busy);
        assertThat(next(busy)).isEqualTo("new");
        assertThat(next(busy)).isEqualTo("old-3");
        assertThat(next(busy)).isEqualTo("old-2");
        come(11, "newer", busy);
        assertThat(next(busy)).isEqualTo("newer");
        assertThat(next(busy)).isEqualTo("old-1");
        assertThat(next(busy)).isEqualTo("old-0");
        come(12, "x", busy);
        come(13, "y", busy);
        assertThat(next(busy)).as("nobody has waited long").isEqualTo("x");
    }

    @Test
    void whoFloodsTheRelayDoesNotKeepOthersOut() throws Exception {
        come(2, "honest", 0);
        for (int i = 0; i < 50; i++) {
            come(3, "flood", i);
        }
        assertThat(next(2 * SECOND)).isEqualTo("honest");
        assertThat(next(2 * SECOND)).isEqualTo("flood");
    }

    @Test
    void forWhomThereIsHardlyTimeLeftNothingIsBegun() throws Exception {
        come(2, "a", 0);
        come(3, "b", SECOND);
        come(4, "c", 5 * SECOND);
        assertThat(next(LIMIT - SECOND)).as("the newest, while one waits long").isEqualTo("c");
        assertThat(late).containsExactly("a");
        assertThat(next(2 * LIMIT)).isEqualTo("none");
        assertThat(late).containsExactly("a", "b");
    }

    @Test
    void whoIsTakenOutIsNotServed() throws Exception {
        var a = come(2, "a", 0);
        come(2, "b", 0);
        assertThat(arrivals.remove(a)).isTrue();
        assertThat(arrivals.remove(a)).isFalse();
        assertThat(next(0)).isEqualTo("b");
        assertThat(arrivals.count()).isZero();
    }
}
