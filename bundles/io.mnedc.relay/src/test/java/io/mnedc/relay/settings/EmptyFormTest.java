package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.settings.ConfigurationReader;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a gateway's form delivers when somebody empties its fields, or never filled them in. */
class EmptyFormTest {
    private static RelaySettings read(Map<String, Object> form) {
        return RelaySettings.of(new ConfigurationReader(form, RelayConfig.class), null);
    }

    @Test
    void emptyTextsAndListsAreTheirDefaults() {
        Map<String, Object> form = new HashMap<>();
        for (String key : ConfigurationReader.keys(RelayConfig.class)) {
            form.put(key, "");
        }
        assertThat(read(form)).isEqualTo(read(Map.of()));
        form.replaceAll((key, value) -> new String[] {"", null});
        assertThat(read(form)).isEqualTo(read(Map.of()));
    }
}
