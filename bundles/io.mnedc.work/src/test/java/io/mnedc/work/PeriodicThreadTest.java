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
}
