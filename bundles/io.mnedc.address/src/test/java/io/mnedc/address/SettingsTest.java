package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mnedc.settings.ConfigurationReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String CHOSEN = "fdaa::/64";

    private static LeasePolicy read(Map<String, ?> values) throws IOException {
        return Settings.policy(new ConfigurationReader(values, Config.class), Settings.POOL, () -> CHOSEN);
    }

    private static final Map<String, List<Object>> WRONG = Map.of(
            "enabled", List.of("maybe", 1),
            "pool", List.of("10.0.0.0", 10, true, List.of("10.0.0.0/24", "10.1.0.0/24")),
            "ipv6.prefix", List.of("fe80::", 64, "2001:db8::/64"),
            "reservations", List.of("a", 7, new String[] {"a=10.0.0.5", "b=10.9.0.5"}),
            "lease.absence", List.of("soon", 30, "30", "-1d"),
            "store", List.of("zookeeper", true, List.of("file", "shared")),
            "pool.replaces", List.of("10.0.0.0", 10, List.of("10.0.0.0/24", "10.1.0.0/24")),
            "data.dir", List.of("a\0b", List.of("/a", "/b")));

    static Set<String> keys() {
        return ConfigurationReader.keys(Config.class);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void whatCannotBeUsedIsRefusedTypedOrAsText(String key) {
        for (Object wrong : WRONG.getOrDefault(key, List.of())) {
            ConfigurationReader values = new ConfigurationReader(Map.of(key, wrong), Config.class);
            values.wish();
            assertThatIllegalArgumentException()
                    .as("%s = %s", key, wrong)
                    .isThrownBy(() -> Settings.policy(values, Settings.POOL, () -> CHOSEN))
                    .withMessageContaining(key);
        }
        assertThat(WRONG).containsKey(key);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of("pool", "x", "reservations", "a", "lease.absence", "soon")))
                .withMessageContainingAll("pool = \"x\"", "reservations = \"a\"", "lease.absence = \"soon\"");
    }

    @Test
    void defaultsMakeAPlan() throws Exception {
        LeasePolicy policy = read(Map.of());

        assertThat(policy.network().cidr()).isEqualTo("10.0.0.0/24");
        assertThat(policy.network().ulaPrefix().getHostAddress()).isEqualTo("fdaa:0:0:0:0:0:0:0");
        assertThat(policy.reservations()).isEmpty();
        assertThat(policy.absence()).isEmpty();
    }

    @Test
    void anEmptyFormMakesTheSamePlan() throws Exception {
        assertThat(read(Map.of("pool", "", "ipv6.prefix", "", "reservations", "", "lease.absence", "", "data.dir", "")))
                .isEqualTo(read(Map.of()));
    }

    @Test
    void reservationsMayStandInOneStringOrInSeveral() throws Exception {
        Map<String, Integer> expected = Map.of("press-7", 20, "aa:bb", 21, "c", 22);

        assertThat(read(Map.of("reservations", "press-7=10.0.0.20, aa:bb=10.0.0.21 c=10.0.0.22"))
                        .reservations())
                .isEqualTo(expected);
        assertThat(read(Map.of("reservations", new String[] {"press-7=10.0.0.20", "aa:bb=10.0.0.21", "c=10.0.0.22"}))
                        .reservations())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "a, it is not DEVICE=ADDRESS",
        "a=b, not an IPv4 address",
        "a=10.0.1.5, outside pool 10.0.0.0/24",
        "a=10.0.0.0, network and the broadcast",
        "a=10.0.0.255, network and the broadcast",
        "a=10.0.0.1, relay's own",
        "=10.0.0.5, device ID",
        "a=10.0.0.5 a=10.0.0.6, two reservations",
        "a=10.0.0.5 b=10.0.0.5, already reserved for device a",
    })
    void wrongReservationIsRefusedWithKeyValueAndReason(String value, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of("reservations", value)))
                .withMessageContaining("reservations = \"")
                .withMessageContaining(value.substring(value.lastIndexOf(' ') + 1))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"pool,10.0.0.0", "pool,10.0.0.0/31", "pool,10.0.0.1/24", "ipv6.prefix,fe80::", "lease.absence,soon"})
    void wrongValueIsRefusedWithKeyAndValue(String key, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of(key, value)))
                .withMessageContaining(key + " = \"" + value + "\" is not allowed");
    }

    @ParameterizedTest
    @CsvSource({"60s,60", "90m,5400", "12h,43200", "30d,2592000", "' 30 D ',2592000"})
    void absenceIsANumberWithAUnit(String text, long seconds) {
        assertThat(Settings.absence(text)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0d", "-1h", "5", "1w", "59s", "1.5h", "99999999999d", "P1D"})
    void otherAbsencesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Settings.absence(text));
    }

    @Test
    void randomPrefixIsUniqueLocal() throws Exception {
        String first = UniqueLocalPrefix.random();
        LeasePolicy policy =
                Settings.policy(new ConfigurationReader(Map.of(), Config.class), Settings.POOL, () -> first);

        assertThat(policy.network().ulaPrefix().getAddress()[0]).isEqualTo((byte) 0xfd);
        assertThat(UniqueLocalPrefix.random()).isNotEqualTo(first);
    }
}
