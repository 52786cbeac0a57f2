package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Files that people have edited, read by File Install: what is mistaken is named, and what runs goes on. */
class FileInstallIT {
    private static final String MARK = "\ufeff";

    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(FileInstallIT.class).getBundleContext();
    private final Services services = new Services(context);
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final PrintStream standard = System.err;
    private Path files;
    private Configuration watch;

    @BeforeEach
    void begin() throws IOException {
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        files = Files.createDirectory(data.resolve("etc"));
        var reference = context.getServiceReference(ConfigurationAdmin.class);
        watch = context.getService(reference).createFactoryConfiguration("org.apache.felix.fileinstall", "?");
        watch.update(FrameworkUtil.asDictionary(Map.<String, Object>of(
                "felix.fileinstall.dir", files.toString(),
                "felix.fileinstall.poll", "200",
                "felix.fileinstall.noInitialDelay", "true",
                "felix.fileinstall.disableNio2", "true",
                "felix.fileinstall.enableConfigSave", "false",
                "felix.fileinstall.log.level", "1")));
    }

    @AfterEach
    void end() throws Exception {
        try (Stream<Path> present = Files.list(files)) {
            for (Path file : present.toList()) {
                Files.delete(file);
            }
        }
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
        Waits.until("nothing to say", this::notices, String::isEmpty);
        watch.delete();
        System.setErr(standard);
        standard.print(log.toString(StandardCharsets.UTF_8));
    }

    /** Put in place whole: File Install must not read half of it. */
    private void file(String name, String text) throws IOException {
        Path fresh = Files.writeString(data.resolve("fresh"), text);
        Files.move(fresh, files.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private String typed() {
        return """
                enabled=B"true"
                device.id="files"
                security="none"
                relays=["127.0.0.1:1"]
                data.dir="%s"
                mtu=I"1400"
                """.formatted(data.resolve("device"));
    }

    private String plain() {
        return typed().replace("\"", "")
                .replace("B", "")
                .replace("=I", "=")
                .replace("[", "")
                .replace("]", "");
    }

    private String notices() {
        try {
            StringBuilder texts = new StringBuilder();
            for (var reference : context.getServiceReferences(Notice.class, null)) {
                Notice notice = context.getService(reference);
                texts.append(notice == null ? "" : notice.pid() + ": " + notice.text() + "\n");
                context.ungetService(reference);
            }
            return texts.toString();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<String> deviceId() {
        return services.ask(DeviceStatus.class, status -> status.snapshot().deviceId());
    }

    private void awaitDevice() throws InterruptedException {
        Waits.until("the device", this::deviceId, Optional.of("files")::equals);
    }

    private void awaitLog(String part) throws InterruptedException {
        Waits.until("the log", () -> log.toString(StandardCharsets.UTF_8), text -> text.contains(part));
    }

    @Test
    void aByteOrderMarkBeforeTheFirstKeyIsReadOver() throws Exception {
        file("io.mnedc.device.config", MARK + typed());
        awaitDevice();
        awaitLog("byte order mark");
        assertThat(notices()).isEmpty();
    }

    @Test
    void aByteOrderMarkBeforeTheFirstKeyOfAPlainFileIsReadOver() throws Exception {
        file("io.mnedc.device.cfg", MARK + plain());
        awaitDevice();
        awaitLog("byte order mark");
    }

    @Test
    void aFileThatGetsAByteOrderMarkStopsNoDevice() throws Exception {
        file("io.mnedc.device.config", typed());
        awaitDevice();
        Object running = context.getServiceReference(DeviceStatus.class);
        file("io.mnedc.device.config", MARK + typed());
        awaitLog("byte order mark");
        assertThat(context.getServiceReference(DeviceStatus.class)).isEqualTo(running);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("mtu=I\"1400\"", "mtu=1300", "mtu=1300, which is not as a typed file wants it"),
                arguments("device.id=\"files\"", "device.id=\"files", "device.id=\"files"),
                arguments("security=\"none\"", "security=none", "security=none, which is not as a typed file"),
                arguments("relays=[\"127.0.0.1:1\"]", "relays=127.0.0.1:1", "relays=127.0.0.1:1, which is not"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theMistakenLineOfATypedFileIsNamedAndTheOldOneGoesOn(String good, String wrong, String named)
            throws Exception {
        file("io.mnedc.device.config", typed());
        awaitDevice();
        Object running = context.getServiceReference(DeviceStatus.class);
        String mistaken = typed().replace(good, wrong);
        assertThat(mistaken).isNotEqualTo(typed());
        file("io.mnedc.device.config", mistaken);
        String said =
                Waits.until("the notice", this::notices, text -> text.contains("a line of this file is mistaken"));
        assertThat(said).contains("io.mnedc.device: configuration refused", named, "running with the settings of");
        assertThat(said.lines()).as("said once").hasSize(1);
        assertThat(context.getServiceReference(DeviceStatus.class)).isEqualTo(running);
        file("io.mnedc.device.config", typed());
        Waits.until("nothing to say", this::notices, String::isEmpty);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theMistakenLineIsNamedAtTheStart(String good, String wrong, String named) throws Exception {
        file("io.mnedc.device.config", typed().replace(good, wrong));
        assertThat(Waits.until("the notice", this::notices, text -> !text.isEmpty()))
                .contains("a line of this file is mistaken", named);
    }

    @Test
    void aWrongTypeInAPlainFileIsNamedByEachComponent() throws Exception {
        file("io.mnedc.device.cfg", plain().replace("mtu=1400", "mtu=many").replace("enabled=true", "enabled=yes"));
        file("io.mnedc.relay.cfg", "enabled=true\nkeepalive.millis=often\nloops=B\"true\"\n");
        file("io.mnedc.address.cfg", "enabled=true\npool=I\"10\"\nlease.absence=\n");
        String said = Waits.until(
                "three notices",
                this::notices,
                text -> Stream.of("io.mnedc.device: ", "io.mnedc.relay: ", "io.mnedc.address: ")
                        .allMatch(text::contains));
        assertThat(said)
                .contains("mtu = \"many\" is not allowed")
                .contains("enabled = \"yes\" is not allowed; allowed is true or false")
                .contains("loops=B\"true\", which is written as in a typed file, but a .cfg file has plain texts")
                .contains("pool=I\"10\", which is written as in a typed file");
        assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("Exception");
    }

    /** Starts the device and has it stopped. */
    private void stoppedBy(String text, String why) throws Exception {
        file("io.mnedc.device.config", typed());
        awaitDevice();
        if (text.isEmpty()) {
            Files.delete(files.resolve("io.mnedc.device.config"));
        } else {
            file("io.mnedc.device.config", text);
        }
        awaitLog("The device stops: " + why);
        Waits.until("ended", this::deviceId, Optional::isEmpty);
    }

    @Test
    void whoeverStopsSaysWhy() throws Exception {
        stoppedBy(typed().replace("enabled=", "#enabled="), "enabled is not set" + System.lineSeparator());
        stoppedBy(
                typed().replace("enabled=", "enabeld="),
                "enabled is not set; the unknown key \"enabeld\" may be meant for it");
        stoppedBy(typed().replace("B\"true\"", "B\"false\""), "enabled is false");
        stoppedBy("", "its configuration was deleted");
    }
}
