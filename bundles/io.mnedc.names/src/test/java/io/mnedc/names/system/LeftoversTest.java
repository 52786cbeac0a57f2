package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of devices that were killed, and the list that tells where they may be. */
class LeftoversTest {
    private static final String TEXT = "127.0.0.1 localhost\n";

    @TempDir
    Path directory;

    private Path file;
    private Path area;

    @BeforeEach
    void make() throws IOException {
        directory = directory.toRealPath();
        file = Files.writeString(directory.resolve("hosts"), TEXT);
        area = directory.resolve("data/names");
    }

    private static String block(String owner) {
        return "# BEGIN MNEDC " + owner + "\n10.0.0.7\ta.mnedc\n# END MNEDC " + owner + "\n";
    }

    @Test
    void allBlocksOfTheListGoAndThoseOfOtherDevicesStay() throws IOException {
        Path odd = Files.writeString(directory.resolve("hosts of \u00e4, 100 %\nx"), TEXT + block("two"));
        Files.writeString(file, TEXT + block("one") + block("foreign"));
        Leftovers before = new Leftovers(area);
        before.add(file, "one");
        before.add(odd, "two");
        before.add(file, "one");
        assertThat(Files.getPosixFilePermissions(area)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.readAllLines(list())).hasSize(2);

        new Leftovers(area).remove();
        assertThat(file).content().isEqualTo(TEXT + block("foreign"));
        assertThat(odd).content().isEqualTo(TEXT);
        assertThat(list()).doesNotExist();
    }

    private Path list() {
        return area.resolve("hosts-blocks");
    }

    @Test
    void whatCannotBeRemovedIsToldAndTriedAgain() throws IOException {
        Files.writeString(file, TEXT + block("one"));
        Leftovers before = new Leftovers(area);
        before.add(file, "one");
        Files.write(file, new byte[] {'a', 0, 'b'});
        assertThat(Log.of(before::remove))
                .contains("WARN")
                .contains("a block of this device may be in " + file + ", which cannot be read (")
                .contains("remove it by hand");
        Files.writeString(file, TEXT + "# BEGIN MNEDC one\n");
        assertThat(Log.of(before::remove)).contains("What an earlier run of this device has left in " + file);

        before.add(file, "two");
        Files.writeString(file, TEXT + block("two") + block("one"));
        new Leftovers(area).remove();
        assertThat(file).content().isEqualTo(TEXT);
        assertThat(list()).doesNotExist();
    }

    @Test
    void withoutAnAreaTheListLivesAsLongAsTheProcess() throws IOException {
        Leftovers leftovers = new Leftovers(null);
        leftovers.add(file, "one");
        Files.writeString(file, TEXT + block("one"));
        leftovers.remove();
        assertThat(file).content().isEqualTo(TEXT);
    }

    @Test
    void aListThatCannotBeReadIsToldAndReplaced() throws IOException {
        new Leftovers(area).add(file, "one");
        for (String damaged :
                new String[] {"x", "one hosts", "one %zz", "one /a b", "one %2Fa%00", "#".repeat(2 << 20)}) {
            Files.writeString(list(), damaged);
            Leftovers leftovers = new Leftovers(area);
            assertThat(Log.of(leftovers::remove))
                    .contains(list() + " cannot be read (")
                    .contains("# BEGIN MNEDC");
            leftovers.add(file, "two");
            assertThat(list()).content().startsWith("two ").hasLineCount(1);
        }
    }

    @Test
    void aListThatCannotBeWrittenIsTold() throws IOException {
        Files.writeString(directory.resolve("data"), "");
        assertThat(Log.of(() -> new Leftovers(area).add(file, "one")))
                .contains("the list of such blocks cannot be written");
    }

    @Test
    void theListDoesNotGrowForEver() throws IOException {
        Leftovers leftovers = new Leftovers(area);
        for (int i = 0; i < 16; i++) {
            leftovers.add(file, "device-" + i);
        }
        assertThat(Log.of(() -> leftovers.add(file, "one"))).contains("The block of the device device-0 in " + file);
        assertThat(Files.readAllLines(list())).hasSize(16).last().asString().startsWith("one ");
    }

    @Test
    void aBlockThatMayBeThereAndCannotBeReadIsNobodysBusiness() throws IOException {
        Leftovers leftovers = new Leftovers(area);
        // no exception, and nothing is made
        leftovers.remove(directory.resolve("none"), "one");
        leftovers.remove();
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(area).doesNotExist();
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
        leftovers.remove(link, "one");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }
}
