package io.mnedc.security.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
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
        assertThat(err)
                .contains("with the ID a")
                .contains("keep it secret")
                .contains("No relay has been started in " + data);
        assertThat(run("token", "--address", "relay:3334")).isZero();
        assertThat(err).doesNotContain("No relay").contains(data.toString());
    }

    @Test
    void whatStandsInAFileMovesNothingOnTheTerminal() throws Exception {
        assertThat(run("token", "--address", "relay:3334")).isZero();
        Files.writeString(data.resolve("revoked"), "press-7 2026-01-02T03:04:05Z a\u001b[2J\u202eb\u009bc\u2028d\r\n");

        assertThat(run("revoked")).isZero();
        assertThat(out).contains("press-7, since 2026-01-02T03:04:05Z, a?[2J?b?c?d");
        assertThat(run("revoked", "--\u001b[2J")).isEqualTo(2);
        assertThat(err).contains("'--?[2J'");
    }

    @Test
    void aTokenIsCancelledByTheNameThatTheShellShowsToo() throws Exception {
        assertThat(run("token", "--address", "relay:3334")).isZero();
        String name = JoinTokens.name(JoinToken.parse(out).id());
        assertThat(run("tokens")).isZero();
        assertThat(out).startsWith(name + ",");
        assertThat(run("tokens", "--cancel", "token:" + name)).isZero();
        assertThat(err).contains("is cancelled");
    }

    @Test
    void aTokenForRelaysIsMadeAndListedAsOne() throws Exception {
        settings("io.mnedc.relay", "store=\"shared\"");
        String etc = temporary.resolve("etc").toString();
        assertThat(run("token", "--settings", etc, "--relay", "--uses", "2", "--address", "relay:3334"))
                .isZero();
        JoinToken token = JoinToken.parse(out);
        assertThat(err).contains("for 2 relays");
        assertThat(authority()
                        .tokens()
                        .find(JoinTokens.name(token.id()))
                        .orElseThrow()
                        .relay())
                .isTrue();
        assertThat(run("tokens")).isZero();
        assertThat(out).contains("for 2 relays");
        assertThat(run("token", "--relay", "--id", "a", "--address", "relay:3334"))
                .isEqualTo(2);
        assertThat(err).contains("has no device ID and no groups");
        assertThat(run("token", "--relay", "--group", "a", "--address", "relay:3334"))
                .isEqualTo(2);
    }

    @Test
    void aRelayThatIsAloneMakesNoTokenForRelays() throws Exception {
        settings("io.mnedc.relay", "listen=\"[::]:4444\"");
        String etc = temporary.resolve("etc").toString();
        assertThat(run("token", "--settings", etc, "--relay", "--address", "relay:3334"))
                .isEqualTo(1);
        assertThat(err).contains("has no store = shared").contains("./mnedc relay --cluster");
        assertThat(data).doesNotExist();
    }

    private void settings(String pid, String... lines) throws Exception {
        Path directory = Files.createDirectories(temporary.resolve("etc"));
        Files.write(directory.resolve(pid + ".config"), List.of(lines));
    }

    @Test
    void withoutAddressesATokenNamesThoseOfTheHost() throws Exception {
        settings("io.mnedc.relay", "listen=[ \\", "  \"[::]:4444\", \\", "  ]");
        assertThat(run("token", "--settings", temporary.resolve("etc").toString()))
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
    void addressesOfTheOverlayItselfAreNotNamed() throws Exception {
        settings("io.mnedc.address", "pool=\"10.11.0.0/16\"", "ipv6.prefix=\"fd12:3456:789a:1::/64\"");
        var overlay = RelaySettings.in(temporary.resolve("etc")).overlay();
        assertThat(overlay.test(InetAddress.getByName("10.11.12.13"))).isTrue();
        assertThat(overlay.test(InetAddress.getByName("fd12:3456:789a:1::2"))).isTrue();
        assertThat(overlay.test(InetAddress.getByName("10.12.0.1"))).isFalse();
        assertThat(overlay.test(InetAddress.getByName("fd12:3456:789a:2::2"))).isFalse();
        // not set up yet
        assertThat(RelaySettings.in(temporary).overlay().test(InetAddress.getByName("10.0.0.2")))
                .isFalse();
        // what a token names is chosen by that
        List<InetAddress> here = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress())
                .toList();
        for (InetAddress own : here) {
            settings("io.mnedc.address", "pool=\"" + network(own) + "\"");
            assertThat(run("token", "--settings", temporary.resolve("etc").toString()))
                    .isIn(0, 2);
            assertThat(out.isEmpty() ? List.of() : JoinToken.parse(out).addresses())
                    .noneMatch(address -> address.startsWith(own.getHostAddress() + ":"));
        }
    }

    @Test
    void addressInsideTheOverlayIsRefusedAndWithoutOneTheReasonIsTold() throws Exception {
        String etc = temporary.resolve("etc").toString();
        settings("io.mnedc.address", "enabled=B\"true\"");
        assertThat(run("token", "--settings", etc, "--address", "10.0.0.5:3334"))
                .as("the default pool")
                .isEqualTo(2);
        assertThat(err).contains("10.0.0.5:3334").contains("10.0.0.0/24").contains("choose a pool");
        settings("io.mnedc.address", "pool=\"10.9.0.0/16\"", "ipv6.prefix=\"fd12:3456:789a:1::/64\"");
        assertThat(run("token", "--settings", etc, "--address", "[fd12:3456:789a:1:2::3]:3334"))
                .isEqualTo(2);
        assertThat(run("token", "--settings", etc, "--address", "10.0.0.5:3334"))
                .isZero();
        settings("io.mnedc.address", "pool=\"0.0.0.0/8\"");
        assertThat(run("token", "--settings", etc)).isEqualTo(2);
    }

    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + ".0/24";
    }

    @ParameterizedTest
    @CsvSource({"security, none", "keystore, /etc/relay.p12", "identity.provider, kura"})
    void aRelayThatEnrolsNobodyGetsNoTokenAndNoCa(String key, String value) throws Exception {
        settings("io.mnedc.relay", "# as it was", "enabled=B\"true\"", key + " = \"" + value + "\"");
        String etc = temporary.resolve("etc").toString();
        assertThat(run("token", "--settings", etc, "--address", "h:1")).isEqualTo(1);
        assertThat(err).contains(key, value, "io.mnedc.relay.config");
        assertThat(out).isEmpty();
        assertThat(data).doesNotExist();
        // once it has been started
        Files.createDirectory(data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(data.resolve("audit.jsonl"));
        for (String command : List.of("ca", "devices", "tokens")) {
            assertThat(run(command, "--settings", etc)).as(command).isEqualTo(1);
            assertThat(err).contains(key);
        }
        assertThat(run("revoke", "a", "--settings", etc)).isZero();
        assertThat(err).doesNotContain("WARNING");
        assertThat(data.resolve("ca.crt.pem")).doesNotExist();
        assertThat(data.resolve("revoked")).content().startsWith("a ");
    }

    @ParameterizedTest
    @CsvSource({"revoke a", "unrevoke a", "revoked", "devices", "tokens", "ca"})
    void inADirectoryThatIsNoRelaysNothingIsDone(String command) throws Exception {
        for (boolean exists : new boolean[] {false, true}) {
            if (exists) {
                // as by mistake
                Files.createDirectory(data);
                Files.createFile(data.resolve("revoked"));
            }
            String[] words = command.split(" ", -1);
            assertThat(run(words[0], Arrays.copyOfRange(words, 1, words.length)))
                    .isEqualTo(2);
            assertThat(err).contains("no relay has been started in " + data);
        }
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).hasSize(1);
        }
        assertThat(data.resolve("revoked")).isEmptyFile();
    }

    @Test
    void tokensAreListedAndEnded() throws Exception {
        OverlayAuthority running = authority();
        assertThat(run("token", "--address", "h:1", "--uses", "3", "--group", "g"))
                .isZero();
        String name = JoinTokens.name(JoinToken.parse(out).id());
        assertThat(err).contains(name);
        String secret = out.strip();
        assertThat(run("tokens")).isZero();
        assertThat(out.lines())
                .singleElement()
                .asString()
                .startsWith(name + ", until ")
                .contains("3 devices", "groups g")
                .doesNotContain(secret.substring(10, 30));
        assertThat(err).contains(data.toString());
        assertThat(run("tokens", "--cancel", name)).isZero();
        assertThat(err).contains("nobody can use it");
        assertThat(running.tokens().open()).isEmpty();
        assertThat(run("tokens", "--cancel", "0".repeat(16))).isEqualTo(2);
        assertThat(err).contains("16 hexadecimal digits");
    }

    @Test
    void revokingNamesTheDirectoryTheTokensAndAMistypedId() throws Exception {
        OverlayAuthority running = authority();
        assertThat(run("token", "--address", "h:1", "--uses", "3")).isZero();
        JoinToken token = JoinToken.parse(out);
        DeviceIdentityStore store = DeviceIdentityStore.open(temporary.resolve("device"), InstantSource.system());
        running.enrol(token.id(), token.secret(), "press-7", store.enrolmentRequest("press-7", token));
        assertThat(run("revoke", "pres-7")).isZero();
        assertThat(err).contains(data.toString(), "WARNING", "mistyped").doesNotContain("cancelled");
        assertThat(running.tokens().open()).hasSize(1);
        assertThat(run("revoke", "press-7")).isZero();
        assertThat(err)
                .contains(data.toString(), JoinTokens.name(token.id()), "2 devices more", "cancelled")
                .doesNotContain("WARNING");
        assertThat(running.tokens().open()).isEmpty();
        running.revocations().poll();
        assertThat(running.revocations().all()).hasSize(2);
    }

    @Test
    void aDeviceIsShutOutAlsoIfTheAuthorityCannotBeRead() throws Exception {
        authority();
        Files.writeString(data.resolve("ca.crt.pem"), "damaged");
        assertThat(run("revoke", "a")).isEqualTo(1);
        assertThat(err).contains("Revoked a", "could not be cancelled");
        assertThat(data.resolve("revoked")).content().startsWith("a ");
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
                "token2 | | no command",
                "tokens | extra | wrong number of words",
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
    void aWrongCommandLineIsExplained(String command, String words, String why) throws Exception {
        authority();
        assertThat(run(command, words == null ? new String[0] : words.split(" ")))
                .isEqualTo(2);
        assertThat(err).contains(why);
        assertThat(out).isEmpty();
    }

    @Test
    void aDirectoryThatOthersCanReadIsRefused() throws Exception {
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(run("token", "--address", "h:1")).isEqualTo(1);
        assertThat(err).contains("chmod 700 " + data);
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).isEmpty();
        }
    }
}
