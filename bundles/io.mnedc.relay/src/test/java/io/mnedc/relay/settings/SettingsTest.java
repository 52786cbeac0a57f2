package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.RefusedSettingsException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a relay reads its configuration. */
class SettingsTest {
    private static final Path STORAGE = Path.of("/somewhere/relay");

    /** Any text is good, as far as can be seen before it is used. */
    // what is wrong in token.request stops no relay: see RequestedTokenTest
    private static final Set<String> FREE =
            Set.of("identity.provider", "keystore.password", "truststore.password", "token.request");

    private static final List<Object> NO_NUMBERS =
            List.of("many", -1, "-1", "1.5", 2.5, true, "99999999999999999999", List.of("1", "2"));
    private static final List<Object> NO_PATHS = List.of("a\0b", List.of("/a", "/b"));

    private static final Map<String, List<Object>> OTHERS = Map.ofEntries(
            Map.entry("enabled", List.of("maybe", 1, "yes")),
            Map.entry("relay.id", List.of("a b", "x".repeat(65), ".")),
            Map.entry(
                    "relay.addresses",
                    List.of("host", "host:0", "host:65536", ":3334", "a b:1", "[::1:3334", 7, "h:1,".repeat(17))),
            Map.entry("announce.lan", List.of("maybe", 1, "yes")),
            Map.entry("listen", List.of("3334", "127.0.0.1:99999", "a:b:1", "*:port", new String[] {"*:1", "*:x"}, 7)),
            Map.entry("store", List.of("files", "Shared", true)),
            Map.entry("security", List.of("ssl", "TLS", true)),
            Map.entry("tls.library", List.of("openssl", 1)),
            Map.entry("rules", List.of("allow everybody", 7, new String[] {"default deny", "nonsense"})),
            Map.entry("truststore", List.of("/some/trust.p12", "a\0b")),
            Map.entry("data.dir", NO_PATHS),
            Map.entry("keystore", NO_PATHS));

    private static RelaySettings read(Map<String, ?> properties) {
        ConfigurationReader values = new ConfigurationReader(properties, RelayConfig.class);
        values.wish();
        return RelaySettings.of(values, STORAGE);
    }

    static Stream<String> keys() {
        return ConfigurationReader.keys(RelayConfig.class).stream().filter(key -> !FREE.contains(key));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void whatCannotBeUsedIsRefusedTypedOrAsText(String key) {
        for (Object wrong : OTHERS.getOrDefault(key, NO_NUMBERS)) {
            assertThatThrownBy(() -> read(Map.of(key, wrong)))
                    .as("%s = %s", key, wrong)
                    .isInstanceOf(RefusedSettingsException.class)
                    .hasMessageContaining(key);
        }
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> read(Map.of("loops", "x", "keepalive.millis", 1, "listen", "nowhere")))
                .hasMessageContainingAll("loops = \"x\"", "keepalive.millis = \"1\"", "listen = \"nowhere\"");
    }

    @Test
    void defaultsAreThoseOfTheMetatype() {
        Map<String, Object> defaults = new HashMap<>();
        for (Method method : RelayConfig.class.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                defaults.put(method.getName().replace('_', '.'), method.getDefaultValue());
            }
        }
        assertThat(read(defaults)).isEqualTo(read(Map.of()));
    }

    @Test
    void valuesMayBeTypedOrText() {
        assertThat(read(Map.of(
                        "loops",
                        "2",
                        "keepalive.millis",
                        "700",
                        "listen",
                        "127.0.0.1:1,127.0.0.1:2",
                        "rules",
                        "allow any any\ndefault deny")))
                .isEqualTo(read(Map.of(
                        "loops",
                        2,
                        "keepalive.millis",
                        700L,
                        "listen",
                        new String[] {"127.0.0.1:1", "127.0.0.1:2"},
                        "rules",
                        List.of("allow any any", "default deny"))));
    }
}
