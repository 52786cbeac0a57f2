package io.mnedc.device.settings;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.security.AccessRules;
import io.mnedc.security.JoinToken;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.RefusedSettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Path STORAGE = Path.of("/somewhere/identity");
    static final JoinToken TOKEN = new JoinToken(List.of("relay:1"), "ab".repeat(32), 1, new byte[32]);

    static DeviceSettings read(Map<String, ?> values) {
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
                        20_000,
                        new DeviceSecuritySettings(
                                true,
                                TlsChoice.AUTO,
                                null,
                                STORAGE,
                                new DeviceSecuritySettings.Own(),
                                AccessRules.OPEN,
                                Duration.ofSeconds(120)),
                        new NetworkSettings(AllowedNetworks.parse(AllowedNetworks.USUAL), false, STORAGE),
                        new MulticastSettings(MulticastSettings.Mode.OFF, 200, 1_000_000, 256)));
        for (var method : DeviceConfig.class.getDeclaredMethods()) {
            assertThat(method.getDefaultValue()).as(method.getName()).isNotNull();
        }
    }

    @Test
    void anEmptyFieldIsTheDefault() {
        Map<String, Object> empty = new HashMap<>();
        for (var method : DeviceConfig.class.getDeclaredMethods()) {
            empty.put(method.getName().replace('_', '.'), "");
        }
        empty.keySet().removeAll(Set.of("device.id", "relays"));

        assertThat(read(empty)).isEqualTo(read(Map.of()));
        empty.putAll(Map.of("relays", "", "device.id", ""));
        assertThat(read(empty).relays()).as("those of the join token").isEmpty();
    }

    @Test
    void valuesMayBeTypedOrText() {
        assertThat(read(Map.of("mtu", 1500, "offload", false)))
                .isEqualTo(read(Map.of("mtu", "1500", "offload", "FALSE")));
    }

    @Test
    void relaysMayBeFoundBySrvRecordsAndInTheLan() {
        assertThat(read(Map.of("relays", "lan, srv:Example.ORG., lan:1, srv:example.org"))
                        .relays())
                .containsExactly(
                        new RelayAddress(RelayAddress.Source.LAN, "", 0),
                        new RelayAddress(RelayAddress.Source.SRV, "example.org", 0),
                        new RelayAddress("lan", 1));
    }

    @Test
    void relaysThatMustProveThemselvesNeedTls() {
        assertThatThrownBy(() -> read(Map.of("relays", "lan, a", "security", "none")))
                .hasMessageContainingAll("\"lan\"", "security = tls", "HOST:PORT");
        assertThatThrownBy(() -> read(Map.of("relays", "srv:example.org", "security", "none")))
                .hasMessageContaining("srv:example.org");
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
        "relays,srv:,srv:DOMAIN",
        "relays,srv:a..b,srv:DOMAIN",
        "relays,srv:a.example:3334,srv:DOMAIN",
        "relays,srv:-a,srv:DOMAIN",
        "join.token,mnedc1-AA,copy the whole last line",
        "rules,allow everybody,rules",
        "rekey.seconds,0,1..86400",
        "peers.most,0,1..1000000",
        "peers.most,many,1..1000000",
        "truststore,/some/trust.p12,keystore",
        "multicast,on,'allowed is off, discovery or all'",
        "multicast.packets,0,1..1000000",
        "multicast.bytes,9999,10000..1000000000",
        "multicast.members,0,1..65536",
    })
    void wrongValueIsRefusedWithKeyAndCure(String key, String value, String cure) {
        assertThatThrownBy(() -> read(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(cure);
    }

    /** Any text is good, as far as can be seen before it is used; the last three are read by the discovery bundle. */
    private static final Set<String> FREE = Set.of(
            "identity.provider",
            "keystore.password",
            "truststore.password",
            "platform",
            "execution.type",
            "services",
            "attributes");

    private static final List<Object> NO_PATHS = List.of("a\0b", List.of("/a", "/b"));

    private static final Map<String, List<Object>> OTHERS = Map.ofEntries(
            entry("enabled", List.of("maybe", 1, "on")),
            entry("offload", List.of("maybe", 1)),
            entry("device.id", List.of("press 7", "x".repeat(65), List.of("a", "b"))),
            entry("relays", List.of("a:b:c", new String[] {"a:1", "b:0"})),
            entry("tun.name", List.of("a/b", "x".repeat(16))),
            entry("security", List.of("ssl", true)),
            entry("multicast", List.of("on", true, 1)),
            entry("tls.library", List.of("openssl", 1)),
            entry("join.token", List.of("mnedc1-AA", 7)),
            entry("rules", List.of("allow everybody", 7)),
            entry("truststore", List.of("/some/trust.p12", "a\0b")),
            entry("data.dir", NO_PATHS),
            entry("keystore", NO_PATHS));

    static Stream<String> keys() {
        return ConfigurationReader.keys(DeviceConfig.class).stream().filter(key -> !FREE.contains(key));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void whatCannotBeUsedIsRefusedTypedOrAsText(String key) {
        List<Object> noNumbers = List.of("many", -1, "1.5", 2.5, true, "99999999999999999999", List.of("1", "2"));
        for (Object wrong : OTHERS.getOrDefault(key, noNumbers)) {
            Map<String, Object> all = new HashMap<>(Map.of("device.id", "one", "relays", "relay.example"));
            all.put(key, wrong);
            ConfigurationReader values = new ConfigurationReader(all, DeviceConfig.class);
            values.wish();
            assertThatThrownBy(() -> new SettingsReader(values).read("host", () -> STORAGE))
                    .as("%s = %s", key, wrong)
                    .isInstanceOf(RefusedSettingsException.class)
                    .hasMessageContaining(key);
        }
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> read(Map.of("device.id", "press 7", "mtu", 12, "rules", "nonsense")))
                .hasMessageContainingAll("device.id", "press 7", "mtu = \"12\"", "nonsense");
    }

    /** A typed file with one mistaken line comes as texts: only that line is blamed. */
    @Test
    void onlyTheMistakenLineIsBlamed() {
        assertThatThrownBy(() -> new SettingsReader(
                                Map.of("enabled", "B\"true\"", "device.id", "\"press-7\"", "mtu", "1300"))
                        .read("host", () -> STORAGE))
                .hasMessageContainingAll("a line of this file is mistaken", "mtu=1300")
                .hasMessageNotContainingAny("device.id is empty", "relays is empty", "not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mtu",
                "rekey.seconds",
                "reconnect.max.seconds",
                "queue.millis",
                "queue.kilobytes",
                "peers.most",
                "send.buffer.kilobytes"
            })
    void numbersHaveTheRangesThatThePageTells(String key) throws Exception {
        String page = Files.readString(Path.of("../../docs/CONFIGURATION.md"));
        String device = page.substring(page.indexOf("## io.mnedc.device"));
        String row = device.lines()
                .filter(line -> line.startsWith("| `" + key + "` |"))
                .findFirst()
                .orElseThrow();
        Matcher range = Pattern.compile("([0-9]+) to ([0-9]+)").matcher(row);
        assertThat(range.find()).as(row).isTrue();
        int least = Integer.parseInt(range.group(1));
        int most = Integer.parseInt(range.group(2));
        for (int good : List.of(least, most)) {
            assertThatCode(() -> read(Map.of(key, good))).doesNotThrowAnyException();
        }
        for (int wrong : List.of(least - 1, most + 1)) {
            assertThatThrownBy(() -> read(Map.of(key, wrong))).hasMessageContaining(least + ".." + most);
        }
    }

    @Test
    void identityComesFromOneSource() {
        assertThat(read(Map.of("identity.provider", "kura")).security().source())
                .isEqualTo(new DeviceSecuritySettings.Provided("kura"));
        assertThat(read(Map.of("keystore", "/a.p12", "keystore.password", "x", "truststore", "/b.p12"))
                        .security()
                        .source())
                .isEqualTo(
                        new DeviceSecuritySettings.Stores(Path.of("/a.p12"), new Secret("x"), Path.of("/b.p12"), null));
        assertThatThrownBy(() -> read(Map.of("identity.provider", "kura", "keystore", "/a.p12")))
                .hasMessageContaining("exclude each other");
    }

    @Test
    void joinTokenBesideAnIdentityOfOnesOwnIsRefusedWithTheCure() {
        for (Map.Entry<String, String> own :
                Map.of("keystore", "/a.p12", "identity.provider", "kura").entrySet()) {
            assertThatThrownBy(() -> read(Map.of(own.getKey(), own.getValue(), "join.token", TOKEN.text())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("join.token")
                    .hasMessageContaining(own.getKey() + " = \"" + own.getValue() + "\"")
                    .hasMessageContaining("clear")
                    .hasMessageNotContaining(TOKEN.text());
        }
        assertThat(read(Map.of("keystore", "/a.p12", "join.token", TOKEN.text(), "security", "none"))
                        .security()
                        .tls())
                .as("without TLS, neither has a meaning")
                .isFalse();
    }

    @Test
    void secretsAreNotShown() {
        DeviceSettings settings = read(Map.of(
                "keystore",
                "/a.p12",
                "keystore.password",
                "s3cr3t",
                "truststore",
                "/b",
                "truststore.password",
                "s3cr3t"));
        assertThat(settings.toString()).doesNotContain("s3cr3t");
        assertThat(read(Map.of("join.token", TOKEN.text())).toString()).doesNotContain(TOKEN.text());
        assertThatThrownBy(() -> read(Map.of("join.token", "mnedc1-s3cr3t"))).hasMessageNotContaining("s3cr3t");
    }

    @Test
    void relaysMayBeLeftOutOnlyWhereAnIdentityNamesThem() {
        assertThat(read(Map.of("relays", "")).relays()).isEmpty();
        for (Map<String, String> without : List.of(
                Map.of("relays", "", "security", "none"),
                Map.of("relays", "", "identity.provider", "kura"),
                Map.of("relays", "", "keystore", "/a.p12"))) {
            assertThatThrownBy(() -> read(without)).hasMessageContaining("relays is empty");
        }
    }

    @Test
    void storageIsAskedForOnlyIfItIsNeeded() {
        Map<String, Object> values = Map.of("device.id", "one", "relays", "a");
        for (Map<String, String> settled :
                List.of(Map.of("security", "none", "data.dir", "/d"), Map.of("data.dir", "/d"))) {
            Map<String, Object> all = new HashMap<>(values);
            all.putAll(settled);
            new SettingsReader(all).read("host", () -> {
                throw new AssertionError("asked");
            });
        }
    }

    @Test
    void rulesMayBeEntriesOrOneText() {
        AccessRules rules = AccessRules.parse(List.of("deny group:a any", "default allow"));
        assertThat(read(Map.of("rules", "deny group:a any; default allow"))
                        .security()
                        .rules())
                .isEqualTo(rules);
        assertThat(read(Map.of("rules", new String[] {"# none of a", "deny group:a any", "default allow"}))
                        .security()
                        .rules())
                .isEqualTo(rules);
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
}
