package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.settings.ConfigurationReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"-1", "1001", "high", "true", "5.5", "I\"5\"", "99999999999999999999"})
    void aWrongPriorityIsToldAndTheDefaultCounts(String wrong) {
        ConfigurationReader values = new ConfigurationReader(Map.of("light.priority", wrong), KuraConfig.class);
        assertThat(StatusLight.priority(values)).isEqualTo(50);
        assertThatThrownBy(values::check).hasMessageContaining("light.priority");
    }

    @Test
    void allOtherSettingsAreNames() {
        assertThat(ConfigurationReader.keys(KuraConfig.class))
                .containsExactlyInAnyOrder("keystore", "key", "authorities", "light.priority");
    }
}
