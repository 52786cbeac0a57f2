package io.mnedc.security.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayAuthority;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @TempDir
    private Path temporary;

    private Path data;
    private String out = "";
    private String err = "";

    @BeforeEach
    void directory() {
        data = temporary.resolve("identity");
    }

    private int run(String command, String... words) {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        ByteArrayOutputStream remarks = new ByteArrayOutputStream();
        List<String> line = new ArrayList<>(List.of(command, "--data", data.toString()));
        line.addAll(List.of(words));
        int status = Main.run(
                line,
                new PrintStream(answers, true, StandardCharsets.UTF_8),
                new PrintStream(remarks, true, StandardCharsets.UTF_8));
        out = answers.toString(StandardCharsets.UTF_8);
        err = remarks.toString(StandardCharsets.UTF_8);
        return status;
    }

    private OverlayAuthority authority() throws Exception {
        return OverlayAuthority.open(data, Duration.ofDays(1), InstantSource.system());
    }

    @Test
    void aTokenIsTheLastLineAndTheCaIsMadeIfThereIsNone() throws Exception {
        assertThat(run("token", "--id", "a", "--group", "g", "--group=h", "--address", "relay:3334"))
                .isZero();
        JoinToken token = JoinToken.parse(out);
        assertThat(out.lines()).hasSize(1);
        assertThat(token.addresses()).containsExactly("relay:3334");
        assertThat(token.fingerprint()).isEqualTo(authority().fingerprint());
        assertThat(err).contains("with the ID a").contains("keep it secret");
    }

    @Test
    void withoutAddressesATokenNamesThoseOfTheHost() {
        assertThat(run("token", "--port", "4444"))
                .as("a host without network has none to name")
                .isIn(0, 2);
        if (!out.isEmpty()) {
            assertThat(JoinToken.parse(out).addresses())
                    .isNotEmpty()
                    .allMatch(address -> address.endsWith(":4444"))
                    .noneMatch(address -> address.startsWith("127."));
        } else {
            assertThat(err).contains("--address");
        }
    }

    @Test
    void theCaIsReplacedInThreeSteps() throws Exception {
        OverlayAuthority running = authority();
        String old = running.fingerprint();
        assertThat(run("ca")).isZero();
        assertThat(out).startsWith(old + " in use").contains("ca.key.pem");
        assertThat(run("ca", "--add")).isZero();
        String added = out.lines().skip(1).findFirst().orElseThrow().substring(0, 64);
        assertThat(run("ca", "--drop", old)).isEqualTo(1);
        assertThat(err).contains("is in use");
        assertThat(run("ca", "--use", added)).isZero();
        assertThat(run("ca", "--drop", old)).isZero();
        assertThat(out.lines()).singleElement().asString().startsWith(added);
        assertThat(running.refresh()).isTrue();
        assertThat(running.fingerprint()).isEqualTo(added);
    }

    @Test
    void aDeviceIsShutOutAndLetInAgain() throws Exception {
        OverlayAuthority running = authority();
        assertThat(run("revoke", "a", "--reason", "stolen")).isZero();
        assertThat(run("revoke", "b")).isZero();
        assertThat(running.revocations().poll()).isTrue();
        assertThat(running.revocations().find("a").orElseThrow().reason()).isEqualTo("stolen");
        assertThat(run("unrevoke", "a")).isZero();
        assertThat(err).contains("may connect again");
        assertThat(run("revoked")).isZero();
        assertThat(out.lines()).singleElement().asString().startsWith("b, since ");
        assertThat(run("unrevoke", "a")).isZero();
        assertThat(err).contains("was not revoked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokens | | no command",
                "token | --ttl 24 | 24h",
                "token | --ttl 0s --address h:1 | 1 second",
                "token | --uses x | no number",
                "token | --uses 0 --address h:1 | 0 uses",
                "token | --adress h:1 | --adress",
                "token | --reason x | does not belong here",
                "token | --id | needs a value",
                "token | --id a --id b | only once",
                "token | --id a/b --address h:1 | device ID",
                "token | extra | wrong number of words",
                "ca | --add --use 12345678 | one step",
                "revoke | | wrong number of words",
                "revoke | a/b | device ID",
            })
    void aWrongCommandLineIsExplained(String command, String words, String why) {
        assertThat(run(command, words == null ? new String[0] : words.split(" ")))
                .isEqualTo(2);
        assertThat(err).contains(why);
        assertThat(out).isEmpty();
    }

    @Test
    void aDirectoryThatOthersCanReadIsRefused() throws Exception {
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String command : List.of("token", "ca")) {
            assertThat(command.equals("ca") ? run("ca") : run("token", "--address", "h:1"))
                    .isEqualTo(1);
            assertThat(err).contains("chmod 700 " + data);
        }
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).isEmpty();
        }
    }
}
