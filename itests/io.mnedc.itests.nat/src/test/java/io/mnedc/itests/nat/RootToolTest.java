package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Command;
import io.mnedc.lab.CommandResult;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's commands as root, with the real tool, in a directory of another user. */
@ExtendWith(NeedsLab.class)
class RootToolTest {
    private static final int SOMEBODY = 4711;

    @TempDir
    Path temporary;

    @Test
    void theToolTakesNoLockThroughALink() throws IOException {
        // the other user must be able to read what he runs, wherever this project lies
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = Path.of(Objects.requireNonNull(System.getProperty("mnedc.home")));
        Path launcher = Files.copy(home.resolve("mnedc"), temporary.resolve("mnedc"));
        Path tool = Files.createDirectories(temporary.resolve("bndrun/target/tool"));
        try (Stream<Path> jars = Files.list(home.resolve("bndrun/target/tool"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, tool.resolve(jar.getFileName()));
            }
        }
        Path precious = Files.writeString(temporary.resolve("precious"), "of root");
        Files.setPosixFilePermissions(precious, PosixFilePermissions.fromString("rw-------"));
        Path theirs = give(Files.createDirectory(temporary.resolve("theirs")));
        List<String> token = List.of(
                "env",
                "MNEDC_BUILD=no",
                launcher.toString(),
                "relay",
                "token",
                "--address",
                "203.0.113.5:3334",
                "--data",
                theirs.toString());

        assertThat(Command.run(Duration.ofMinutes(2), "", token).orThrow()).contains("mnedc1-");

        Path lock = theirs.resolve("identity/.lock");
        assertThat(Files.getAttribute(lock, "unix:uid")).isEqualTo(SOMEBODY);
        Files.delete(lock);
        give(Files.createSymbolicLink(lock, precious));

        CommandResult result = Command.run(Duration.ofMinutes(2), "", token);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains(".lock is a symbolic link");
        assertThat(precious).hasContent("of root");
        assertThat(Files.getAttribute(precious, "unix:uid")).isEqualTo(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(precious)))
                .isEqualTo("rw-------");
    }

    private static Path give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
        return path;
    }
}
