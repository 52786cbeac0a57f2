package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackOffTest {
    private final BackOff backOff = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(1));

    @Test
    void doublesUpToTheLimitAndIsShortenedByAtMostAHalf() {
        Duration expected = Duration.ofMillis(100);
        for (int i = 0; i < 20; i++) {
            Duration limit = expected.compareTo(Duration.ofSeconds(30)) < 0 ? expected : Duration.ofSeconds(30);
            assertThat(backOff.next()).isBetween(limit.dividedBy(2), limit);
            expected = limit.multipliedBy(2);
        }
    }

    @Test
    void beginsAnewAfterASuccess() {
        backOff.longest();
        backOff.reset();
        assertThat(backOff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void goesOnWithTheLongestDelayAfterARefusal() {
        assertThat(backOff.longest()).isGreaterThanOrEqualTo(Duration.ofSeconds(15));
        assertThat(backOff.next()).isGreaterThanOrEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void twoDevicesDoNotComeBackAtTheSameMoment() {
        BackOff other = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(2));
        assertThat(other.longest()).isNotEqualTo(backOff.longest());
    }
}
