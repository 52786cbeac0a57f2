package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hosts file that is not this program's own. */
class HostsHookTest {
    private static final String TEXT = "127.0.0.1\tlocalhost\n";
    private static final String OTHER = "10.1.1.1 other\n";
    private static final Wanted.Link LINK =
            new Wanted.Link("mnedc0", 7, List.of("10.0.0.1"), List.of("mnedc"), "relay.mnedc");

    @TempDir
    Path directory;

    private Path file;
    private HostsHook hook;
    private final AtomicLong clock = new AtomicLong();

    @BeforeEach
    void make() throws IOException {
        // as macOS has it, a temporary directory may be reached by a link
        directory = directory.toRealPath();
        file = Files.writeString(directory.resolve("hosts"), TEXT);
        hook = hook("one");
    }

    private HostsHook hook(String owner) {
        return new HostsHook(file, owner, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static Wanted wanted(String... names) {
        return new Wanted(
                LINK,
                Stream.of(names)
                        .map(name -> new Wanted.Host(name, List.of("10.0.0.7")))
                        .toList());
    }

    @Test
    void blockIsThereUntilTheEnd() throws IOException {
        hook.apply(wanted("a.mnedc"));
        assertThat(file).content().startsWith(TEXT).contains("10.0.0.7\ta.mnedc");
        pass(Duration.ofSeconds(10));
        hook.apply(wanted("a.mnedc", "b.mnedc"));
        assertThat(file).content().contains("10.0.0.7\tb.mnedc");
        hook.undo();
        assertThat(file).content().isEqualTo(TEXT);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void modeAndOwnerStay() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        boolean root = Files.getAttribute(file, "unix:uid").equals(0);
        if (root) {
            Files.setAttribute(file, "unix:uid", 12);
            Files.setAttribute(file, "unix:gid", 34);
        }
        Object before = List.of(Files.readAttributes(file, "unix:mode,uid,gid"));
        hook.apply(wanted("a.mnedc"));
        assertThat(file).content().contains("a.mnedc");
        assertThat(List.of(Files.readAttributes(file, "unix:mode,uid,gid"))).isEqualTo(before);
    }

    @Test
    void fileIsReplacedAndNeverHalfWritten() throws IOException {
        Object before = Files.getAttribute(file, "unix:ino");
        hook.apply(wanted("a.mnedc"));
        Object after = Files.getAttribute(file, "unix:ino");
        assertThat(after).isNotEqualTo(before);
        pass(Duration.ofSeconds(10));
        hook.apply(wanted("a.mnedc"));
        assertThat(Files.getAttribute(file, "unix:ino"))
                .as("nothing is different")
                .isEqualTo(after);
    }

    @Test
    void whatOthersWriteStaysAndTheBlockComesBack() throws IOException {
        hook.apply(wanted("a.mnedc"));
        Files.writeString(file, "10.1.1.1 other\n");
        pass(Duration.ofSeconds(10));
        hook.apply(wanted("a.mnedc"));
        assertThat(file).content().startsWith("10.1.1.1 other\n").contains("a.mnedc");
        hook.undo();
        assertThat(file).content().isEqualTo("10.1.1.1 other\n");
    }

    @Test
    void whatAKilledRunHasLeftIsReplacedOrRemoved() throws IOException {
        hook.apply(wanted("old.mnedc"));
        HostsHook next = hook("one");
        next.apply(wanted("new.mnedc"));
        assertThat(file).content().doesNotContain("old.mnedc").contains("new.mnedc");
        new Leftovers(null).remove(file, "one");
        assertThat(file).content().isEqualTo(TEXT);
    }

    @Test
    void linkIsNotFollowed() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        HostsHook linked = new HostsHook(link, "one", clock::get);
        assertThatIOException()
                .isThrownBy(() -> linked.apply(wanted("a.mnedc")))
                .withMessageContaining("no link is followed");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(file).content().isEqualTo(TEXT);
    }

    @Test
    void whatIsNoTextIsLeftAlone() throws IOException {
        for (byte[] odd : List.of(new byte[] {'a', 0, 'b'}, new byte[(1 << 20) + 1])) {
            Files.write(file, odd);
            assertThatIOException().isThrownBy(() -> hook.apply(wanted("a.mnedc")));
            assertThat(file).hasBinaryContent(odd);
        }
        Files.delete(file);
        assertThatIOException().isThrownBy(() -> hook.apply(wanted("a.mnedc"))).withMessageContaining("is not there");
        hook.undo();
        Files.createDirectory(file);
        assertThatIOException().isThrownBy(() -> hook.apply(wanted("a.mnedc")));
    }

    @Test
    void fileThatIsOrWouldBecomeTooLargeIsToldWithTheCure() throws IOException {
        for (String rest : List.of("", "# and one more\n")) {
            String large = "#".repeat((1 << 20) - 1) + "\n" + rest;
            Files.writeString(file, large);
            assertThatIOException()
                    .isThrownBy(() -> hook.apply(wanted("a.mnedc")))
                    .withMessageContaining(
                            file + (rest.isEmpty() ? " would become" : " is") + " larger than 1048576 bytes")
                    .withMessageContaining("remove lines that nobody needs, or set system.resolver");
            assertThat(file).content().isEqualTo(large);
        }
    }

    @Test
    void blockThatMayBeLeftInAFileThatCannotBeReadIsTold() throws IOException {
        hook.apply(wanted("a.mnedc"));
        Files.write(file, new byte[] {'a', 0, 'b'});
        assertThatIOException()
                .isThrownBy(hook::undo)
                .withMessageContaining("a block of this device may be in " + file + ", which cannot be read (")
                .withMessageContaining("remove it by hand");
    }

    @Test
    void firstChangeIsWrittenAtOnceAndThoseBehindItAreOne() throws IOException {
        hook.apply(wanted("a.mnedc"));
        String first = Files.readString(file);
        assertThat(first).contains("a.mnedc");
        for (int second = 1; second < 10; second++) {
            pass(Duration.ofSeconds(1));
            hook.apply(wanted("a.mnedc", "b" + second + ".mnedc"));
            assertThat(file).content().isEqualTo(first);
        }
        pass(Duration.ofSeconds(1));
        hook.apply(wanted("a.mnedc", "b10.mnedc"));
        assertThat(file).content().contains("b10.mnedc");
        // a change after a long silence does not wait
        pass(Duration.ofHours(1));
        hook.apply(wanted("c.mnedc"));
        assertThat(file).content().contains("c.mnedc").doesNotContain("a.mnedc");
        hook.undo();
        assertThat(file).content().isEqualTo(TEXT);
        hook.apply(wanted("d.mnedc"));
        assertThat(file).as("the first one again").content().contains("d.mnedc");
    }

    @Test
    void halfABlockIsNamedWithItsFile() throws IOException {
        Files.writeString(file, "# BEGIN MNEDC one\n");
        assertThatIOException()
                .isThrownBy(() -> hook.apply(wanted("a.mnedc")))
                .withMessageStartingWith(file + " has the line ")
                .withMessageContaining("remove it");
        assertThat(file).content().isEqualTo("# BEGIN MNEDC one\n");
    }

    /** Another program, which writes the file in one of the steps, once. */
    private final class Disturbed implements HostsFile.Disk {
        private final String step;
        private boolean done;

        Disturbed(String step) {
            this.step = step;
        }

        private void disturb(String now) throws IOException {
            if (done || !step.startsWith(now)) {
                return;
            }
            done = true;
            if (step.endsWith("in place")) {
                // as long as before; and with a time that does not depend on the clock of the file system
                int rest = (int) Files.size(file) - OTHER.length();
                Files.writeString(file, OTHER + "#".repeat(rest - 1) + "\n");
                Files.setLastModifiedTime(file, FileTime.fromMillis(0));
            } else {
                Path fresh = Files.writeString(directory.resolve("fresh"), OTHER);
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            }
        }

        @Override
        public void force(FileChannel channel) throws IOException {
            HostsFile.Disk.super.force(channel);
            disturb("before the move");
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            HostsFile.Disk.super.move(from, to);
            disturb("after the move");
        }

        @Override
        public void sync(Path written) throws IOException {
            disturb("while the directory is written");
            HostsFile.Disk.super.sync(written);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before the move",
                "after the move",
                "after the move, in place",
                "while the directory is written",
                "while the directory is written, in place"
            })
    void blockComesBackWheneverAnotherProgramTakesItAway(String step) throws IOException {
        Disturbed disk = new Disturbed(step);
        hook = new HostsHook(new HostsFile(file, disk), "one", clock::get);
        hook.apply(wanted("a.mnedc"));
        assertThat(disk.done).isTrue();
        pass(Duration.ofSeconds(10));
        hook.apply(wanted("a.mnedc"));
        assertThat(file).content().startsWith(OTHER).contains("a.mnedc");
        hook.undo();
        assertThat(file).content().startsWith(OTHER).doesNotContain("a.mnedc");
    }
}
