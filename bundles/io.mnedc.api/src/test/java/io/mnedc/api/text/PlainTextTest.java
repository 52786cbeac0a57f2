package io.mnedc.api.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 7, 0x1b, '\n', '\r', '\t', 0x7f, 0x80, 0x9b, 0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200d,
                0x200f, 0x2028, 0x2029, 0x202e, 0x2060, 0x2066, 0x2069, 0x2800, 0x3164, 0xd800, 0xdfff, 0xfe0f, 0xfeff,
                0xfff9, 0xe0041, 0xe0100
            })
    void whatCannotBeSeenOrMovesTextIsReplaced(int character) {
        String text = "a" + new String(Character.toChars(character)) + "b";

        assertThat(PlainText.isPlain(character)).isFalse();
        assertThat(PlainText.of(text)).hasSameSizeAs(text).matches("a\\?\\??b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "press 7 ~", "Prüfstand é €", "溶接機 3", "гайка", "\ud83d\ude80"})
    void whatPeopleReadStays(String text) {
        assertThat(PlainText.of(text)).isSameAs(text);
    }

    @Test
    void linesStayWhereTheyAreAskedFor() {
        assertThat(PlainText.lines("a\u001b[2J\r\nb\u202ec\n")).isEqualTo("a?[2J\r\nb?c\n");
    }

    @Test
    void itIsCut() {
        assertThat(PlainText.of("abc\u001bdef", 4)).isEqualTo("abc?...");
        assertThat(PlainText.of("abc", 3)).isEqualTo("abc");
    }

    @Test
    void anErrorIsItsMessageInOneLine() {
        assertThat(PlainText.of(new IOException("no\nspace"))).isEqualTo("no?space");
        assertThat(PlainText.of(new IOException())).isEqualTo("IOException");
    }

    @Test
    void aFileIsNotTheWholeStory(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing");
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(PlainText.of(catchThrowable(() -> Files.readString(missing))))
                .isEqualTo(missing + ": there is no such file or directory");
        assertThat(PlainText.of(catchThrowable(() -> Files.createDirectory(file))))
                .isEqualTo(file + ": exists already");
        assertThat(PlainText.of(catchThrowable(() -> Files.newDirectoryStream(file))))
                .isEqualTo(file + ": is not a directory");
        assertThat(PlainText.of(catchThrowable(() -> Files.createFile(file.resolve("a")))))
                .isEqualTo(file + "/a: Not a directory");
        assertThat(PlainText.of(catchThrowable(() -> Files.delete(directory))))
                .isEqualTo(directory + ": the directory is not empty");
        assertThat(PlainText.of(new AccessDeniedException("/x"))).isEqualTo("/x: permission denied");
        assertThat(PlainText.of(new FileSystemLoopException("/x"))).isEqualTo("/x: FileSystemLoopException");
    }
}
