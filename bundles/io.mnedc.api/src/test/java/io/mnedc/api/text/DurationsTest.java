package io.mnedc.api.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "30s,PT30S",
        "15m,PT15M",
        "24h,PT24H",
        "7d,PT168H",
        "' 7 D ',PT168H",
        "0s,PT0S",
        "999999999d,PT23999999976H"
    })
    void aNumberWithALetterIsATime(String text, Duration time) {
        assertThat(Durations.parse(text)).contains(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "h", "1w", "-1h", "1.5h", "1h30m", "10000000000s"})
    void allElseIsNone(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
