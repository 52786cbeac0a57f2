package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class InUseTest {
    private final AtomicInteger releases = new AtomicInteger();
    private final InUse inUse = new InUse(releases::incrementAndGet);

    @Test
    void releaseWaitsForTheLastCall() throws Exception {
        inUse.enter();
        inUse.close(() -> assertThat(releases).hasValue(0));
        assertThat(inUse.isClosed()).isTrue();
        assertThat(inUse.awaitRelease(0)).isFalse();
        assertThat(releases).hasValue(0);
        inUse.exit();
        assertThat(inUse.awaitRelease(0)).isTrue();
        assertThat(releases).hasValue(1);
    }

    @Test
    void noCallBeginsAfterClosing() {
        inUse.close(() -> {});
        inUse.close(() -> {
            throw new AssertionError("woken twice");
        });
        assertThatThrownBy(inUse::enter).isInstanceOf(ClosedChannelException.class);
        assertThat(releases).hasValue(1);
    }

    @Test
    void anInterruptedCloserStillWaits() throws Exception {
        inUse.enter();
        inUse.close(() -> {});
        Thread.currentThread().interrupt();
        assertThat(inUse.awaitRelease(0)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @RepeatedTest(20)
    void releaseHappensOnceAndNeverDuringACall() throws Exception {
        AtomicInteger during = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(3);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            while (true) {
                                inUse.enter();
                                running.countDown();
                                during.addAndGet(releases.get());
                                inUse.exit();
                            }
                        } catch (ClosedChannelException e) {
                            // the end
                        }
                    },
                    "mnedc-test-user-" + i);
            thread.start();
            threads.add(thread);
        }
        running.await();
        inUse.close(() -> {});
        assertThat(inUse.awaitRelease(10)).isTrue();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(during).hasValue(0);
        assertThat(releases).hasValue(1);
    }
}
