package io.mnedc.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that others edit is believed to be empty only when it stays so. */
class PolledFileTest {
    @TempDir
    private Path directory;

    private Path path;
    private PolledFile file;
    private long now = Long.MAX_VALUE - 1_000_000_000L; // the counter may overflow

    @BeforeEach
    void someoneIsShutOut() throws IOException {
        path = directory.resolve("revoked");
        Files.writeString(path, "a\n");
        file = new PolledFile(path, 1000, () -> now);
        assertThat(file.changed()).contains(List.of("a"));
    }

    private void empty(boolean gone) throws IOException {
        if (gone) {
            Files.delete(path);
        } else {
            Files.writeString(path, "");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEditorMayTakeItsTimeHoweverOftenOneLooks(boolean gone) throws IOException {
        empty(gone);
        for (int i = 0; i < 1000; i++) {
            assertThat(file.changed()).isEmpty();
            now += Duration.ofMillis(1).toNanos();
        }
        Files.writeString(path, "a\nb\n");
        assertThat(file.changed()).contains(List.of("a", "b"));
        empty(gone);
        now += Duration.ofHours(1).toNanos();
        assertThat(file.changed()).as("the time before does not count").isEmpty();
        Files.writeString(path, "a\nb\n");
        assertThat(file.changed()).as("as before").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatStaysEmptyIsMeantSo(boolean gone) throws IOException {
        empty(gone);
        assertThat(file.changed()).isEmpty();
        now += Duration.ofSeconds(2).toNanos();
        assertThat(file.changed()).contains(List.of());
        assertThat(file.changed()).isEmpty();
        empty(Files.exists(path));
        assertThat(file.changed()).as("missing or empty is the same").isEmpty();
        Files.writeString(path, "b\n");
        assertThat(file.changed()).contains(List.of("b"));
    }

    @Test
    void atFirstItIsWhatItIs() throws IOException {
        assertThat(new PolledFile(directory.resolve("none"), 1000, () -> now).changed())
                .contains(List.of());
        Path bare = Files.createFile(directory.resolve("bare"));
        PolledFile other = new PolledFile(bare, 1000, () -> now);
        assertThat(other.changed()).contains(List.of());
        Files.writeString(bare, "x\n");
        assertThat(other.changed()).contains(List.of("x"));
    }

    @Test
    void aYoungFileIsReadAgainThoughItsTimeIsTheSame() throws IOException {
        FileTime time = FileTime.from(Instant.now().plusSeconds(3600));
        Files.setLastModifiedTime(path, time);
        assertThat(file.changed()).isEmpty();
        Files.writeString(path, "b\n");
        Files.setLastModifiedTime(path, time);
        assertThat(file.changed()).contains(List.of("b"));
    }

    @Test
    void anOldFileIsNotReadAgainWhileItsTimeIsTheSame() throws IOException {
        FileTime time = FileTime.from(Instant.now().minusSeconds(3600));
        Files.setLastModifiedTime(path, time);
        assertThat(file.changed()).isEmpty();
        Files.writeString(path, "b\n");
        Files.setLastModifiedTime(path, time);
        assertThat(file.changed()).as("one look at its attributes").isEmpty();
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(1800)));
        assertThat(file.changed()).contains(List.of("b"));
    }
}
