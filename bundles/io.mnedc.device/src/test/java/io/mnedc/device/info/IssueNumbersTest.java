package io.mnedc.device.info;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssueNumbersTest {
    @TempDir
    private Path directory;

    @Test
    void numbersGoOnWithoutADiskAndTheLogIsToldOnce() throws Exception {
        Path noDirectory = Files.createFile(directory.resolve("no-directory"));
        IssueNumbers numbers = new IssueNumbers(InstantSource.fixed(Instant.ofEpochMilli(1_000)));
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(numbers.next(noDirectory)).isEqualTo(1_000 + i);
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("cannot be written")))
                .singleElement()
                .asString()
                .contains(noDirectory.toString());
    }
}
