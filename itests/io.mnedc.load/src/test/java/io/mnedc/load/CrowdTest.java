package io.mnedc.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Some hundred devices at one relay: that everything is right. How fast it is, {@code ./mnedc bench --scale} tells. */
@Timeout(400)
class CrowdTest {
    private static final int DEVICES = 300;
    private static final int AT_ONCE = 32;
    private static final Duration BOUND = Duration.ofMinutes(2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void allJoinKnowEachOtherComeBackAfterAKillAndLeaveNothingBehind() throws Exception {
        try (TestRelay relay = TestRelay.start(directory, DEVICES);
                Crowd crowd = relay.crowd(DEVICES)) {
            try (Gauge gauge = relay.gauge()) {
                // what a relay keeps from its first devices on is there then
                crowd.join(20, AT_ONCE, BOUND);
                crowd.leave(BOUND);
                Gauge.Reading before = gauge.read();
                crowd.join(DEVICES, AT_ONCE, BOUND);
                crowd.awaitAcquainted(BOUND);
                crowd.exchange(true);
                Crowd.await(() -> crowd.answers.count() > 100, BOUND, () -> "answers: " + crowd.answers);
                crowd.exchange(false);
                Gauge.await(
                        gauge,
                        BOUND,
                        reading -> reading.descriptors() >= 2 * DEVICES,
                        "fewer descriptors than two for each device");
                assertThat(crowd.lostSessions()).isZero();
                assertThat(crowd.failedAttempts()).isZero();

                crowd.leave(BOUND);
                awaitRest(gauge, before);
            }
            crowd.join(DEVICES, AT_ONCE, BOUND);
            relay.process().kill();
            relay.process().startAgain();
            relay.process().awaitReady();
            crowd.awaitPresent(DEVICES, BOUND);
            crowd.awaitAcquainted(BOUND);
            assertThat(crowd.faults()).isEmpty();
        }
    }

    private static void awaitRest(Gauge gauge, Gauge.Reading before) throws Exception {
        Gauge.await(
                gauge,
                BOUND,
                now -> now.descriptors() <= before.descriptors()
                        && now.threads() <= before.threads()
                        && now.direct() < before.direct() + (8 << 20),
                "more than " + before);
    }
}
