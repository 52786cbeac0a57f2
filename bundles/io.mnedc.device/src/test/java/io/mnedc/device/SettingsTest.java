package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.security.AccessRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Path STORAGE = Path.of("/somewhere/identity");

    private static DeviceSettings read(Map<String, ?> values) {
        Map<String, Object> all = new HashMap<>(Map.of("device.id", "one", "relays", "relay.example"));
        all.putAll(values);
        return new SettingsReader(all).read("host", () -> STORAGE);
    }

    @Test
    void defaultsAreThoseOfTheMetatype() throws Exception {
        DeviceSettings settings = read(Map.of());
        assertThat(settings)
                .isEqualTo(new DeviceSettings(
                        "one",
                        List.of(new RelayAddress("relay.example", 3334)),
                        "mnedc%d",
                        1400,
                        true,
                        Duration.ofSeconds(30),
                        Duration.ofMillis(100),
                        8192 * 1024,
                        1024 * 1024,
                        new SecuritySettings(
                                true,
                                null,
                                STORAGE,
                                new SecuritySettings.Own(),
                                AccessRules.OPEN,
                                Duration.ofSeconds(120))));
        assertThat(new SettingsReader(Map.of()).enabled()).isFalse();
        for (var method : DeviceConfig.class.getDeclaredMethods()) {
            assertThat(method.getDefaultValue()).as(method.getName()).isNotNull();
        }
    }

    @Test
    void valuesMayBeTypedOrText() {
        assertThat(read(Map.of("mtu", 1500, "offload", false)))
                .isEqualTo(read(Map.of("mtu", "1500", "offload", "FALSE")));
        assertThat(new SettingsReader(Map.of("enabled", "true")).enabled()).isTrue();
    }

    @Test
    void listsMayBeArraysCollectionsOrOneText() {
        DeviceSettings text = read(Map.of("relays", "a, b:1 [fd00::1]:2,,a"));
        assertThat(text.relays())
                .containsExactly(new RelayAddress("a", 3334), new RelayAddress("b", 1), new RelayAddress("fd00::1", 2));
        assertThat(read(Map.of("relays", new String[] {"a", "b:1", "[fd00::1]:2"})))
                .isEqualTo(text);
        assertThat(read(Map.of("relays", List.of("a", "b:1", "[fd00::1]:2")))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "mtu,1279,1280..65535",
        "mtu,abc,1280..65535",
        "mtu,65536,1280..65535",
        "security,rot13,'allowed is tls, or none'",
        "offload,maybe,true or false",
        "reconnect.max.seconds,0,1..3600",
        "queue.millis,-1,1..10000",
        "queue.kilobytes,1,128..65536",
        "tun.name,a/b,tun.name",
        "device.id,no blanks,device.id",
        "relays,a:b:c,HOST[:PORT]",
        "relays,a:0,1..65535",
        "relays,a:65536,1..65535",
        "relays,[zz]:1,brackets",
        "relays,-a,host name",
        "join.token,mnedc1-AA,copy the whole last line",
        "rules,allow everybody,rules",
        "rekey.seconds,0,1..86400",
        "truststore,/some/trust.p12,keystore",
    })
    void wrongValueIsRefusedWithKeyAndCure(String key, String value, String cure) {
        assertThatThrownBy(() -> read(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(cure);
    }

    @Test
    void hostNameStandsInForAnEmptyId() {
        assertThat(read(Map.of("device.id", "")).deviceId()).isEqualTo("host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "no good", "ä"})
    void hostNameThatCannotStandInIsRefused(String name) {
        assertThatThrownBy(() -> new SettingsReader(Map.of("relays", "a")).read(name, () -> STORAGE))
                .hasMessageContaining("set device.id");
    }

    @Test
    void relayAddressIsShownAsItIsWritten() {
        assertThat(RelayAddress.parse("[fd00::1%eth0]")).hasToString("[fd00::1%eth0]:3334");
        assertThat(RelayAddress.parse("192.168.1.2:99")).hasToString("192.168.1.2:99");
    }

    /** Each setting alone, and what it touches. */
    private static final Map<Map.Entry<String, Object>, Set<SettingsChange>> TOUCHES = Map.of(
            Map.entry("relays", "other"), EnumSet.of(SettingsChange.RELAYS),
            Map.entry("device.id", "other"), EnumSet.of(SettingsChange.REGISTRATION),
            Map.entry("tun.name", "other"), EnumSet.of(SettingsChange.TUN),
            Map.entry("mtu", 9000), EnumSet.of(SettingsChange.TUN_LIVE),
            Map.entry("offload", false), EnumSet.of(SettingsChange.TUN, SettingsChange.REGISTRATION),
            Map.entry("queue.millis", 1), EnumSet.of(SettingsChange.DATA_STREAM),
            Map.entry("queue.kilobytes", 128), EnumSet.of(SettingsChange.DATA_STREAM),
            Map.entry("send.buffer.kilobytes", 0), EnumSet.of(SettingsChange.DATA_STREAM),
            Map.entry("reconnect.max.seconds", 1), EnumSet.of(SettingsChange.PAUSES),
            Map.entry("services", "web"), EnumSet.noneOf(SettingsChange.class));

    @Test
    void changeTouchesOnlyWhatItMust() {
        DeviceSettings before = read(Map.of());
        TOUCHES.forEach((change, touched) -> {
            DeviceSettings now = read(Map.of(change.getKey(), change.getValue()));
            assertThat(SettingsChange.between(before, now)).as(change.getKey()).isEqualTo(touched);
            assertThat(SettingsChange.between(now, before)).as(change.getKey()).isEqualTo(touched);
            assertThat(SettingsChange.between(now, now)).isEmpty();
        });
    }

    @Test
    void allSubsetsOfChangesTouchWhatTheirPartsTouch() {
        List<Map.Entry<String, Object>> changes = List.copyOf(TOUCHES.keySet());
        for (int subset = 0; subset < 1 << changes.size(); subset++) {
            Map<String, Object> values = new HashMap<>();
            Set<SettingsChange> expected = EnumSet.noneOf(SettingsChange.class);
            for (int i = 0; i < changes.size(); i++) {
                if ((subset >> i & 1) != 0) {
                    values.put(changes.get(i).getKey(), changes.get(i).getValue());
                    expected.addAll(TOUCHES.getOrDefault(changes.get(i), Set.of()));
                }
            }
            if (expected.contains(SettingsChange.TUN)) {
                expected.remove(SettingsChange.TUN_LIVE);
            }
            assertThat(SettingsChange.between(read(Map.of()), read(values)))
                    .as(values.toString())
                    .isEqualTo(expected);
        }
    }
}
