package io.mnedc.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TaskQueue tasks = new TaskQueue();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void taskRunsBeforeItsCallerGoesOn() {
        tasks.run(() -> done.add("one"));
        assertThat(done).containsExactly("one");
        tasks.end(() -> done.add("last"), LONG);
        tasks.run(() -> done.add("too late"));
        assertThat(done).containsExactly("one", "last");
    }

    @Test
    void taskOfATaskComesAfterIt() {
        tasks.run(() -> {
            tasks.run(() -> done.add("inner"));
            tasks.end(() -> done.add("last"), LONG);
            done.add("outer");
        });
        assertThat(done).containsExactly("outer", "inner", "last");
    }

    @Test
    void taskThatFailsHoldsUpNoOther() {
        tasks.run(() -> {
            tasks.run(() -> done.add("next"));
            throw new IllegalStateException("of a test");
        });
        assertThat(done).containsExactly("next");
    }

    @Test
    void endWaitsForAnotherThreadsTaskButNotForEver() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread other = busyUntil(goOn, () -> done.add("other"));
        // does not wait
        tasks.run(() -> done.add("mine"));
        assertThat(done).isEmpty();
        tasks.run(() -> done.add("awaited"), Duration.ofMillis(10));
        assertThat(done).isEmpty();
        tasks.end(() -> done.add("last"), Duration.ofMillis(10));
        assertThat(done).isEmpty();
        goOn.countDown();
        tasks.end(() -> done.add("too late"), LONG);
        assertThat(done).containsExactly("other", "mine", "awaited", "last");
        other.join();
    }

    @Test
    void whatAnotherThreadRunsIsAwaited() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread other = busyUntil(goOn, () -> {});
        Thread lets = new Thread(
                () -> {
                    while (done.isEmpty()) {
                        Thread.onSpinWait();
                    }
                    goOn.countDown();
                },
                "test-lets");
        lets.start();
        done.add("asked");
        tasks.run(
                () -> {
                    assertThat(Thread.currentThread()).isSameAs(other);
                    tasks.run(() -> done.add("inner"), LONG);
                    done.add("mine");
                },
                LONG);
        assertThat(done).containsExactly("asked", "mine", "inner");
        other.join();
        lets.join();
    }

    /** Another thread whose task has begun, waits, and does this at its end. */
    private Thread busyUntil(CountDownLatch goOn, Runnable last) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Thread other = new Thread(
                () -> tasks.run(() -> {
                    begun.countDown();
                    awaitQuietly(goOn);
                    last.run();
                }),
                "test-other");
        other.start();
        begun.await();
        return other;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
