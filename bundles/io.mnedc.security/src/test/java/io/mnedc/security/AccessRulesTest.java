package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.security.authority.RulesFile;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
    private static final Set<String> NONE = Set.of();

    private static boolean allowed(List<String> lines, String a, Set<String> groupsA, String b, Set<String> groupsB) {
        AccessRules rules = AccessRules.parse(lines);
        boolean there = rules.allowed(a, groupsA, b, groupsB);
        assertThat(rules.allowed(b, groupsB, a, groupsA))
                .as("in both directions")
                .isEqualTo(there);
        return there;
    }

    private static List<String> lines(AccessRules rules) {
        return rules.toString().lines().toList();
    }

    @Test
    void withoutRulesEverybodyMayTalkToEverybody() {
        assertThat(allowed(List.of(), "a", NONE, "b", NONE)).isTrue();
        assertThat(AccessRules.OPEN.open()).isTrue();
        assertThat(AccessRules.parse(List.of("", "  # nothing", "allow any any"))
                        .open())
                .isTrue();
        assertThat(AccessRules.parse(List.of("default deny")).open()).isFalse();
        assertThat(AccessRules.parse(List.of("deny device:a any")).open()).isFalse();
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        List<String> rules = List.of("allow device:a device:b", "deny device:a any", "default allow");
        assertThat(allowed(rules, "a", NONE, "b", NONE)).isTrue();
        assertThat(allowed(rules, "a", NONE, "c", NONE)).isFalse();
        assertThat(allowed(rules, "b", NONE, "c", NONE)).isTrue();
    }

    @Test
    void groupsMatchAnyOfADevicesGroups() {
        List<String> rules = List.of("default deny", "allow group:sensors group:collectors  # upwards only");
        assertThat(allowed(rules, "s", Set.of("sensors", "roof"), "c", Set.of("collectors")))
                .isTrue();
        assertThat(allowed(rules, "s", Set.of("sensors"), "t", Set.of("sensors")))
                .isFalse();
        assertThat(allowed(rules, "s", Set.of("sensors"), "c", NONE)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permit any any | 'permit'",
                "allow any | WHO WHO",
                "allow any any any | WHO WHO",
                "allow device: any | 1 to 64",
                "deny group:a/b any | 1 to 64",
                "deny someone any | device:ID",
                "default maybe | 'maybe'",
                "DENY any any | 'DENY'",
            },
            quoteCharacter = '"')
    void aWrongLineIsNamed(String line, String why) {
        assertThatThrownBy(() -> AccessRules.parse(List.of("allow any any", "# comment", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining(why);
    }

    @Test
    void thereIsOneDefault() {
        assertThatThrownBy(() -> AccessRules.parse(List.of("default deny", "default allow")))
                .hasMessageContaining("line 2")
                .hasMessageContaining("set at line 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenIsReadAgain(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            List<String> lines = new ArrayList<>();
            for (int n = random.nextInt(20); n > 0; n--) {
                lines.add((random.nextBoolean() ? "allow" : "deny") + "\t " + who(random) + "  " + who(random)
                        + (random.nextBoolean() ? " # why" : ""));
            }
            AccessRules rules = AccessRules.parse(lines);
            assertThat(AccessRules.parse(lines(rules))).isEqualTo(rules).hasSameHashCodeAs(rules);
        }
    }

    private static String who(Random random) {
        String name = (char) ('a' + random.nextInt(26)) + "" + random.nextInt(100) + "._-";
        return switch (random.nextInt(3)) {
            case 0 -> "any";
            case 1 -> "device:" + name + ":x";
            default -> "group:" + name;
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void arbitraryTextIsRulesOrRefusedNeverAnythingElse(long seed) {
        Random random = new Random(seed);
        String[] pieces = {"allow", "deny", "default", "any", "device:", "group:", " ", "\t", "#", "\u00e9", "\0", "a"};
        for (int i = 0; i < 2000; i++) {
            StringBuilder line = new StringBuilder();
            for (int n = random.nextInt(10); n > 0; n--) {
                line.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                AccessRules rules = AccessRules.parse(List.of(line.toString()));
                assertThat(AccessRules.parse(lines(rules))).isEqualTo(rules);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("line 1");
            }
        }
    }

    @Test
    void theFileIsFollowedAndAWrongOneChangesNothing(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("rules");
        RulesFile file = RulesFile.open(path, List.of("allow device:a device:b"));
        assertThat(file.rules().open()).isTrue();
        assertThat(file.poll()).isFalse();

        Files.writeString(path, "default deny\n");
        assertThat(file.poll()).isTrue();
        AccessRules strict = file.rules();
        assertThat(strict.allowed("a", NONE, "b", NONE)).isTrue();
        assertThat(strict.allowed("a", NONE, "c", NONE)).isFalse();

        Files.writeString(path, "default den\n");
        assertThat(file.poll()).isFalse();
        assertThat(file.rules()).isSameAs(strict);

        assertThat(file.setting(List.of())).isTrue();
        assertThat(file.rules().allowed("a", NONE, "b", NONE)).isFalse();
        assertThatThrownBy(() -> file.setting(List.of("nonsense"))).hasMessageContaining("entry 1");
    }

    @Test
    void aFileThatCannotBeReadIsReportedOnceAndTheRulesBeforeItStay(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("rules"), "default deny\n");
        RulesFile file = RulesFile.open(path, List.of());
        for (int fault = 1; fault <= 2; fault++) {
            Files.writeString(path, "#".repeat((4 << 20) + 1));
            String log = Log.of(() -> {
                for (int look = 0; look < 10; look++) {
                    assertThat(file.poll()).isFalse();
                }
            });
            assertThat(log.lines().filter(line -> line.contains("larger than")))
                    .as("fault %s", fault)
                    .hasSize(1);
            assertThat(file.rules().open()).isFalse();
            // mended: the next fault is news again
            Files.writeString(path, "default deny\n");
            assertThat(file.poll()).isFalse();
        }
    }

    @Test
    void aWrongFileIsNotStartedWith(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("rules"), "allow any any\nnonsense\n");
        assertThatThrownBy(() -> RulesFile.open(path, List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("line 2");
    }

    @Test
    void aFileThatVanishesForAMomentIsNotTakenForAnEmptyOne(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("rules"), "default deny\n");
        RulesFile file = RulesFile.open(path, List.of());
        Files.delete(path);
        assertThat(file.poll()).isFalse();
        Files.writeString(path, "default deny\n");
        assertThat(file.poll()).isFalse();
        Files.delete(path);
        for (int look = 0; look < 10; look++) {
            assertThat(file.poll()).isFalse();
        }
        assertThat(file.rules().open()).isFalse();
    }

    @Test
    void thereMayBeTenThousandRulesAndNoMore() {
        List<String> most = Collections.nCopies(AccessRules.MAX_RULES, "allow any any");
        assertThat(lines(AccessRules.parse(most))).hasSize(AccessRules.MAX_RULES + 1);
        List<String> more = Collections.nCopies(AccessRules.MAX_RULES + 1, "allow any any");
        assertThatThrownBy(() -> AccessRules.parse(more)).hasMessageContaining("more than 10000 rules: use groups");
    }
}
