package io.mnedc.security.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.files.PrivateFiles;
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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for a lock of one directory holds up nobody in another one, and only the first waits for long. */
@Timeout(180)
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
    void theLockIsNotTakenThroughALink() throws Exception {
        Path directory = directory("own");
        Path precious = Files.writeString(temporary.resolve("precious"), "as it was");
        Files.createSymbolicLink(directory.resolve(".lock"), precious);

        assertThatThrownBy(() -> DirectoryLock.of(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.resolve(".lock") + " is a symbolic link");
        assertThat(precious).hasContent("as it was");
    }

    @Test
    void nobodyWaitsForAPipe() throws Exception {
        Path directory = directory("own");
        assertThat(new ProcessBuilder("mkfifo", directory.resolve(".lock").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(() -> DirectoryLock.of(directory))
                        .hasMessageContaining("is not a plain file"));
    }

    @Test
    void rootDoesNotLockTheDirectoryOfAnotherUser() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path directory = directory("foreign");
        Files.setAttribute(directory, "unix:uid", 4711);

        assertThatThrownBy(() -> DirectoryLock.of(directory).close()).hasMessageContaining("belongs to the user");
        assertThat(directory).isEmptyDirectory();
    }

    private Path directory(String name) throws IOException {
        Path directory = temporary.resolve(name);
        PrivateFiles.directory(directory);
        return directory;
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
                    .hasMessageContaining(one.resolve(".lock").toString());
            // for an hour, if it did not know
            assertThatThrownBy(() -> lock(one, FOR_GOOD)).hasMessageContaining("is locked by another p");
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
            assertThat(behind.get())
                    .contains("another thread")
                    .contains(Thread.currentThread().getName());
        }
    }

    /** The message of somebody who looks in vain says whom to ask. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessThatHasBeenStoppedIsNamedWithTheCure() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        one.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("locked");
            assertThat(LockHolder.of(one.resolve(".lock")).pid()).isEqualTo(holder.pid());
            assertThat(new ProcessBuilder("kill", "-STOP", "" + holder.pid())
                            .start()
                            .waitFor())
                    .isZero();
            while (!LockHolder.of(one.resolve(".lock")).stopped()) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> lock(one, Duration.ofMillis(50)))
                    .hasMessageContaining("process, " + holder.pid())
                    .hasMessageContaining("kill -CONT " + holder.pid());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        // the system lets go of it for one that is dead
        assertThatCode(() -> lock(one, FOR_GOOD)).doesNotThrowAnyException();
    }

    /** Runs as a process of its own. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] words) throws Exception {
            try (DirectoryLock lock = DirectoryLock.of(Path.of(words[0]))) {
                System.out.println("locked");
                // until it is ended
                System.out.println(System.in.read());
            }
        }
    }
}
