package io.mnedc.relay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.relay.Loopback;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the threads that do cryptography do first, and what they leave. */
@Timeout(180)
class HandshakesTest {
    private final Counter.Set counters = new Counter.Set();
    private final HalfOpen halfOpen = new HalfOpen(100, 100, () -> 100, new Refusals(counters, Events.NONE));
    private final Queue<String> done = new ConcurrentLinkedQueue<>();
    private final Handshakes handshakes =
            new Handshakes(arrival -> done.add("new " + arrival.begun().get(0)));
    private final List<CountDownLatch> busy = new ArrayList<>();
    private Loopback loopback;

    @BeforeEach
    void open() throws Exception {
        loopback = new Loopback();
        // all threads have something to do until they are let go
        int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
        CountDownLatch working = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            CountDownLatch end = new CountDownLatch(1);
            busy.add(end);
            handshakes.execute(() -> {
                working.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        working.await();
    }

    @AfterEach
    void close() throws Exception {
        busy.forEach(CountDownLatch::countDown);
        handshakes.close();
        loopback.close();
    }

    private HalfOpen.Entry arrive(int number, long limitNanos) throws Exception {
        HalfOpen.Entry entry = halfOpen.enter(loopback.from(2).accepted(), System.nanoTime() + limitNanos);
        handshakes.arrive(entry, ByteBuffer.wrap(new byte[] {(byte) number}));
        return entry;
    }

    private HalfOpen.Entry arrive(int number) throws Exception {
        return arrive(number, 60_000_000_000L);
    }

    /** One thread goes on, alone. */
    private void goOn() {
        busy.remove(0).countDown();
    }

    @Test
    void whatWasBegunComesBeforeWhatIsNewAndTheRestLast() throws Exception {
        arrive(1);
        handshakes.whenIdle(() -> {
            done.add("idle");
            return false;
        });
        arrive(2);
        handshakes.execute(() -> done.add("begun 1"));
        handshakes.execute(() -> done.add("begun 2"));
        goOn();
        TestRelay.eventually(() -> done.size() == 5);
        assertThat(done).containsExactly("begun 1", "begun 2", "new 1", "new 2", "idle");
    }

    @Test
    void whoGivesWayWhileItWaitsIsClosedAtOnceAndNotServed() throws Exception {
        HalfOpen few = new HalfOpen(1, 1, () -> 1, new Refusals(counters, Events.NONE));
        HalfOpen.Entry first = few.enter(loopback.from(2).accepted(), System.nanoTime() + 60_000_000_000L);
        handshakes.arrive(first, ByteBuffer.wrap(new byte[] {1}));
        few.enter(loopback.from(3).accepted(), System.nanoTime() + 60_000_000_000L);
        assertThat(first.socket().isOpen()).as("though no thread has time").isFalse();
        assertThat(handshakes.waiting()).isZero();
        arrive(2);
        goOn();
        TestRelay.eventually(() -> done.contains("new 2"));
        assertThat(done).containsExactly("new 2");
    }

    @Test
    void forWhomItIsTooLateIsClosedAndCounted() throws Exception {
        HalfOpen.Entry late = arrive(1, 1);
        arrive(2);
        goOn();
        TestRelay.eventually(() -> done.contains("new 2") && !late.socket().isOpen());
        assertThat(done).containsExactly("new 2");
        assertThat(counters.values()).containsEntry(Counter.REFUSED_TIMEOUT.label(), 1L);
        assertThat(halfOpen.count()).as("the one that is served").isEqualTo(1);
    }

    @Test
    void whatIsDoneInIdleTimesGivesWayAtEachStep() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        handshakes.whenIdle(() -> {
            done.add("step " + steps.incrementAndGet());
            first.countDown();
            try {
                second.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return steps.get() < 3;
        });
        goOn();
        first.await();
        arrive(1);
        handshakes.execute(() -> done.add("begun"));
        second.countDown();
        TestRelay.eventually(() -> steps.get() == 3 && done.size() == 5);
        assertThat(done).containsExactly("step 1", "begun", "new 1", "step 2", "step 3");
    }
}
