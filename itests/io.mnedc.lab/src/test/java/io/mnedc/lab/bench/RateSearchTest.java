package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mnedc.lab.bench.udp.Delivery;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateSearchTest {
    private static final double SENDER = 500_000;

    private final AtomicInteger tries = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(doubles = {10_000, 80_000, 100_000, 125_000, 400_000})
    void findsTheLimitFromAnyGuessWithinItsTries(double guess) {
        double found = RateSearch.highest(guess, 8, pathWith(100_000));

        assertThat(found).isCloseTo(100_000, within(10_000.0));
        assertThat(tries.get()).isLessThanOrEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 62500"})
    void fewTriesGiveWhatTheyCan(int bound, double expected) {
        assertThat(RateSearch.highest(100_000, bound, pathWith(70_000))).isEqualTo(expected);
        assertThat(tries.get()).isEqualTo(bound);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 100})
    void aSenderAtItsLimitEndsTheSearch(double more) {
        assertThat(RateSearch.highest(SENDER * 1.2 + more, 8, pathWith(1e9))).isEqualTo(SENDER);
        assertThat(tries.get()).isEqualTo(1);
    }

    /** Loses what is over its capacity, fed by a sender that has a limit too. */
    private DoubleFunction<Delivery> pathWith(double capacity) {
        return rate -> {
            tries.incrementAndGet();
            double sent = Math.min(rate, SENDER);
            return new Delivery((long) sent, 1, (long) Math.min(sent, capacity), 1);
        };
    }
}
