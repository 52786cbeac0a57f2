package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.settings.ConfigurationReader.Wish;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationReaderTest {
    /** What a component would have. */
    @interface Metatype {
        boolean enabled() default false;

        String device_id() default "";

        int mtu() default 1400;

        String[] relays() default {};

        String[] rules() default {};

        String data_dir() default "";

        String join_token() default "";

        String with__underscore() default "";
    }

    private static ConfigurationReader reader(Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        values.put("service.pid", "io.mnedc.device");
        values.put("component.name", "x");
        values.put("felix.fileinstall.filename", "file:/etc/io.mnedc.device.config");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new ConfigurationReader(values, Metatype.class);
    }

    private static void readAll(ConfigurationReader reader) {
        reader.wish();
        reader.text("device.id", "");
        reader.number("mtu", 1400, 1280, 65_535);
        reader.list("relays");
        reader.lines("rules");
        reader.path("data.dir");
        reader.text("join.token", "");
    }

    private static String complaint(ConfigurationReader reader) {
        readAll(reader);
        try {
            reader.check();
            return "";
        } catch (RefusedSettingsException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void keysAreNamedAsTheComponentRuntimeNamesThem() {
        assertThat(ConfigurationReader.keys(Metatype.class)).contains("device.id", "with_underscore", "enabled");
    }

    @Test
    @SuppressWarnings("JdkObsolete") // what Kura makes of a list
    void aListMayBeAnArrayACollectionOrOneText() {
        List<String> expected = List.of("a", "b:1", "[fd00::1]:2");
        Object[] forms = {
            new String[] {"a", "b:1", "[fd00::1]:2"},
            List.of("a", "b:1", "[fd00::1]:2"),
            new Vector<>(List.of(" a", "b:1 ", "[fd00::1]:2")),
            "a, b:1 [fd00::1]:2,,",
            "a\r\nb:1\r\n\r\n[fd00::1]:2\r\n",
            Arrays.asList("a", null, "", "b:1, [fd00::1]:2"),
        };
        for (Object form : forms) {
            assertThat(reader("relays", form).list("relays"))
                    .as(form.toString())
                    .isEqualTo(expected);
            assertThat(reader("rules", form instanceof String ? "a;b:1\n[fd00::1]:2" : form)
                            .lines("rules"))
                    .isEqualTo(expected);
        }
        assertThat(reader("rules", "allow any any, default deny").lines("rules"))
                .containsExactly("allow any any", "default deny");
    }

    @Test
    void aSingleValueMayBeTypedOrText() {
        for (Object mtu :
                new Object[] {1300, 1300L, (short) 1300, "1300", " 1300 ", new int[] {1300}, List.of("1300")}) {
            ConfigurationReader reader = reader("mtu", mtu);
            assertThat(reader.number("mtu", 1400, 1280, 65_535)).isEqualTo(1300);
            assertThatCode(reader::check).doesNotThrowAnyException();
        }
    }

    @Test
    void aWrongValueOfAnyTypeIsRefusedWithKeyValueAndWhatIsAllowed() {
        for (Object mtu : new Object[] {
            "abc",
            12,
            12L,
            1300.5,
            true,
            "true",
            "",
            new int[] {1300, 1400},
            List.of("1300", "1400"),
            'x',
            "99999999999999999999",
            "0x514",
            "1300 # usual"
        }) {
            assertThat(complaint(reader("mtu", mtu)))
                    .as(mtu.toString())
                    .matches(text -> mtu.equals("")
                            ? text.isEmpty()
                            : text.contains("mtu = \"") && text.contains("is not allowed"));
        }
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        ConfigurationReader reader = reader("mtu", "12", "device.id", List.of("a", "b"), "data.dir", "a\0b");
        assertThat(complaint(reader)).contains("mtu = \"12\"", "1280..65535", "device.id", "not a list", "data.dir");
        assertThatThrownBy(reader::check)
                .isInstanceOfSatisfying(
                        RefusedSettingsException.class,
                        e -> assertThat(e.problems()).hasSize(3));
    }

    @Test
    void aSecretIsNeverTold() {
        assertThat(complaint(reader("join.token", List.of("s3cr3t", "other"))))
                .contains("join.token")
                .doesNotContain("s3cr3t");
        assertThat(complaint(reader("enabled", "B\"true\"", "join.token", "s3cr3t")))
                .contains("join.token")
                .doesNotContain("s3cr3t");
    }

    /** The mark as File Install reads it: by its default in Latin-1, or in UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {"\ufeff", "\u00ef\u00bb\u00bf"})
    void aByteOrderMarkIsReadOver(String mark) {
        ConfigurationReader reader = reader(mark + "enabled", "true", "device.id", "one");
        assertThat(reader.wish()).isEqualTo(Wish.ON);
        assertThat(complaint(reader)).isEmpty();
        assertThat(reader.remarks()).singleElement().asString().contains("byte order mark");
        assertThat(reader(mark + "enabled", "true", "enabled", "false").wish()).isEqualTo(Wish.OFF);
    }

    /** File Install gives such a file's values as plain texts, with all their quotes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "mtu|1300|mtu=1300",
                "device.id|\"press-7|device.id=\"press-7",
                "device.id|\"press-7\" # my press|device.id=\"press-7\" # my press",
                "rules|[\"allow any any\"|rules=[\"allow any any\"",
                "nonsense|~~|nonsense=",
                "\ufeff#|comment|byte order mark",
            })
    void theMistakenLineOfATypedFileIsNamed(String key, String value, String named) {
        ConfigurationReader reader =
                reader("enabled", "B\"true\"", "relays", "[\"a\",\"b\"]", "join.token", "\"x\"", "data.dir", "\"/x\"");
        assertThat(complaint(reader)).contains("a line of this file is mistaken", "a quote that is not closed");
        String told =
                complaint(reader("enabled", "B\"true\"", "relays", "[\"a\",\"b\"]", "join.token", "\"x\"", key, value));
        assertThat(told)
                .contains("a line of this file is mistaken", "File Install took all of it as plain text", named)
                .doesNotContain("relays =", "mtu =", "is empty");
    }

    @Test
    void quotesInACfgFileAreExplained() {
        Map<String, Object> values = Map.of(
                "enabled", "true", "mtu", "I\"1300\"", "felix.fileinstall.filename", "file:/etc/io.mnedc.device.cfg");
        assertThat(complaint(new ConfigurationReader(values, Metatype.class)))
                .contains("mtu=I\"1300\"", ".cfg", "leave out quotes");
    }

    @Test
    void whatOnlyLooksLikeAListIsNone() {
        ConfigurationReader reader = reader("relays", "[fd00::1]", "driver.target", "(mnedc.tun.driver=linux)");
        assertThat(complaint(reader)).isEmpty();
        assertThat(reader.list("relays")).containsExactly("[fd00::1]");
    }

    @Test
    void aFileInUtf16IsNeverSilentlyOff() {
        Map<String, Object> values = new HashMap<>();
        String text = new String("enabled".getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1);
        values.put("\u00ff\u00fe" + text, "t\0r\0u\0e\0");
        ConfigurationReader reader = new ConfigurationReader(values, Metatype.class);
        assertThat(reader.wish()).isEqualTo(Wish.UNCLEAR);
        assertThat(complaint(reader)).contains("UTF-16").doesNotContain("\0");
    }

    @ParameterizedTest
    @CsvSource({
        "true,ON",
        "TRUE,ON",
        "' true ',ON",
        "false,OFF",
        "False,OFF",
        "'',OFF",
        "ture,UNCLEAR",
        "yes,UNCLEAR",
        "1,UNCLEAR",
        "'B\"true\"',ON",
        "'B\"false\"',OFF"
    })
    void whetherItShallRunIsUnderstoodOrRefused(String value, Wish wish) {
        ConfigurationReader reader = reader("enabled", value);
        assertThat(reader.wish()).isEqualTo(wish);
        assertThat(ConfigurationReader.wish(Map.of("enabled", value))).isEqualTo(wish);
        if (wish == Wish.UNCLEAR) {
            assertThatThrownBy(reader::check).hasMessageContaining("enabled = \"" + value + "\"");
        }
    }

    @Test
    void whyItIsOffIsTold() {
        assertThat(reader("enabled", false).whyOff()).isEqualTo("enabled is false");
        assertThat(reader("enable", true).whyOff()).contains("enabled is not set", "\"enable\"");
        assertThat(reader().whyOff()).isEqualTo("enabled is not set");
        assertThat(new ConfigurationReader(Map.of("component.name", "x"), Metatype.class).whyOff())
                .contains("no configuration");
    }

    @ParameterizedTest
    @CsvSource({
        "divice.id,device.id",
        "device_id,device.id",
        "deviceId,device.id",
        "Enabled,enabled",
        "enabeld,enabled",
        "relay,relays",
        "MTU,mtu",
        "joint.token,join.token"
    })
    void aMisspeltKeyIsRemarkedWithTheNearest(String key, String meant) {
        assertThat(reader(key, "x").remarks())
                .singleElement()
                .asString()
                .contains("\"" + key + "\"", "did you mean " + meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mtu", "my.note", "driver.target", "service.ranking", "felix.x", ".device.id", "kura.x", "mru"})
    void keysOfOthersAreLeftAlone(String key) {
        assertThat(reader(key, "1300").remarks()).isEmpty();
    }

    @Test
    void controlCharactersDoNotReachALog() {
        assertThat(complaint(reader("mtu", "1\u001b[31m\n2\u202e")))
                .doesNotContain("\u001b", "\n", "\u202e")
                .contains("mtu");
        assertThat(complaint(reader("mtu", "x".repeat(10_000)))).hasSizeLessThan(400);
    }
}
