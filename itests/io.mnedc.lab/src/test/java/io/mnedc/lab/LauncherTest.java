package io.mnedc.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher's command line and the settings it writes, with a stand-in for the JVM that prints its arguments. */
class LauncherTest {
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final String FAKE_JAVA = """
            #!/bin/sh
            case "$*" in
            *-XshowSettings*) echo "    java.specification.version = 17" ;;
            *) echo "java $*" ;;
            esac
            """;

    @TempDir
    Path temporary;

    private Path data;
    private Path launcher;

    @BeforeEach
    void prepare() throws IOException {
        data = temporary.resolve("data of a node");
        Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, FAKE_JAVA);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        // a home of its own, so that nothing depends on what is built already
        launcher = Files.copy(HOME.resolve("mnedc"), temporary.resolve("mnedc"));
        Path jars = Files.createDirectories(temporary.resolve("bndrun/target/executable"));
        for (String jar : List.of("relay.felix.jar", "relay.equinox.jar", "device.felix.jar")) {
            Files.createFile(jars.resolve(jar));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo ", "relay ", "device ", "shell ", "test ", "bench "})
    void everyCommandHasHelp(String command) {
        CommandResult result = run((command + "--help").split(" ", -1));

        assertThat(result.status()).isZero();
        assertThat(result.output()).contains("./mnedc " + command.strip());
    }

    @ParameterizedTest
    @CsvSource({
        "'', ./mnedc relay",
        "nonsense, nonsense",
        "relay --nonsense, --nonsense",
        "relay --id x, --id",
        "relay --listen, --listen",
        "relay --listen 3334, --listen 3334",
        "relay --listen 0.0.0.0:65536, 65536",
        "relay --listen=0.0.0.0:0, 0.0.0.0:0",
        "relay --pool 10.0.0.0, 10.0.0.0",
        "relay --pool 10.0.0.0/31, /8 to /30",
        "relay --pool 10.0.0.256/24, 10.0.0.256/24",
        "relay --security ssl, ssl",
        "device --security ssl, ssl",
        "device --join secret, ./mnedc relay token",
        "device --join mnedc1-a/b, ./mnedc relay token",
        "relay token --data, --data",
        "device --relay host:port, host:port",
        "device --relay h --id a/b, a/b",
        "device --relay h --mtu 1279, 1280 to 65535",
        "device --relay h --mtu x, --mtu x",
        "device --relay h --tun sixteencharacter, longer than 15",
        "device --relay h --tun a/b, a/b",
        "shell, relay or device",
        "shell both, both",
        "demo --twice, --twice",
        "test all, all",
        "test --quick all, all",
        "bench --rounds x, x",
        "bench --seconds, --seconds",
        "bench --systems a/b, a/b",
        "bench --twice, --twice",
    })
    void aWrongCommandLineIsNamed(String line, String named) {
        CommandResult result = run(line.isEmpty() ? new String[0] : line.split(" ", -1));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains(named);
    }

    @ParameterizedTest
    @CsvSource({
        "'', mvn -B -ntp -T2 clean verify, TestReport.java .",
        "--quick, mvn -B -ntp -T2 -Pquick -Djacoco.skip clean verify, TestReport.java . --quick"
    })
    void testsAreRunAndTheirReportsSummed(String option, String maven, String sum) throws IOException {
        Path programs = Files.createDirectories(temporary.resolve("jdk/bin"));
        for (String program : List.of("mvn", "javac", "tcpdump", "iperf3", "nft", "ping", "curl", "ip")) {
            Files.writeString(programs.resolve(program), "#!/bin/sh\necho " + program + " \"$*\"\n");
            assertThat(programs.resolve(program).toFile().setExecutable(true)).isTrue();
        }
        // nothing is to be downloaded
        Path resolved = temporary.resolve(".lab/resolved/lib/systemd");
        Files.writeString(Files.createDirectories(resolved).resolve("systemd-resolved"), "#!/bin/sh\n");
        assertThat(resolved.resolve("systemd-resolved").toFile().setExecutable(true))
                .isTrue();
        Files.createFile(
                Files.createDirectories(temporary.resolve(".lab/relays")).resolve("done"));
        for (String directory : List.of("bundles", "bndrun", "features", "itests/a/target/surefire-reports")) {
            Files.createDirectories(temporary.resolve(directory));
        }
        Path old = Files.createFile(temporary.resolve("itests/a/target/surefire-reports/TEST-of.an.earlier.run.xml"));
        List<String> line = new ArrayList<>(List.of("env", "PATH=" + programs + ":" + System.getenv("PATH")));
        line.addAll(option.isEmpty() ? line("test") : line("test", option));

        String output = Command.run(Duration.ofSeconds(60), "", line).orThrow();

        assertThat(output.lines().toList()).hasSize(2);
        assertThat(output.lines().toList().get(0)).isEqualTo(maven);
        assertThat(output.lines().toList().get(1)).startsWith("java ").endsWith(sum);
        assertThat(old).doesNotExist();
    }

    @Test
    void relayOptionsBecomeSettings() throws IOException {
        CommandResult result = run("relay", "--data", data.toString(), "--listen", "[::]:4000", "--pool=10.9.0.0/16");

        assertThat(result.orThrow()).contains("-Dfelix.fileinstall.dir=" + data + "/etc", "relay.felix.jar");
        assertThat(settings("io.mnedc.relay"))
                .contains(
                        "enabled=B\"true\"",
                        "listen=[\"[::]:4000\"]",
                        "security=\"tls\"",
                        "data.dir=\"" + data + "/identity\"");
        assertThat(settings("io.mnedc.address"))
                .contains("enabled=B\"true\"", "pool=\"10.9.0.0/16\"", "data.dir=\"" + data + "/leases\"");
    }

    @Test
    void deviceOptionsBecomeSettings() throws IOException {
        run(
                        "device",
                        "--data",
                        data.toString(),
                        "--relay",
                        "r1",
                        "--relay",
                        "r2:99",
                        "--id",
                        "press-7",
                        "--mtu",
                        "9000")
                .orThrow();

        assertThat(settings("io.mnedc.device"))
                .contains(
                        "relays=[\"r1\",\"r2:99\"]",
                        "device.id=\"press-7\"",
                        "mtu=I\"9000\"",
                        "security=\"tls\"",
                        "data.dir=\"" + data + "/identity\"");
    }

    @Test
    void aJoinTokenIsHandedOnWhereOthersCannotReadItAndIsNoSetting() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r", "--id", "press-7")
                .orThrow();
        Path file = data.resolve("etc/io.mnedc.device.config");
        Files.writeString(file, Files.readString(file) + "join.token=\"mnedc1-old\"\n");
        run("device", "--data", data.toString(), "--join", "mnedc1-Zm9v_-").orThrow();

        assertThat(Files.readString(file)).doesNotContain("mnedc1-").contains("press-7");
        Path token = data.resolve("identity/join-token");
        assertThat(token).hasContent("mnedc1-Zm9v_-\n");
        assertThat(Files.getPosixFilePermissions(token))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("identity"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aJoinTokenComesFromStandardInputOrAFileToo() throws IOException {
        Path token = data.resolve("identity/join-token");
        assertThat(Command.run(
                                Duration.ofSeconds(60),
                                "mnedc1-Zm9v",
                                line("device", "--data", data.toString(), "--join", "-"))
                        .succeeded())
                .isTrue();
        assertThat(token).hasContent("mnedc1-Zm9v\n");

        Path file = Files.writeString(temporary.resolve("token"), "mnedc1-YmFy\n");
        run("device", "--data", data.toString(), "--join-file", file.toString()).orThrow();
        assertThat(token).hasContent("mnedc1-YmFy\n");

        for (String wrong : List.of("--join-file=" + temporary.resolve("missing"), "--join-file=" + launcher)) {
            CommandResult result = run("device", "--data", data.toString(), wrong);
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.output()).contains("--join");
        }
        assertThat(run("device", "--data", data.toString(), "--join", "-").output())
                .contains("no join token on standard input");
        assertThat(token).hasContent("mnedc1-YmFy\n");
    }

    /** While it builds, and later, anybody on the machine could read it there. */
    @ParameterizedTest
    @ValueSource(strings = {"--join mnedc1-Zm9v", "--join=mnedc1-Zm9v"})
    void aJoinTokenIsInNoCommandLineWhileTheLauncherWorks(String option) throws IOException {
        Path lines = temporary.resolve("lines");
        Files.writeString(
                temporary.resolve("jdk/bin/java"),
                FAKE_JAVA.replace("#!/bin/sh", "#!/bin/sh\ncat /proc/$PPID/cmdline /proc/$$/cmdline >>" + lines));
        List<String> arguments = new ArrayList<>(List.of("device", "--id", "press-7", "--data", data.toString()));
        arguments.addAll(List.of(option.split(" ", -1)));

        run(arguments.toArray(String[]::new)).orThrow();

        assertThat(Files.readString(lines)).contains("press-7").doesNotContain("Zm9v");
        assertThat(data.resolve("identity/join-token")).hasContent("mnedc1-Zm9v\n");
    }

    @Test
    void aJoinTokenInTheSettingsGoesOnceItHasBeenUsed() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r").orThrow();
        Path file = data.resolve("etc/io.mnedc.device.config");
        Files.writeString(file, Files.readString(file) + "join.token=\"mnedc1-Zm9v\"\n");
        Path identity = Files.createDirectory(data.resolve("identity"));
        Files.writeString(identity.resolve("device.crt.pem"), "as it was enrolled");
        // sha256 of another one
        Files.writeString(identity.resolve("token"), "0".repeat(64) + "\n");
        run("device", "--data", data.toString()).orThrow();
        assertThat(settings("io.mnedc.device")).contains("join.token=\"mnedc1-Zm9v\"");

        Files.writeString(
                identity.resolve("token"), "541b91415c0264ffe0606cf3ca2ceefb294b78e86efe89f2bb6966993eb2ced3\n");
        assertThat(run("device", "--data", data.toString()).orThrow()).contains("is removed");
        assertThat(settings("io.mnedc.device"))
                .noneMatch(line -> line.startsWith("join.token"))
                .contains("relays=[\"r\"]");
    }

    @Test
    void aRelayOfSeveralKeepsItsPlaceAndGoesOnAloneWhenItIsTold() throws IOException {
        CommandResult early = run("relay", "--data", data.toString(), "--go-on-alone");
        assertThat(early.status()).isEqualTo(2);
        assertThat(early.output()).contains("is for a relay of several");

        run("relay", "--data", data.toString(), "--cluster", "--member", "192.0.2.7")
                .orThrow();
        assertThat(settings("io.mnedc.cluster"))
                .contains("member=\"192.0.2.7:3336\"", "identity.dir=\"" + data + "/identity\"")
                .noneMatch(line -> line.startsWith("go.on.alone"));
        Files.writeString(Files.createDirectories(data.resolve("ensemble/data")).resolve("myid"), "1\n");
        run("relay", "--data", data.toString(), "--go-on-alone").orThrow();
        assertThat(settings("io.mnedc.cluster"))
                .contains("member=\"192.0.2.7:3336\"")
                .anyMatch(line -> line.matches("go\\.on\\.alone=\"20[0-9]{2}-[0-9-]{5}T[0-9:]{8}Z\""));
    }

    @Test
    void aJoinTokenBesideAKeyStoreIsRefused() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r").orThrow();
        Path file = data.resolve("etc/io.mnedc.device.config");
        Files.writeString(file, Files.readString(file) + "keystore=\"/etc/own.p12\"\n");

        CommandResult result = run("device", "--data", data.toString(), "--join", "mnedc1-Zm9v");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains("keystore");
        assertThat(data.resolve("identity/join-token")).doesNotExist();
    }

    @Test
    void securityNoneIsSaidOnBothSides() throws IOException {
        run("relay", "--data", data.resolve("relay").toString(), "--security", "none")
                .orThrow();
        run("device", "--data", data.resolve("device").toString(), "--relay", "r", "--security", "none")
                .orThrow();

        assertThat(Files.readString(data.resolve("relay/etc/io.mnedc.relay.config")))
                .contains("security=\"none\"");
        assertThat(Files.readString(data.resolve("device/etc/io.mnedc.device.config")))
                .contains("security=\"none\"");
    }

    @Test
    void commandsForARelayAreTheToolsWithItsDirectories() {
        run("relay", "--data", data.toString(), "--listen", "0.0.0.0:4000").orThrow();
        String of = data + "/identity --settings " + data + "/etc";

        assertThat(run("relay", "token", "--id", "press 7", "--data", data.toString(), "--ttl", "1h")
                        .orThrow())
                .contains("io.mnedc.security.tool.Main token --data " + of + " --id press 7 --ttl 1h");
        assertThat(run("relay", "revoke", "press-7", "--reason", "stolen", "--data=" + data)
                        .orThrow())
                .contains("io.mnedc.security.tool.Main revoke --data " + of + " press-7 --reason stolen");
        assertThat(run("relay", "tokens", "--data=" + data).orThrow())
                .contains("io.mnedc.security.tool.Main tokens --data " + of);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "devices", "revoked", "ca", "revoke x", "unrevoke x"})
    void commandsForARelayThatIsNotThereMakeNothing(String command) throws IOException {
        CommandResult missing =
                run(("relay " + command + " --data " + data.toString().replace(" ", "_")).split(" ", -1));
        assertThat(missing.status()).isEqualTo(2);
        assertThat(missing.output()).contains("no relay has been started in", "data_of_a_node", "--data");
        assertThat(temporary.resolve("data_of_a_node")).doesNotExist();

        // a device has such directories, too
        Path device = temporary.resolve("device");
        run("device", "--relay", "r", "--data", device.toString()).orThrow();
        Files.createDirectory(device.resolve("identity"));
        assertThat(run(("relay " + command + " --data " + device).split(" ", -1))
                        .status())
                .isEqualTo(2);
    }

    @Test
    void aTokenIsMadeBeforeTheFirstStartWhereItIsClearWhichRelayIsMeant() throws Exception {
        assertThat(run("relay", "token", "--data", data.toString()).orThrow()).contains("tool.Main token");
        // the usual directory of somebody who does not run the relay
        Path running = temporary.resolve("running");
        run("relay", "--data", running.toString()).orThrow();
        Path home = Files.createDirectory(temporary.resolve("home"));
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        Files.writeString(bin.resolve("id"), "#!/bin/sh\necho 1000\n");
        assertThat(bin.resolve("id").toFile().setExecutable(true)).isTrue();
        Process relay = new ProcessBuilder(
                        "sh", "-c", "echo; read line", "java", "-Dmnedc.data=" + running, "-jar", "relay.felix.jar")
                .start();
        try {
            assertThat(relay.inputReader().readLine()).isEmpty();
            CommandResult result = token(home, bin);
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.output()).contains(home + "/mnedc/relay", running.toString());
            assertThat(home).isEmptyDirectory();
        } finally {
            relay.destroyForcibly();
        }
    }

    /** Asks for a token, with a home for data and programs that stand in for those of the machine. */
    private CommandResult token(Path home, Path bin) {
        return Command.run(
                Duration.ofSeconds(60),
                "",
                List.of(
                        "env",
                        "MNEDC_BUILD=no",
                        "JAVA_HOME=" + temporary.resolve("jdk"),
                        "XDG_DATA_HOME=" + home,
                        "PATH=" + bin + ":" + System.getenv("PATH"),
                        "sh",
                        launcher.toString(),
                        "relay",
                        "token"));
    }

    /** A stand-in for a Kura whose relay has its audit log open in a directory that nobody would guess. */
    @Test
    void aTokenBesideAGatewayIsOneOfItsRelayAndMakesNoOtherOverlay() throws Exception {
        Path keys = Files.createDirectories(temporary.resolve("chosen in the form"));
        Files.createFile(keys.resolve("ca.crt.pem"));
        Path log = Files.createFile(keys.resolve("audit.jsonl"));
        Path home = Files.createDirectory(temporary.resolve("home"));
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        Files.writeString(bin.resolve("id"), "#!/bin/sh\necho 1000\n");
        // a user without a relay of his own, whom the directory belongs to
        Files.writeString(bin.resolve("stat"), "#!/bin/sh\nid -u\n");
        for (String name : List.of("id", "stat")) {
            assertThat(bin.resolve(name).toFile().setExecutable(true)).isTrue();
        }
        Process kura = new ProcessBuilder(
                        "sh", "-c", "exec 5>>\"$1\"; echo; read line", "-Dkura.home=/opt", log.toString())
                .start();
        try {
            assertThat(kura.inputReader().readLine()).isEmpty();
            CommandResult result = token(home, bin);
            assertThat(result.output()).contains("tool.Main token --data " + keys + " --settings");
            assertThat(home).isEmptyDirectory();
        } finally {
            kura.destroyForcibly();
        }
    }

    @Test
    void aSecondStartNeedsNoOptionsAndKeepsWhatWasEdited() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r1").orThrow();
        List<String> first = settings("io.mnedc.device");
        Path file = data.resolve("etc/io.mnedc.device.config");
        Files.writeString(file, Files.readString(file) + "platform=\"press\"\nservices=[ \\\n  \"a\", \\\n  ]\n");

        run("device", "--data", data.toString(), "--relay", "r2").orThrow();
        run("device", "--data", data.toString()).orThrow();

        List<String> expected = new ArrayList<>(first);
        expected.replaceAll(line -> line.replace("r1", "r2"));
        expected.addAll(List.of("platform=\"press\"", "services=[ \\", "  \"a\", \\", "  ]"));
        assertThat(settings("io.mnedc.device")).containsExactlyElementsOf(expected);
    }

    @Test
    void aListOverSeveralLinesIsReplacedAsAWhole() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r1", "--id", "x").orThrow();
        Path file = data.resolve("etc/io.mnedc.device.config");
        Files.writeString(file, "relays=[ \\\n  \"a\", \\\n  \"b\", \\\n  ]\nenabled=B\"false\"\n");

        run("device", "--data", data.toString(), "--relay", "r2").orThrow();

        assertThat(settings("io.mnedc.device"))
                .containsExactly(
                        "relays=[\"r2\"]",
                        "enabled=B\"false\"",
                        "device.id=\"x\"",
                        "data.dir=\"" + data + "/identity\"");
    }

    @Test
    void aDeviceIdIsMadeUpOnceAndKept() throws IOException {
        run("device", "--data", data.toString(), "--relay", "r").orThrow();
        String id = Files.readString(data.resolve("device-id")).strip();

        run("device", "--data", data.toString()).orThrow();

        assertThat(id).matches("[A-Za-z0-9._-]{8,64}");
        assertThat(settings("io.mnedc.device")).contains("device.id=\"" + id + "\"");
    }

    @Test
    void aDeviceWithoutATokenOrARelayIsToldSo() {
        CommandResult result = run("device", "--data", data.toString());

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains("--relay HOST[:PORT]");
    }

    @Test
    void whatIsNotBuiltIsNamed() {
        CommandResult result = run("device", "--data", data.toString(), "--relay", "r");
        assertThat(result.status()).isZero();

        CommandResult missing = run("shell", "device", "--data", data.toString());

        assertThat(missing.status()).isEqualTo(3);
        assertThat(missing.output()).contains("shell.felix.jar");
    }

    private List<String> settings(String pid) throws IOException {
        return Files.readAllLines(data.resolve("etc/" + pid + ".config")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private CommandResult run(String... arguments) {
        return Command.run(Duration.ofSeconds(60), "", line(arguments));
    }

    private List<String> line(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("env", "MNEDC_BUILD=no", "JAVA_HOME=" + temporary.resolve("jdk"), "sh", launcher.toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
