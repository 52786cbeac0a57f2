package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writers of rules that pause for longer than a file needs to count as quiet. In each second what the old and the new rules
 * both forbid is forbidden, also while the file says less.
 */
class SlowWriterTest {
    private static final String OLD = "# of last year\ndeny device:x device:y\ndeny device:a device:b\n";
    private static final String NEW = "allow device:x device:y\ndeny device:a device:b\n";
    private static final String DEFAULT = "default deny\n";

    /** Longer than two seconds, shorter than anybody waits. */
    private static final int PAUSE = 5;

    @TempDir
    private Path directory;

    private long now = Long.MAX_VALUE - 1_000_000_000L; // the counter may overflow
    private final List<String> leaks = new ArrayList<>();

    private interface Writer {
        void write(SlowWriterTest test, String text) throws IOException;
    }

    static Stream<Arguments> writers() {
        Writer pieces = (test, text) -> test.pieces(text, 7);
        Writer lines = SlowWriterTest::lines;
        Writer truncated = (test, text) -> {
            test.set("");
            test.pause();
            test.set(text);
        };
        Writer anew = (test, text) -> {
            Files.delete(test.path());
            test.pause();
            test.lines(text);
        };
        Writer editor = (test, text) -> {
            Path fresh = test.directory.resolve("rules.new");
            for (int i = 0; i < text.length(); i += 9) {
                Files.writeString(fresh, text.substring(0, Math.min(i + 9, text.length())));
                test.pause();
            }
            Files.move(fresh, test.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        };
        Writer backup = (test, text) -> {
            Files.move(test.path(), test.directory.resolve("rules~"), StandardCopyOption.REPLACE_EXISTING);
            test.pause();
            test.pieces(text, 11);
        };
        return Stream.of("", DEFAULT)
                .flatMap(end -> Stream.of(
                        arguments("pieces", end, pieces),
                        arguments("lines", end, lines),
                        arguments("truncated", end, truncated),
                        arguments("deleted and made anew", end, anew),
                        arguments("written aside and renamed", end, editor),
                        arguments("old one moved away", end, backup)));
    }

    private Path path() {
        return directory.resolve("rules");
    }

    private void set(String text) throws IOException {
        Files.writeString(path(), text);
    }

    private void pieces(String text, int size) throws IOException {
        set("");
        for (int i = 0; i < text.length(); i += size) {
            Files.writeString(path(), text.substring(i, Math.min(i + size, text.length())), StandardOpenOption.APPEND);
            pause();
        }
    }

    private void lines(String text) throws IOException {
        set("");
        for (String line : text.split("(?<=\n)", -1)) {
            Files.writeString(path(), line, StandardOpenOption.APPEND);
            pause();
        }
    }

    private RulesFile file;

    /** Before any rule. */
    @BeforeEach
    void begin() throws IOException {
        open("");
    }

    private void open(String text) throws IOException {
        set(text);
        Files.setLastModifiedTime(path(), FileTime.from(Instant.now().minusSeconds(60)));
        file = RulesFile.open(path(), List.of(), false, () -> now);
        assertThat(file.complete()).isTrue();
    }

    private void pause() {
        for (int i = 0; i < PAUSE; i++) {
            second();
        }
    }

    private void second() {
        file.poll();
        if (allowed("a", "b")) {
            leaks.add("allowed while the file said: " + said());
        }
        now += Duration.ofSeconds(1).toNanos();
    }

    private String said() {
        try {
            return Files.exists(path()) ? Files.readString(path()) : "nothing, it is missing";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private boolean allowed(String one, String other) {
        return file.rules().allowed(one, Set.of(), other, Set.of());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("writers")
    void whatIsForbiddenBeforeAndAfterwardsIsSoInBetween(String name, String end, Writer writer) throws IOException {
        open(OLD + end);
        writer.write(this, NEW + end);
        for (int i = 0; i < 20; i++) {
            second();
        }
        assertThat(leaks).as(name).isEmpty();
        assertThat(allowed("x", "y")).as("the new ones are in force").isTrue();
        assertThat(file.problem()).isEmpty();
    }
}
