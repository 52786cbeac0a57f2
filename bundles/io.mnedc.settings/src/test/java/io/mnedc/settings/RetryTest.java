package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What cannot be begun is tried again until it can, with few words. */
@Timeout(60)
class RetryTest {
    private static final String NAME = "mnedc-test-retry";

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicReference<Retry> retry = new AtomicReference<>();

    private static boolean threadIsThere() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(NAME));
    }

    private Retry current() {
        return Objects.requireNonNull(retry.get());
    }

    private Retry every(Duration pause, Runnable attempt) {
        Retry made = new Retry(NAME, pause, attempt, told::add);
        retry.set(made);
        return made;
    }

    @Test
    void itIsTriedUntilItSucceedsAndToldOnce() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        Retry waiting = every(Duration.ofMillis(1), () -> {
            if (attempts.incrementAndGet() < 5) {
                current().failed("no room, attempt " + attempts);
            } else if (current().end()) {
                done.countDown();
            }
        });
        assertThat(threadIsThere()).isFalse();
        waiting.failed("no room");
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        waiting.close();
        assertThat(attempts).hasValue(5);
        assertThat(told).containsExactly("no room");
        assertThat(waiting.problem()).isEmpty();
        assertThat(waiting.end()).as("waits").isFalse();
    }

    @Test
    void whatComesInAMomentIsNotToldAndWhatDoesNotComeIs() throws Exception {
        Retry patient = every(Duration.ofMillis(1), () -> current().awaits("no store yet", Duration.ofDays(1)));
        assertThat(patient.awaits("no store yet", Duration.ofDays(1))).isTrue();
        assertThat(patient.awaits("no store yet", Duration.ofDays(1))).isFalse();
        assertThat(patient.problem()).hasValue("no store yet");
        assertThat(told).isEmpty();
        // another problem is told at once
        patient.failed("no room");
        assertThat(told).containsExactly("no room");
        patient.end();
        patient.close();
        told.clear();

        CountDownLatch attempts = new CountDownLatch(5);
        Retry impatient = every(Duration.ofMillis(1), () -> {
            attempts.countDown();
            current().awaits("no store yet", Duration.ZERO);
        });
        impatient.awaits("no store yet", Duration.ZERO);
        assertThat(attempts.await(30, TimeUnit.SECONDS)).isTrue();
        impatient.close();
        assertThat(told).containsExactly("no store yet");
    }

    @Test
    void afterAFaultItIsTriedAgain() throws Exception {
        CountDownLatch attempts = new CountDownLatch(3);
        Retry waiting = every(Duration.ofMillis(1), () -> {
            attempts.countDown();
            throw new IllegalStateException("a fault");
        });
        waiting.failed("no room");
        assertThat(attempts.await(30, TimeUnit.SECONDS)).isTrue();
        waiting.close();
    }

    @Test
    void afterAnErrorItIsTriedAgain() throws Exception {
        CountDownLatch attempts = new CountDownLatch(3);
        Retry waiting = every(Duration.ofMillis(1), () -> {
            attempts.countDown();
            throw new OutOfMemoryError("a fault");
        });
        waiting.failed("no room");
        assertThat(attempts.await(30, TimeUnit.SECONDS)).isTrue();
        waiting.close();
    }

    @Test
    void somethingElseCanBeWaitedForLongerAndItsOwnerTellsIt() throws Exception {
        CountDownLatch attempts = new CountDownLatch(1);
        Retry waiting = every(Duration.ofHours(1), attempts::countDown);
        waiting.later("it has failed", Duration.ofMillis(1));
        assertThat(waiting.problem()).hasValue("it has failed");
        assertThat(attempts.await(30, TimeUnit.SECONDS)).isTrue();
        waiting.close();
        assertThat(told).isEmpty();
    }

    @Test
    void closingEndsItsThreadAtOnce() {
        Retry waiting = every(Duration.ofHours(1), () -> {});
        waiting.failed("no room");
        assertThat(threadIsThere()).isTrue();
        assertThat(waiting.problem()).hasValue("no room");
        waiting.close();
        assertThat(threadIsThere()).isFalse();
    }

    @Test
    void closingWaitsForAnAttemptThatHasJustSucceeded() throws Exception {
        CountDownLatch succeeded = new CountDownLatch(1);
        Thread closing = Thread.currentThread();
        Retry waiting = every(Duration.ofMillis(1), () -> {
            current().end();
            succeeded.countDown();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (closing.getState() != Thread.State.TIMED_WAITING && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
        });
        waiting.failed("no room");
        // not with a limit: that would look like the wait for its end
        succeeded.await();
        waiting.close();
        assertThat(threadIsThere()).isFalse();
    }
}
