package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPausesTest {
    private final RestartPauses pauses = new RestartPauses(Duration.ofSeconds(5));

    @Test
    void eachIsTwiceAsLongAsTheOneBeforeUpToFiveMinutes() {
        long now = Long.MAX_VALUE - 5;
        for (int seconds : new int[] {5, 10, 20, 40, 80, 160, 300, 300}) {
            assertThat(pauses.failed(now)).hasSeconds(seconds);
            now += Duration.ofMinutes(20).toNanos();
        }
    }

    @Test
    void onlyWhatHasRunWellForAWhileBeginsAnew() {
        assertThat(pauses.failed(0)).hasSeconds(5);
        pauses.started(0);
        assertThat(pauses.failed(Duration.ofMinutes(9).toNanos())).hasSeconds(10);
        pauses.started(Duration.ofMinutes(10).toNanos());
        assertThat(pauses.failed(Duration.ofMinutes(20).toNanos())).hasSeconds(5);
    }
}
