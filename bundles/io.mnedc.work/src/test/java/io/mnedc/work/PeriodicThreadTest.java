package io.mnedc.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeriodicThreadTest {
    @Test
    void itIsDoneAgainWhateverItThrows() throws Exception {
        var faults = new LinkedBlockingQueue<Throwable>();
        try (var thread = new PeriodicThread(
                "mnedc-test",
                () -> {
                    throw new AssertionError(Thread.currentThread().getName());
                },
                faults::add)) {
            thread.every(Duration.ofMillis(1));
            for (int i = 0; i < 3; i++) {
                assertThat(faults.take()).hasMessage("mnedc-test");
            }
        }
    }

    @Test
    void itIsDoneSoonIfSomebodyWantsThat() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (var thread = new PeriodicThread("mnedc-test", done::countDown, fault -> {})) {
            thread.every(Duration.ofDays(1));
            thread.soon();
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void afterTheEndNothingIsDone() {
        var done = new LinkedBlockingQueue<String>();
        PeriodicThread thread = new PeriodicThread("mnedc-test", () -> done.add("done"), fault -> {});
        thread.close();
        thread.soon();
        assertThat(done).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("mnedc-test");
    }

    @Test
    void itsTaskIsNotInterruptedByTheEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        var interrupted = new LinkedBlockingQueue<Boolean>();
        PeriodicThread thread = new PeriodicThread(
                "mnedc-test",
                () -> {
                    begun.countDown();
                    while (go.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                    interrupted.add(Thread.currentThread().isInterrupted());
                },
                fault -> {});
        thread.soon();
        thread.soon();
        begun.await();
        Thread ending = new Thread(thread::close, "test");
        ending.start();
        while (ending.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        go.countDown();
        ending.join();
        assertThat(interrupted).as("the one that ran, and no other").containsExactly(false);
    }

    @Test
    void itsTaskMayEndIt() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        var self = new LinkedBlockingQueue<PeriodicThread>();
        PeriodicThread thread = new PeriodicThread(
                "mnedc-test",
                () -> {
                    self.remove().close();
                    ended.countDown();
                },
                fault -> {});
        self.add(thread);
        thread.every(Duration.ofMillis(1));
        assertThat(ended.await(4, TimeUnit.SECONDS)).as("before the bound").isTrue();
        thread.close();
        thread.every(Duration.ofMillis(2));
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("mnedc-test");
    }
}
