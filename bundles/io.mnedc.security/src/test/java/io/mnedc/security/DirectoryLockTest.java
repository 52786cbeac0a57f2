package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for a lock of one directory holds up nobody in another one, and only the first waits for long. */
@Timeout(60)
@SuppressWarnings("try") // locks are held, not used
class DirectoryLockTest {
    private static final Duration FOR_GOOD = Duration.ofHours(1);

    @TempDir
    private Path temporary;

    private Path one;
    private Path other;

    @BeforeEach
    void directories() throws IOException {
        one = Files.createDirectory(temporary.resolve("one"));
        other = Files.createDirectory(temporary.resolve("other"));
    }

    /** As a process elsewhere that is frozen. */
    private static FileChannel frozen(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        assertThat(channel.lock()).isNotNull();
        return channel;
    }

    private static void lock(Path directory, Duration patience) throws IOException {
        DirectoryLock.of(directory, patience).close();
    }

    @Test
    void whoWaitsForOneDirectoryHoldsUpNobodyInAnother() throws Exception {
        try (FileChannel holder = frozen(one)) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Void> waiting = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    begun.countDown();
                    lock(one, FOR_GOOD);
                    waiting.complete(null);
                } catch (IOException e) {
                    waiting.completeExceptionally(e);
                }
            });
            thread.start();
            begun.await();
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            lock(other, FOR_GOOD);
            assertThat(waiting).isNotDone();
            holder.close();
            waiting.get();
        }
    }

    @Test
    void onlyTheFirstWaitsForLongAndEverybodyDoesAgainOnceItIsFree() throws Exception {
        try (FileChannel holder = frozen(one)) {
            assertThatThrownBy(() -> lock(one, Duration.ofMillis(50)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process")
                    .hasMessageContaining("fuser");
            // for an hour, if it did not know
            assertThatThrownBy(() -> lock(one, FOR_GOOD)).hasMessageContaining("another process");
            assertThat(holder.isOpen()).isTrue();
        }
        assertThatCode(() -> lock(one, FOR_GOOD)).doesNotThrowAnyException();
        try (DirectoryLock held = DirectoryLock.of(one, FOR_GOOD)) {
            CompletableFuture<String> behind = CompletableFuture.supplyAsync(() -> {
                try {
                    lock(one, Duration.ofMillis(50));
                    return "";
                } catch (IOException e) {
                    return String.valueOf(e.getMessage());
                }
            });
            assertThat(behind.get()).contains("another thread");
        }
    }
}
