package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.AccessRules;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of rules while somebody writes it, slowly and in pieces: what it forbids is never allowed in between. */
class RulesFileTest {
    private static final Set<String> NONE = Set.of();
    private static final String STRICT = "deny device:a device:b\nallow device:a any\ndefault deny\n";

    @TempDir
    private Path directory;

    private long now = Long.MAX_VALUE - 1_000_000_000L; // the counter may overflow
    private Path path;

    @BeforeEach
    void place() {
        path = directory.resolve("rules");
    }

    private RulesFile taken(String text) throws IOException {
        written(text);
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
        RulesFile file = RulesFile.open(path, List.of(), false, () -> now);
        assertThat(file.complete()).isTrue();
        return file;
    }

    private Path written(String text) throws IOException {
        return Files.writeString(path, text);
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private static boolean allowed(RulesFile file, String one, String other) {
        return file.rules().allowed(one, NONE, other, NONE);
    }

    /** Looks each second, so often. */
    private void stays(RulesFile file, int seconds) {
        AccessRules before = file.rules();
        for (int i = 0; i < seconds; i++) {
            assertThat(file.poll()).isFalse();
            assertThat(file.rules()).isSameAs(before);
            pass(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "d",
                "deny device:a device:b",
                "deny device:a device:b\n",
                "deny device:a device:b\nallow device:a any\n",
                "deny device:a device:b\nallow device:a any\ndefault",
                "# other rules\n",
                "allow device:b any\n"
            })
    void aWriterThatStopsHalfWayIsWaitedForHoweverLong(String half) throws IOException {
        RulesFile file = taken(STRICT);
        written(half);
        stays(file, 60);
        assertThat(file.problem()).contains("rules", "half written");

        written("allow device:b any\ndefault deny\n");
        assertThat(file.poll()).isFalse();
        pass(2);
        assertThat(file.poll()).isTrue();
        assertThat(allowed(file, "b", "c")).isTrue();
        assertThat(allowed(file, "a", "c")).isFalse();
        assertThat(file.problem()).isEmpty();
    }

    @Test
    void whatIsAddedPieceByPieceIsTakenWhenItIsQuiet() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        for (int i = 0; i < 5; i++) {
            Files.writeString(path, "deny device:a" + i + " any\n", StandardOpenOption.APPEND);
            stays(file, 1);
        }
        pass(1);
        assertThat(file.poll()).isTrue();
        assertThat(allowed(file, "a4", "x")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"deny device:a any\n", ""})
    void theBeginningOfWhatItWasSeemsToBeRewritten(String half) throws IOException {
        RulesFile file = taken("deny device:a any\ndeny device:b any\n");
        written(half);
        stays(file, 14);
        pass(4);
        assertThat(file.poll()).as("it is meant so").isTrue();
        assertThat(allowed(file, "b", "c")).isTrue();
    }

    @Test
    void aFileThatIsRenamedOrAnotherLinkIsTakenWhenItIsQuiet() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        Files.move(
                Files.writeString(directory.resolve("new"), "deny device:b any\n"),
                path,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        stays(file, 2);
        assertThat(file.poll()).isTrue();
        Path other = Files.writeString(directory.resolve("other"), "deny device:c any\n");
        Files.delete(path);
        Files.createSymbolicLink(path, other);
        stays(file, 2);
        assertThat(file.poll()).isTrue();
        assertThat(allowed(file, "c", "x")).isFalse();
        assertThat(allowed(file, "b", "x")).isTrue();
    }

    @Test
    void whereNothingIsForbiddenRulesAreInForceAtOnce() throws IOException {
        RulesFile file = RulesFile.open(directory.resolve("rules"), List.of(), false, () -> now);
        assertThat(file.complete()).isTrue();
        written(STRICT);
        assertThat(file.poll()).isTrue();
        assertThat(allowed(file, "a", "b")).isFalse();
    }

    @Test
    void aFileThatVanishesForGoodHasNoRules() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        Files.delete(path);
        // two seconds until it counts as gone, 15 in which it may come back
        stays(file, 17);
        pass(1);
        assertThat(file.poll()).isTrue();
        assertThat(file.rules().open()).isTrue();
    }

    @Test
    void aDefaultIsNotLostWithTheFile() throws IOException {
        RulesFile file = taken(STRICT);
        Files.delete(path);
        stays(file, 60);
        assertThat(file.problem()).contains("default allow");
        written("default allow\n");
        assertThat(file.poll()).isFalse();
        pass(2);
        assertThat(file.poll()).isTrue();
        assertThat(file.rules().open()).isTrue();
    }

    @Test
    void atTheStartAFileThatSomebodyMayBeWritingIsNotKnown() throws IOException {
        written("allow device:a any\n");
        RulesFile young = RulesFile.open(path, List.of(), false, () -> now);
        assertThat(young.complete()).isFalse();
        assertThat(young.poll()).isFalse();
        assertThat(young.complete()).isFalse();
        pass(2);
        assertThat(young.poll()).isFalse();
        assertThat(young.complete()).isTrue();

        written("deny device:a any");
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
        RulesFile cut = RulesFile.open(path, List.of(), false, () -> now);
        stays(cut, 60);
        assertThat(cut.complete()).isFalse();
        assertThat(cut.problem()).contains("line end");

        written("deny device:a any\n");
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
        RulesFile lost = RulesFile.open(path, List.of(), true, () -> now);
        stays(lost, 60);
        assertThat(lost.complete()).isFalse();
        assertThat(lost.problem()).contains("default");
    }

    @Test
    void aDefaultThatCameLaterIsNotLostEither() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        assertThat(file.hasDefault()).isFalse();
        written(STRICT);
        file.poll();
        pass(2);
        assertThat(file.poll()).isTrue();
        assertThat(file.hasDefault()).isTrue();
        written("deny device:a device:b\n# the rest comes later, and it is a long text, longer than what was here\n");
        stays(file, 60);
        assertThat(file.hasDefault()).isTrue();
    }

    @Test
    void aHalfWrittenFileIsToldOfWhenNobodyHasChangedItForTwoSeconds() throws IOException {
        RulesFile file = taken(STRICT);
        written("deny device:a any");
        String log = Log.of(() -> {
            file.poll();
            pass(1);
            file.poll();
            assertThat(file.problem()).isEmpty();
            pass(1);
            file.poll();
            assertThat(file.problem()).contains("half written");
            stays(file, 9);
        });
        assertThat(log.split("half written", -1)).as("once").hasSize(2);
    }

    @Test
    void aWrongFileIsToldOfOnceAndChangesNothing() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        written("permit device:a device:b\n");
        String log = Log.of(() -> stays(file, 9));
        assertThat(log.split("the rules before it stay", -1)).hasSize(2);
        assertThat(file.problem()).contains(path.toString(), "permit");
        assertThat(allowed(file, "a", "b")).isFalse();
    }

    @Test
    void aFileThatCannotBeReadIsToldOfOnceAndChangesNothing() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        Files.delete(path);
        Files.createDirectory(path);
        String log = Log.of(() -> stays(file, 9));
        assertThat(log.split("cannot be read", -1)).hasSize(2);
        assertThat(file.problem()).startsWith(path + ":").doesNotContain(path + ": " + path);
        assertThat(allowed(file, "a", "b")).isFalse();
    }

    @Test
    void itIsSaidWhetherASettingChangesTheRules() throws IOException {
        RulesFile file = taken("deny device:a any\n");
        assertThat(file.setting(List.of())).isFalse();
        assertThat(file.setting(List.of("allow device:a device:b"))).isTrue();
        assertThat(allowed(file, "a", "b")).isTrue();
        assertThat(file.setting(List.of("allow device:a device:b"))).isFalse();
    }
}
