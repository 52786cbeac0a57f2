package io.mnedc.security.device;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.security.JoinToken;
import io.mnedc.security.TestOverlay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A full disk, an editor or a bad copy: whatever is in a file now, the refusal names the file and the cure. */
class DamagedFilesTest {
    @TempDir
    private Path directory;

    private static byte[] random() {
        byte[] bytes = new byte[700];
        new Random(4).nextBytes(bytes);
        return bytes;
    }

    private static Stream<byte[]> contents() {
        String nothing = """
                -----BEGIN CERTIFICATE-----
                -----END CERTIFICATE-----
                -----BEGIN PRIVATE KEY-----
                -----END PRIVATE KEY-----
                -----BEGIN PUBLIC KEY-----
                -----END PUBLIC KEY-----
                """;
        return Stream.concat(
                Stream.of("", "\n", "not for you", nothing, nothing.replace("-\n-", "-\nAAAA\n-"), "0\u0082")
                        .map(text -> text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)),
                Stream.of(random()));
    }

    private static Stream<Arguments> cases(List<String> files) {
        return files.stream().flatMap(file -> contents().map(content -> Arguments.of(file, content)));
    }

    static Stream<Arguments> ofARelay() {
        return cases(List.of("ca.crt.pem", "ca.key.pem", "trusted.pem", "relay.crt.pem", "relay.key.pem"));
    }

    static Stream<Arguments> ofADevice() {
        return cases(List.of("device.crt.pem", "device.key.pem", "trusted.pem"));
    }

    private interface Opening {
        void run() throws IOException, GeneralSecurityException;
    }

    private static void refused(Path file, Opening opening) {
        assertThatThrownBy(opening::run)
                .isInstanceOfAny(IOException.class, GeneralSecurityException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("put it back")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @MethodSource
    void ofARelay(String name, byte[] content) throws Exception {
        TestOverlay overlay = new TestOverlay(directory.resolve("relay"));
        Path file = overlay.directory.resolve(name);
        Files.write(file, content);
        refused(file, overlay::open);
        overlay.authority.refresh();
        overlay.authority.admit(overlay.device("a").chain(), TestOverlay.YEAR);
    }

    @ParameterizedTest
    @MethodSource
    void ofADevice(String name, byte[] content) throws Exception {
        TestOverlay overlay = new TestOverlay(directory.resolve("relay"));
        JoinToken token = overlay.token(TestOverlay.forDevice("a"));
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        device.enrolled(
                overlay.authority
                        .enrol(token.id(), token.secret(), "a", device.enrolmentRequest("a", token))
                        .credentials(),
                token);
        Path file = directory.resolve("device").resolve(name);
        Files.write(file, content);
        refused(file, () -> DeviceIdentityStore.open(directory.resolve("device"), overlay.clock));
    }
}
