package io.mnedc.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that a service writes into while commands open it. */
class PrivateFilesTest {
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path parent;

    private Path directory;

    @BeforeEach
    void make() throws Exception {
        directory = parent.resolve("private");
        PrivateFiles.directory(directory);
    }

    @Test
    void itCanBeOpenedWhileAFileInItIsReplaced() throws Exception {
        Path file = directory.resolve("file");
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<?> writing = writer.submit(() -> {
                for (int i = 0; i < 2000; i++) {
                    PrivateFiles.write(file, CONTENT);
                }
                return null;
            });
            do {
                PrivateFiles.directory(directory);
            } while (!writing.isDone());
            writing.get();
        } finally {
            writer.shutdownNow();
            assertThat(writer.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(file).hasBinaryContent(CONTENT);
    }

    /** As the device and a command, at the first start. */
    @Test
    void severalWhoMakeItAtOnceHaveIt() throws Exception {
        int callers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 300; round++) {
                Path made = parent.resolve("upper" + round).resolve("made");
                CyclicBarrier together = new CyclicBarrier(callers);
                Callable<Boolean> one = () -> {
                    together.await();
                    PrivateFiles.directory(made);
                    return Files.isDirectory(made);
                };
                for (Future<Boolean> each : threads.invokeAll(Collections.nCopies(callers, one))) {
                    assertThat(each.get()).isTrue();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFileInItsPlaceIsNamed() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(() -> PrivateFiles.directory(file)).hasMessageContaining(file.toString());
    }

    @Test
    void whatADeadWriterLeftIsRemovedAndYoungFilesAreNot() throws Exception {
        Path old = Files.write(directory.resolve(".file.0.tmp"), CONTENT);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path young = Files.write(directory.resolve(".file.1.tmp"), CONTENT);
        PrivateFiles.directory(directory);
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }
}
