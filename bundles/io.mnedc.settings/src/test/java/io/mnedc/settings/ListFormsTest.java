package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Vector;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A list as a file, a console and a form of several lines hold it. */
@SuppressWarnings("JdkObsolete") // Config Admin may deliver a Vector
class ListFormsTest {
    @interface Settings {
        String rules() default "";

        String relays() default "";
    }

    private static final List<String> RULES = List.of("allow group:a group:b", "deny any device:x", "default deny");

    private static ConfigurationReader reader(String key, Object value) {
        return new ConfigurationReader(Map.of(key, value), Settings.class);
    }

    private static List<String> rules(Object value) {
        ConfigurationReader reader = reader("rules", value);
        List<String> rules = reader.rules("rules");
        reader.check();
        return rules;
    }

    static Stream<Arguments> rulesInEveryForm() {
        return Stream.<Object>of(
                        RULES.toArray(new String[0]),
                        new Vector<>(RULES),
                        RULES,
                        "allow group:a group:b, deny any device:x, default deny",
                        "allow group:a group:b;deny any device:x;default deny",
                        "allow group:a group:b\ndeny any device:x\ndefault deny\n",
                        "allow group:a group:b\r\ndeny any device:x\r\ndefault deny\r\n",
                        "\n\nallow group:a group:b\r\n  \r\n\tdeny any device:x\n\n\n default deny  \n\n",
                        "# who may talk, and to whom\nallow group:a group:b # a, b\ndeny any device:x\n#\ndefault deny # the end",
                        "allow group:a group:b,\ndeny any device:x,\ndefault deny,",
                        "allow group:a group:b # friends, deny any device:x, # foes, default deny",
                        new String[] {"allow group:a group:b\ndeny any device:x", "# and now", "default deny"},
                        Arrays.asList("allow group:a group:b", null, "", "deny any device:x", "default deny", null))
                .map(form -> Arguments.of(form));
    }

    @ParameterizedTest
    @MethodSource("rulesInEveryForm")
    void rulesAreTheSameInEveryForm(Object form) {
        assertThat(rules(form)).isEqualTo(RULES);
    }

    @Test
    void aRuleBehindACommentIsNotPassedOver() {
        assertThatThrownBy(() -> rules("allow any device:a # first, default deny\nallow any device:b"))
                .isInstanceOf(RefusedSettingsException.class)
                .hasMessageContaining("rules")
                .hasMessageContaining("behind a comment");
    }

    /** A form that shows ten entries has lost what came after them. */
    @Test
    void tenEntriesWithoutADefaultMayBeTheRestOfMore() {
        List<String> ten = Collections.nCopies(10, "allow any device:a");
        for (Object form : List.of(ten, ten.toArray(new String[0]))) {
            assertThatThrownBy(() -> rules(form))
                    .isInstanceOf(RefusedSettingsException.class)
                    .hasMessageContaining("exactly ten entries")
                    .hasMessageContaining("default deny");
        }
        assertThat(rules(String.join("\n", ten))).hasSize(10);
        assertThat(rules(ten.subList(0, 9))).hasSize(9);
        assertThat(rules(Stream.concat(ten.stream(), Stream.of("allow any any")).toList()))
                .hasSize(11);
        assertThat(rules(Stream.concat(ten.stream().skip(1), Stream.of("default allow"))
                        .toList()))
                .hasSize(10);
    }

    @Test
    void aLongListIsOneText() {
        List<String> many =
                IntStream.range(0, 40).mapToObj(i -> "r" + i + ".example:3334").toList();
        for (Object form : List.of(
                many,
                many.toArray(new String[0]),
                new Vector<>(many),
                String.join(",", many),
                String.join(" , ", many),
                String.join("\n", many),
                "\r\n" + String.join("\r\n\r\n", many) + "\r\n")) {
            assertThat(reader("relays", form).list("relays")).isEqualTo(many);
        }
    }
}
