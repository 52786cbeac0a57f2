package io.mnedc.device.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.Opaque;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.InTlsLab;
import io.mnedc.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay that sends certificates without end. */
@Timeout(180)
class CertificateRenewalTest extends InTlsLab {
    private static final int FLOOD = 500;

    @Test
    void floodOfCertificatesIsDroppedWhileTheIdentityThreadIsBusy() throws Exception {
        lab.joined("one").device().close();
        var identity = lab.store("one").identity();
        CountDownLatch unplugged = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Node one = lab.provided(
                "one",
                name -> Optional.of(() -> {
                    if (asked.incrementAndGet() > 1) {
                        awaitCalmly(unplugged);
                    }
                    return identity;
                }));
        one.awaitReady();
        // the identity thread is held up by a provider
        one.device().providersChanged();
        Await.until("held up", () -> asked.get() == 2);
        Credentials flood = new Credentials(List.of(), List.of(Opaque.copyOf(new byte[4000])), 0);
        for (int i = 0; i < FLOOD; i++) {
            lab.relay.tell("one", flood);
        }
        Await.until("dropped", () -> one.count("drop.credentials") >= FLOOD - CertificateRenewal.MOST_WAITING);
        assertThat(one.count("drop.credentials")).isLessThanOrEqualTo(FLOOD);
        unplugged.countDown();
        // there is room again
        Await.until("looked at", () -> {
            long before = one.count("drop.credentials");
            for (int i = 0; i < CertificateRenewal.MOST_WAITING; i++) {
                lab.relay.tell("one", flood);
            }
            one.device().ping(1, Duration.ofSeconds(10)).toCompletableFuture().get();
            return one.count("drop.credentials") == before;
        });
        assertThat(one.problem()).isEmpty();
    }

    private static void awaitCalmly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
