package io.mnedc.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Root keeps out of what another user can change, and nobody follows a link or waits for a pipe where files are written. */
class DirectoryOwnerTest {
    private static final int ROOT = 0;
    private static final int SOMEBODY = 4711;
    /** In a container also whoever has no number there. */
    private static final int NOBODY = 65534;

    @TempDir
    private Path temporary;

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** A directory that is not root's, whoever runs this test. */
    private Path foreign() throws IOException {
        Path directory = made(temporary.resolve("foreign"));
        if (isRoot()) {
            Files.setAttribute(directory, "unix:uid", SOMEBODY);
        }
        return directory;
    }

    private static Path made(Path path) throws IOException {
        PrivateFiles.directory(path);
        return path;
    }

    @Test
    void rootDoesNotWorkInTheDirectoryOfAnotherUser() throws Exception {
        Path directory = foreign();

        assertThatThrownBy(() -> DirectoryOwner.check(directory, ROOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("belongs to the user")
                .hasMessageContaining("chown -R -h root");
        assertThatThrownBy(() -> DirectoryOwner.checkWithParents(directory.resolve("not/there"), ROOT))
                .hasMessageContaining("belongs to the user");
        // what the system lets others do they may do
        assertThatCode(() -> DirectoryOwner.check(directory, SOMEBODY)).doesNotThrowAnyException();
        assertThatCode(() -> DirectoryOwner.check(directory, -1)).doesNotThrowAnyException();
        if (isRoot()) {
            for (var each : List.<Attempt>of(
                    () -> PrivateFiles.directory(directory),
                    () -> PrivateFiles.write(directory.resolve("file"), new byte[1]))) {
                assertThatThrownBy(each::run).hasMessageContaining("belongs to the user");
            }
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void rootTrustsAFileOnlyIfNobodyElseCanChangeItOrPutAnotherInItsPlace() throws Exception {
        assumeTrue(isRoot());
        Path real = temporary.toRealPath();
        Path directory = made(real.resolve("bin"));
        Path file = Files.createFile(directory.resolve("program"));
        Path link = Files.createSymbolicLink(real.resolve("link"), file);
        Path behind = Files.createSymbolicLink(directory.resolve("behind"), Path.of("../link"));
        for (Path each : List.of(file, link, behind)) {
            // by its own name, which some programs look at
            assertThat(DirectoryOwner.checkFile(each, ROOT)).isEqualTo(each);
        }
        refusedWhileOpen(file, "rw-r--rw-", file, link, behind);
        refusedWhileOpen(directory, "rwxrwxrwx", file, link, behind);

        Files.setAttribute(link, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
        assertThat(DirectoryOwner.checkFile(file, ROOT)).isEqualTo(file);
        for (Path each : List.of(link, behind)) {
            assertThatThrownBy(() -> DirectoryOwner.checkFile(each, ROOT))
                    .hasMessageContaining(link + " can be changed by others than root")
                    .hasMessageContaining("remove this link");
        }
        Files.setAttribute(file, "unix:uid", SOMEBODY);
        assertThatThrownBy(() -> DirectoryOwner.checkFile(file, ROOT))
                .hasMessageContaining("chown root " + file)
                .hasMessageContaining("root does not trust it");
        assertThat(DirectoryOwner.checkFile(file, SOMEBODY)).isEqualTo(file);
    }

    private static void refusedWhileOpen(Path open, String permissions, Path... files) throws IOException {
        var before = Files.getPosixFilePermissions(open);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
        for (Path each : files) {
            assertThatThrownBy(() -> DirectoryOwner.checkFile(each, ROOT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(open + " can be changed by others than root")
                    .hasMessageContaining("chmod go-w " + open);
        }
        Files.setPosixFilePermissions(open, before);
    }

    @Test
    void rootTrustsItsOwnFilesBelowASharedDirectoryOfItsOwn() throws Exception {
        assumeTrue(isRoot());
        Path real = temporary.toRealPath();
        Path shared = Files.createDirectory(real.resolve("shared"));
        // as /tmp: there nobody renames what is another user's
        Files.setAttribute(shared, "unix:mode", 01777);
        Path file = Files.createFile(made(shared.resolve("bin")).resolve("program"));
        assertThat(DirectoryOwner.checkFile(file, ROOT)).isEqualTo(file);
        Files.setAttribute(shared, "unix:mode", 0777);
        assertThatThrownBy(() -> DirectoryOwner.checkFile(file, ROOT)).hasMessageContaining("chmod go-w " + shared);
    }

    @Test
    void linksThatLeadInACircleEnd() throws Exception {
        assumeTrue(isRoot());
        Path one = temporary.toRealPath().resolve("one");
        Files.createSymbolicLink(one, Path.of("two"));
        Files.createSymbolicLink(one.resolveSibling("two"), one);
        assertThatThrownBy(() -> DirectoryOwner.checkFile(one, ROOT)).hasMessageContaining("too many links");
    }

    private interface Attempt {
        void run() throws Exception;
    }

    @Test
    void aLinkToTheDirectoryOfAnotherUserIsThatDirectory() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), foreign());

        assertThatThrownBy(() -> DirectoryOwner.check(link, ROOT)).hasMessageContaining("belongs to the user");
    }

    @Test
    void rootDoesNotGoWhereTheLinkOfAnotherUserLeads() throws Exception {
        assumeTrue(isRoot());
        Path roots = made(temporary.resolve("roots"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), roots);
        assertThat(DirectoryOwner.checkWithParents(link, ROOT)).isEqualTo(roots.toRealPath());

        Files.setAttribute(link, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
        Path behind = Files.createSymbolicLink(temporary.resolve("behind"), link);
        for (Path led : List.of(link, link.resolve("not/there"), behind)) {
            assertThatThrownBy(() -> DirectoryOwner.checkWithParents(led, ROOT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(" leads to " + roots.toRealPath() + " by " + link + ", which belongs")
                    .hasMessageContaining("name the directory itself");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxr-xrwx"})
    void rootDoesNotWorkBelowWhatOthersCanChange(String permissions) throws Exception {
        Path parent = Files.createDirectory(temporary.resolve("parent"));
        Path directory = Files.createDirectory(parent.resolve("directory"));
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> DirectoryOwner.checkWithParents(directory, ROOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(isRoot() ? parent.toString() : "belongs to the user");
        if (isRoot()) {
            assertThatThrownBy(() -> DirectoryOwner.checkWithParents(directory, ROOT))
                    .hasMessageContaining("mode " + (permissions.startsWith("rwxrwx") ? "777" : "757"));
        }
    }

    @Test
    void rootDoesNotWorkBelowWhatAGroupCanChangeUnlessItIsRoots() throws Exception {
        assumeTrue(isRoot());
        Path parent = Files.createDirectory(temporary.resolve("parent"));
        Path directory = Files.createDirectory(parent.resolve("directory"));
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxr-x"));
        Files.setAttribute(parent, "unix:gid", ROOT);
        assertThat(DirectoryOwner.checkWithParents(directory, ROOT)).isEqualTo(directory.toRealPath());

        Files.setAttribute(parent, "unix:gid", SOMEBODY);
        assertThatThrownBy(() -> DirectoryOwner.checkWithParents(directory, ROOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(parent + " can be changed by others than root");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(DirectoryOwner.checkWithParents(directory, ROOT)).isEqualTo(directory.toRealPath());
    }

    @ParameterizedTest
    @ValueSource(ints = {SOMEBODY, NOBODY})
    void rootDoesNotWorkBelowTheDirectoryOfAnotherUser(int user) throws Exception {
        assumeTrue(isRoot());
        assumeTrue(Files.readString(Path.of("/proc/self/uid_map")).contains("4294967295"), "no container");
        Path parent = Files.createDirectory(temporary.resolve("parent"));
        Path directory = Files.createDirectory(parent.resolve("directory"));
        Files.setAttribute(parent, "unix:uid", user);

        assertThatThrownBy(() -> DirectoryOwner.checkWithParents(directory, ROOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("by " + parent + ", which belongs to the user");
    }

    @ParameterizedTest
    @CsvSource({
        // of the host itself
        "'         0          0 4294967295', false",
        // nobody has the number of the unknown user in it
        "'0 1000 1', true",
        "'0 100000 65534', true",
        "'0 1000 1|65535 100000 10', true",
        "'', true",
        // somebody has
        "'0 100000 65536', false",
        "'0 1000 1|65534 165534 1', false",
        "'0 1000 1|1 100000 65535', false",
        "'not understood', false",
    })
    void theUnknownUserIsTrustedOnlyWhereNobodyIsHe(String map, boolean trusted) throws IOException {
        Path file = Files.writeString(temporary.resolve("uid_map"), map.replace('|', '\n') + "\n");
        assertThat(DirectoryOwner.hasForeign(map.isEmpty() ? Files.createFile(temporary.resolve("empty")) : file))
                .isEqualTo(trusted);
    }

    @Test
    void aKernelWithoutContainersOfUsersHasOnlyUsersOfItsOwn() throws IOException {
        assertThat(DirectoryOwner.hasForeign(temporary.resolve("missing"))).isFalse();
    }

    @Test
    void aDirectoryOfRootInTemporaryOnesIsFine() throws Exception {
        if (isRoot()) {
            Path directory = Files.createDirectory(temporary.resolve("own"));
            Files.setAttribute(temporary, "unix:mode", 01777);

            assertThatCode(() -> DirectoryOwner.checkWithParents(directory, ROOT))
                    .doesNotThrowAnyException();
        } else {
            assertThatCode(() -> DirectoryOwner.checkWithParents(Path.of("/usr"), ROOT))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void nobodyWaitsForAPipe() throws Exception {
        Path file = made(temporary.resolve("own")).resolve("revoked");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();

        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(() -> PrivateFiles.read(file, 100)).hasMessageContaining("is not a file"));
    }

    @Test
    void aLinkIsReplacedNotFollowed() throws Exception {
        Path directory = made(temporary.resolve("own"));
        Path precious = Files.writeString(temporary.resolve("precious"), "as it was");
        Path file = Files.createSymbolicLink(directory.resolve("revoked"), precious);

        PrivateFiles.write(file, new byte[] {'x'});

        assertThat(precious).hasContent("as it was");
        assertThat(file).isRegularFile().hasContent("x");
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }
}
