package io.mnedc.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as root where another user can put links: with a stand-in for the JVM. */
@ExtendWith(NeedsLab.class)
class RootLauncherTest {
    private static final int SOMEBODY = 4711;
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final String FAKE_JAVA = """
            #!/bin/sh
            case "$*" in
            *-XshowSettings*) echo "    java.specification.version = 17" ;;
            *) echo "java as $(id -u) with groups $(id -G) in $(pwd): $*"; env ;;
            esac
            """;

    @TempDir
    Path temporary;

    private Path launcher;
    private Path theirs;
    private Path precious;

    @BeforeEach
    void prepare() throws IOException {
        // what the other user cannot even enter needs no test
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, FAKE_JAVA);
        assertThat(java.toFile().setExecutable(true, false)).isTrue();
        launcher = Files.copy(HOME.resolve("mnedc"), temporary.resolve("mnedc"));
        Path jars = Files.createDirectories(temporary.resolve("bndrun/target/executable"));
        for (String jar : List.of("relay.felix.jar", "device.felix.jar")) {
            Files.createFile(jars.resolve(jar));
        }
        precious = Files.writeString(temporary.resolve("precious"), "of root");
        Files.setPosixFilePermissions(precious, PosixFilePermissions.fromString("rw-------"));
        theirs = give(Files.createDirectory(temporary.resolve("theirs")));
    }

    private static Path give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", SOMEBODY, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        return path;
    }

    private void preciousIsAsItWas() throws IOException {
        assertThat(precious).hasContent("of root");
        assertThat(Files.getAttribute(precious, "unix:uid")).isEqualTo(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(precious)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pid",
                "device-id",
                "new.tmp",
                "etc",
                "etc/io.mnedc.relay.config",
                "etc/io.mnedc.address.config",
                "etc/io.mnedc.device.config",
                "identity/join-token"
            })
    void rootStartsNothingWhereAnotherUserHasPutALink(String name) throws IOException {
        Path link = theirs.resolve(name);
        Files.createDirectories(link.getParent());
        give(Files.createSymbolicLink(link, precious));

        for (List<String> start : List.of(
                List.of("relay", "--listen", "0.0.0.0:4000"),
                List.of("device", "--relay", "r", "--id", "x", "--join", "mnedc1-Zm9v"))) {
            CommandResult result = run(start, theirs);
            assertThat(result.status()).as(result.output()).isEqualTo(3);
            assertThat(result.output()).contains(theirs + " belongs to 4711", "run this as 4711");
        }
        preciousIsAsItWas();
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void rootMakesNoDirectoryBelowThatOfAnotherUser() {
        CommandResult result = run(List.of("relay"), theirs.resolve("new/relay"));

        assertThat(result.status()).isEqualTo(3);
        assertThat(theirs).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay", "relay token"})
    void rootDoesNotWorkBelowWhatEverybodyCanChange(String command) throws IOException {
        Path open = Files.createDirectory(temporary.resolve("open"));
        Path data = Files.createDirectory(open.resolve("relay"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        CommandResult result = run(List.of(command.split(" ", -1)), data);

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains(open + " can be changed by others", "chmod go-w");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void whatAnotherUserOwnsInTheDirectoryOfRootIsNamed() throws IOException {
        Path data = temporary.resolve("data");
        run(List.of("relay"), data).orThrow();
        give(data.resolve("etc"));

        CommandResult result = run(List.of("relay"), data);

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains(data + "/etc can be changed by others");
    }

    /** A name may hold what moves the cursor of root's terminal. */
    @Test
    void namesThatAnotherUserHasChosenAreShownWithoutTheirControlCharacters() throws IOException {
        Path data = temporary.resolve("data");
        run(List.of("relay"), data).orThrow();
        // not by Java, which may have no such letters
        sh("touch \"$1/$(printf 'a\\033[2Jb\\342\\200\\256c\\302\\205d\\303\\274')\" && chown 4711 \"$1\"/a*", data);

        CommandResult result = run(List.of("relay"), data);

        sh("rm \"$1\"/a*", data);
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains(data + "/a?[2Jb?c?d\u00fc can be changed by others");
    }

    @Test
    void aCommandBesideTheRelayIsRunAsTheDirectorysOwnerWithNothingOfRoots() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), theirs);
        for (Path data : List.of(theirs, link)) {
            String output =
                    run(List.of("relay", "token", "--id", "press 7"), data).orThrow();

            assertThat(output)
                    .contains("java as 4711 with groups 0 in /: ")
                    .contains("Main token --data " + theirs + "/identity --settings " + theirs + "/etc --id press 7")
                    .doesNotContain("ROOTS_SECRET");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay", "relay token"})
    void rootDoesNotGoWhereTheLinkOfAnotherUserLeads(String command) throws IOException {
        Path roots = Files.createDirectory(temporary.resolve("roots"));
        Path own = give(Files.createSymbolicLink(theirs.resolve("relay"), roots));
        Path open = Files.createDirectory(temporary.resolve("open"));
        Files.setAttribute(open, "unix:mode", 01777);
        Path inOpen = give(Files.createSymbolicLink(open.resolve("relay"), roots));
        Path behind = Files.createSymbolicLink(temporary.resolve("behind"), own);
        for (Path led : List.of(own, inOpen, own.resolve("new"), behind)) {
            CommandResult result = run(List.of(command.split(" ", -1)), led);

            assertThat(result.status()).as(result.output()).isEqualTo(3);
            assertThat(result.output()).contains("leads to " + roots, "belongs to 4711", "name the directory itself");
            assertThat(roots).isEmptyDirectory();
        }
    }

    /** Whoever can swap directories must not lead root from the one it has looked at to another. */
    @Test
    void aDirectoryThatIsSwappedForALinkLeadsRootNowhere() throws Exception {
        Path lure = theirs.resolve("relay");
        Path roots = Files.createDirectory(temporary.resolve("roots"));
        AtomicBoolean over = new AtomicBoolean();
        Thread swapper = new Thread(
                () -> {
                    while (!over.get()) {
                        try {
                            Files.deleteIfExists(lure);
                            give(Files.createDirectory(lure));
                            Files.delete(lure);
                            Files.createSymbolicLink(lure, roots);
                        } catch (IOException e) {
                            // something was written there: seen below
                            Thread.onSpinWait();
                        }
                    }
                },
                "swapper");
        swapper.start();
        try {
            for (int i = 0; i < 4; i++) {
                String output = run(List.of("relay", "token"), lure).output();
                assertThat(output).doesNotContain("java as 0 ");
                output = run(List.of("relay"), lure).output();
                assertThat(output).doesNotContain(lure + "/etc");
                assertThat(roots).isEmptyDirectory();
            }
        } finally {
            over.set(true);
            swapper.join();
        }
    }

    /** The one that system services have: its directories are those of two users. */
    @Test
    void thePackagedCommandsOfRootAreRunAsTheServicesUser() throws IOException {
        Path data = Files.createDirectory(temporary.resolve("data"));
        for (String role : List.of("relay", "device")) {
            Files.setOwner(Files.createDirectory(data.resolve(role)), nobody());
        }
        Path roots = Files.createDirectory(temporary.resolve("roots"));
        Path identity = data.resolve("device/identity");

        assertThat(packaged("", data, "relay", "revoke", "press 7").orThrow())
                .contains("java as 65534 with groups ", " in /: ")
                .contains("Main revoke --data " + data + "/relay/identity --settings ", "press 7")
                .doesNotContain("ROOTS_SECRET");
        for (String role : List.of("relay", "device")) {
            CommandResult started = packaged("", data, role);
            assertThat(started.status()).isEqualTo(3);
            assertThat(started.output()).contains("another user's", "systemctl start mnedc-" + role);
        }

        packaged("mnedc1-Zm9v\n", data, "device", "join").orThrow();
        assertThat(identity.resolve("join-token")).hasContent("mnedc1-Zm9v\n");
        assertThat(Files.getOwner(identity.resolve("join-token"))).isEqualTo(nobody());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(identity.resolve("join-token"))))
                .isEqualTo("rw-------");
        CommandResult wrong = packaged("secret", data, "device", "join");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.output()).contains("mnedc relay token").doesNotContain("secret");

        Files.delete(identity.resolve("join-token"));
        Files.delete(identity);
        Files.createSymbolicLink(identity, roots);
        assertThat(packaged("mnedc1-Zm9v\n", data, "device", "join").succeeded())
                .isFalse();
        assertThat(roots).isEmptyDirectory();
    }

    private UserPrincipal nobody() throws IOException {
        return temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    }

    private CommandResult packaged(String input, Path data, String... arguments) throws IOException {
        Path bin = Files.createDirectories(temporary.resolve("package/bin"));
        Path script = Files.copy(
                HOME.resolve("features/io.mnedc.features.linux/src/app/bin/mnedc"),
                bin.resolve("mnedc"),
                StandardCopyOption.REPLACE_EXISTING);
        List<String> command = new ArrayList<>(List.of(
                "env",
                "ROOTS_SECRET=x",
                "JAVA_HOME=" + temporary.resolve("jdk"),
                "MNEDC_DATA=" + data,
                "MNEDC_ETC=" + temporary.resolve("etc"),
                "sh",
                script.toString()));
        command.addAll(List.of(arguments));
        return Command.run(Duration.ofSeconds(60), input, command);
    }

    private static void sh(String script, Path argument) {
        Command.run(Duration.ofSeconds(60), "", List.of("sh", "-c", script, "sh", argument.toString()))
                .orThrow();
    }

    private CommandResult run(List<String> arguments, Path data) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "MNEDC_BUILD=no",
                "ROOTS_SECRET=x",
                "JAVA_HOME=" + temporary.resolve("jdk"),
                "sh",
                launcher.toString()));
        command.addAll(arguments);
        command.addAll(List.of("--data", data.toString()));
        return Command.run(Duration.ofSeconds(60), "", command);
    }
}
