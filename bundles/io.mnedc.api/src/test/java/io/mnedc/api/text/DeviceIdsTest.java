package io.mnedc.api.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceIdsTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "press-7", "plant_2.line:4", "00:0a:95:9d:68:16"})
    void lettersDigitsAndSomeCharactersAreAllowed(String text) {
        assertThat(DeviceIds.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "\u00e9", "a\n", "a,b"})
    void allElseIsNot(String text) {
        assertThat(DeviceIds.isValid(text)).isFalse();
    }

    @Test
    void thereAreAtMostSixtyFour() {
        assertThat(DeviceIds.isValid("x".repeat(64))).isTrue();
        assertThat(DeviceIds.isValid("x".repeat(65))).isFalse();
    }
}
