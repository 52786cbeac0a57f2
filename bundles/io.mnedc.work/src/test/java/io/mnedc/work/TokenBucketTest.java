package io.mnedc.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, -1, Long.MAX_VALUE - 5})
    void aFullOneGivesABurstAndThenItsRate(long begin) {
        TokenBucket bucket = new TokenBucket(2 * SECOND);
        for (int i = 0; i < 20; i++) {
            assertThat(bucket.takeOne(10, begin)).as("number %d", i).isTrue();
        }
        assertThat(bucket.takeOne(10, begin)).isFalse();
        assertThat(bucket.takeOne(10, begin + SECOND / 10 - 1)).isFalse();
        assertThat(bucket.takeOne(10, begin + SECOND / 10)).isTrue();
        assertThat(bucket.takeOne(10, begin + SECOND / 10)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, -1, Long.MAX_VALUE - 5})
    void whatWasTakenTooMuchIsPaidLater(long begin) {
        TokenBucket bucket = new TokenBucket(SECOND);
        assertThat(bucket.room(100, begin)).isEqualTo(100);
        bucket.take(150, 100, begin);
        assertThat(bucket.room(100, begin)).isEqualTo(-50);
        assertThat(bucket.room(100, begin + SECOND)).isEqualTo(50);
        assertThat(bucket.room(100, begin + 10 * SECOND)).isEqualTo(100);
    }
}
