package io.mnedc.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLimiterTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** The clock may stand anywhere, also below zero. */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, -1, Long.MAX_VALUE - 5})
    void theFirstMayHappenAndThenOneInAWhile(long begin) {
        LogLimiter limiter = new LogLimiter(Duration.ofSeconds(10));
        assertThat(limiter.may(begin)).isTrue();
        assertThat(limiter.may(begin + 1)).isFalse();
        assertThat(limiter.may(begin + 10 * SECOND - 1)).isFalse();
        assertThat(limiter.may(begin + 10 * SECOND)).isTrue();
    }

    @Test
    void whatIsHeldBackIsToldOnce() {
        LogLimiter limiter = new LogLimiter(Duration.ofSeconds(10));
        limiter.may(0);
        assertThat(limiter.heldBack()).isEmpty();
        limiter.may(1);
        limiter.may(2);
        assertThat(limiter.heldBack()).isEqualTo(" (and 2 more like this, not told)");
        assertThat(limiter.count()).isZero();
    }
}
