package io.mnedc.relay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReenrolmentsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Reenrolments all = new Reenrolments();

    @Test
    void aFewAtOnceThenOneAMinute() {
        for (int i = 0; i < Reenrolments.BURST; i++) {
            assertThat(all.untilNext("a", i)).isZero();
            all.enrolled("a", i);
        }
        assertThat(all.untilNext("a", 10))
                .isGreaterThan(Duration.ofSeconds(59))
                .isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(all.untilNext("b", 10)).as("another device").isZero();
        assertThat(all.untilNext("a", MINUTE)).isZero();
        all.enrolled("a", MINUTE);
        assertThat(all.untilNext("a", MINUTE + 10)).isPositive();
    }

    @Test
    void itForgetsTheOldestOfVeryManyAndNobodyWaitsForOthers() {
        for (int i = 0; i < 2 * Reenrolments.MOST; i++) {
            all.enrolled("device-" + i, i);
        }
        assertThat(all.untilNext("device-0", 1)).isZero();
    }
}
