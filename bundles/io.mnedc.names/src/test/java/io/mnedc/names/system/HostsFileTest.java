package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hosts file that several processes of MNEDC write, some of which are killed. */
@Timeout(300)
class HostsFileTest {
    private static final String TEXT = "127.0.0.1 localhost\n";
    private static final String LEFT = ".hosts.0123456789abcdef.mnedc";
    private static final int WRITES = 200;

    @TempDir
    Path directory;

    private Path path;
    private HostsFile file;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        directory = directory.toRealPath();
        path = Files.writeString(directory.resolve("hosts"), TEXT);
        file = new HostsFile(path, HostsFile.Disk.REAL);
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    /** Another process. */
    static final class Other {
        private Other() {}

        /** Either writes to a file many times, or is in the middle of it until it is killed. */
        public static void main(String[] arguments) throws Exception {
            Path path = Path.of(arguments[1]);
            if (arguments[0].equals("hold")) {
                try (FileChannel channel =
                        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    Objects.requireNonNull(channel.tryLock());
                    Files.createFile(path.resolveSibling("held"));
                    Thread.sleep(Long.MAX_VALUE);
                }
                return;
            }
            HostsFile file = new HostsFile(path, HostsFile.Disk.REAL);
            for (int i = 0; i < WRITES; ) {
                // null: it was taken for a leftover before it was locked, which must not happen later
                if (file.replace(file.stamp(), TEXT + "# " + i + "\n") != null) {
                    i++;
                }
            }
        }
    }

    private Process other(String what, Path on) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Other.class.getName(),
                        what,
                        on.toString())
                .inheritIO()
                .start();
        processes.add(process);
        return process;
    }

    @Test
    void whatAKilledProcessHasLeftIsRemovedAndWhatALivingOneWritesIsNot() throws Exception {
        Path temporary = directory.resolve(LEFT);
        Process writer = other("hold", temporary);
        Await.until("in the middle", () -> Files.exists(directory.resolve("held")));
        file.removeAbandoned();
        assertThat(temporary).exists();
        writer.destroyForcibly().waitFor();
        file.removeAbandoned();
        assertThat(temporary).doesNotExist();
        assertThat(path).content().isEqualTo(TEXT);
    }

    @Test
    void aWriteInAnotherProcessSucceedsWhileThisOneLooksForLeftovers() throws Exception {
        Process writer = other("write", path);
        while (writer.isAlive()) {
            file.removeAbandoned();
        }
        assertThat(writer.exitValue()).isZero();
        assertThat(path).content().isEqualTo(TEXT + "# " + (WRITES - 1) + "\n");
        assertThat(directory).isDirectoryContaining(path::equals);
        try (var all = Files.list(directory)) {
            assertThat(all).containsExactly(path);
        }
    }

    @Test
    void onlyRegularFilesOfThisUserWithSuchNamesAreRemoved() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "x");
        Path link = Files.createSymbolicLink(directory.resolve(".hosts.00000000000000aa.mnedc"), target);
        Path folder = Files.createDirectory(directory.resolve(".hosts.00000000000000ab.mnedc"));
        List<Path> stay = new ArrayList<>(List.of(path, target, link, folder));
        for (String name : List.of(
                ".hosts.00000000000000AC.mnedc",
                ".hosts.00.mnedc",
                ".hosts.00000000000000ac.mnedc~",
                "hosts.00000000000000ac.mnedc",
                ".hostsx00000000000000ac.mnedc",
                ".other.00000000000000ac.mnedc")) {
            stay.add(Files.createFile(directory.resolve(name)));
        }
        Path left = Files.createFile(directory.resolve(LEFT));
        file.removeAbandoned();
        assertThat(left).doesNotExist();
        assertThat(stay).allMatch(Files::exists);
    }

    @Test
    void theFileOfAnotherUserStays() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path left = Files.createFile(directory.resolve(LEFT));
        Files.setAttribute(left, "unix:uid", 4711);
        file.removeAbandoned();
        assertThat(left).exists();
    }

    @Test
    void leftoversGoAtTheStartWhateverTheSettingIs() throws IOException {
        Path left = Files.createFile(directory.resolve(LEFT));
        new Leftovers(null).remove(path, "one");
        assertThat(left).doesNotExist();
        Files.createFile(left);
        new HostsHook(path, "one", () -> 0)
                .apply(new Wanted(new Wanted.Link("mnedc0", 7, List.of(), List.of(), "relay.mnedc"), List.of()));
        assertThat(left).doesNotExist();
    }
}
