package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.CertificateNames;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Pem;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.Role;
import io.mnedc.security.TestOverlay;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlayAuthorityTest {
    @TempDir
    private Path temporary;

    private Path directory;
    private TestOverlay overlay;

    @BeforeEach
    void firstStart() throws Exception {
        directory = temporary.resolve("new/data");
        overlay = new TestOverlay(directory);
    }

    private static X509Certificate own(Identity identity) {
        return identity.chain().get(0);
    }

    private static Duration life(X509Certificate certificate) {
        return Duration.between(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    @Test
    void theFirstStartMakesCaAndRelayCertificateForTheOwnerOnly() throws Exception {
        assertThat(permissions(directory)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.walk(directory).filter(Files::isRegularFile)) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(4)
                    .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
        Identity identity = overlay.authority.identity();
        assertThat(own(identity).getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(own(identity).getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(own(identity).getNotBefore()).isBefore(java.util.Date.from(overlay.clock.instant()));
        assertThat(life(own(identity))).isBetween(Duration.ofDays(365), Duration.ofDays(366));
        assertThat(OverlayTrust.check(
                                identity.chain(),
                                Role.RELAY,
                                identity.trusted(),
                                overlay.clock.instant(),
                                Duration.ZERO)
                        .named())
                .isTrue();
        assertThat(overlay.authority.authorities()).singleElement().satisfies(ca -> {
            assertThat(ca.fingerprint()).isEqualTo(overlay.authority.fingerprint());
            assertThat(ca.inUse()).isTrue();
            assertThat(life(ca.certificate())).isGreaterThan(Duration.ofDays(19 * 365));
        });
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theNextStartIsTheSameRelay() throws Exception {
        assertThat(overlay.open().identity().chain())
                .isEqualTo(overlay.authority.identity().chain());
        assertThat(overlay.authority.refresh()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "ca.key.pem", "relay.key.pem"})
    void whatOthersCanReadIsRefusedWithTheCommandThatCuresIt(String name) throws Exception {
        Path path = directory.resolve(name).normalize();
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(name.equals(".") ? "rwxr-x---" : "rw-r-----"));
        assertThatThrownBy(overlay::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod " + (name.equals(".") ? "700 " : "600 ") + path);
    }

    @Test
    void theRelaysCertificateIsRenewedAtHalfOfItsLife() throws Exception {
        X509Certificate first = own(overlay.authority.identity());
        overlay.clock.advance(Duration.ofDays(180));
        assertThat(overlay.authority.refresh()).isFalse();
        overlay.clock.advance(Duration.ofDays(4));
        assertThat(overlay.authority.refresh()).isTrue();
        X509Certificate second = own(overlay.authority.identity());
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
        assertThat(own(overlay.open().identity())).isEqualTo(second);
        assertThat(overlay.authority.refresh()).isFalse();
    }

    @Test
    void aRelayThatWasOffForYearsRenewsAtItsStart() throws Exception {
        overlay.clock.advance(Duration.ofDays(3 * 365));
        assertThat(overlay.open().expires()).isAfter(overlay.clock.instant().plus(Duration.ofDays(300)));
    }

    @Test
    void aRelayWhoseClockIsSetBackMakesAnotherCertificateAtOnce() throws Exception {
        Instant right = overlay.clock.instant();
        overlay.clock.advance(Duration.ofDays(3650));
        OverlayAuthority wrong = overlay.open();
        assertThat(own(wrong.identity()).getNotBefore().toInstant()).isAfter(right);

        overlay.clock.set(right);

        assertThat(overlay.open().expires()).isBefore(right.plus(Duration.ofDays(367)));
        assertThat(wrong.refresh()).isTrue();
        assertThat(own(wrong.identity()).getNotBefore().toInstant()).isBefore(right);
        assertThat(wrong.refresh()).isFalse();
    }

    @Test
    void aDevicesCertificateSaysWhoItIsAndNothingThatItAskedFor() throws Exception {
        KeyPair key = Keys.generate();
        byte[] request = CertificateRequest.make(key.getPrivate(), key.getPublic(), "admin");
        Credentials credentials = overlay.authority.issue(request, "d-1", Set.of("sensors", "roof"));
        X509Certificate certificate = Pem.parse(credentials.chain()).get(0);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=d-1");
        assertThat(CertificateNames.alternatives(certificate, CertificateNames.URI))
                .containsExactly("mnedc://device/d-1", "mnedc://group/roof", "mnedc://group/sensors");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(life(certificate)).isBetween(TestOverlay.YEAR, TestOverlay.YEAR.plusHours(2));
        assertThat(certificate.getNotAfter().toInstant())
                .isBefore(overlay.clock.instant().plus(TestOverlay.YEAR.plusHours(1)));
    }

    @Test
    void withoutTheCaKeyTheRelayRunsButIssuesNothing() throws Exception {
        Identity device = overlay.device("a");
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        Path away = temporary.resolve("safe");
        Files.move(directory.resolve("ca.key.pem"), away);
        assertThat(overlay.authority.refresh()).isFalse();
        assertThat(overlay.authority.issues()).isFalse();
        assertThat(overlay.authority.admit(device.chain(), Duration.ZERO).deviceId())
                .isEqualTo("a");
        assertThatThrownBy(() -> overlay.redeem(token, "b", Keys.generate()))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ENROLMENT_UNAVAILABLE));
        assertThatThrownBy(() -> overlay.device("c"))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ENROLMENT_UNAVAILABLE));
        assertThatThrownBy(() -> overlay.token(TestOverlay.forAnyDevice(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("put it back as " + directory.resolve("ca.key.pem"));
        assertThat(overlay.open().identity()).isNotNull();

        Files.move(away, directory.resolve("ca.key.pem"));
        overlay.authority.refresh();
        assertThat(overlay.redeem(token, "b", Keys.generate()).deviceId()).isEqualTo("b");
    }

    @Test
    void withoutTheCaKeyAMissingRelayKeyIsAClearRefusal() throws Exception {
        Files.delete(directory.resolve("ca.key.pem"));
        Files.delete(directory.resolve("relay.key.pem"));
        assertThatThrownBy(overlay::open)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("put " + directory.resolve("ca.key.pem") + " back");
    }

    @Test
    void aLostCaCertificateIsNotReplacedByANewCa() throws Exception {
        Files.delete(directory.resolve("ca.crt.pem"));
        assertThatThrownBy(overlay::open).hasMessageContaining("ca.crt.pem is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca.crt.pem", "ca.key.pem", "trusted.pem", "relay.key.pem"})
    void aDamagedFileIsNamedAndStopsNothingThatRuns(String name) throws Exception {
        Files.writeString(directory.resolve(name), "-----BEGIN NOTHING-----\n");
        assertThatThrownBy(overlay::open).hasMessageContaining(name);
        X509Certificate before = own(overlay.authority.identity());
        String log = Log.of(() -> {
            for (int second = 0; second < 3; second++) {
                assertThat(overlay.authority.refresh()).isFalse();
            }
        });
        assertThat(log.split("are not taken over", -1)).as("it is said, once").hasSize(2);
        assertThat(own(overlay.authority.identity())).isEqualTo(before);
    }

    @Test
    void theKeyOfAnotherCaIsRefused() throws Exception {
        TestOverlay other = new TestOverlay(temporary.resolve("other"));
        Files.copy(
                other.directory.resolve("ca.key.pem"),
                directory.resolve("ca.key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(overlay::open).hasMessageContaining("is not the key of");
    }

    @Test
    void whatAWriterLeftThatDiedBeforeItsRenameDisturbsNobody() throws Exception {
        Path half = Files.writeString(directory.resolve(".ca.crt.pem.0123.tmp"), "half a certif");
        Path token = Files.writeString(directory.resolve("tokens/.0000000000000001.0123.tmp"), "secret");
        Path device = Files.writeString(directory.resolve("devices/.a.0123.tmp"), "dev");
        overlay.open();
        assertThat(half).as("may be somebody's at work").exists();
        assertThat(Log.of(() -> assertThat(overlay.authority.enrolments().all()).isEmpty()))
                .isEmpty();
        for (Path file : List.of(half, token, device)) {
            Files.setLastModifiedTime(
                    file, java.nio.file.attribute.FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        }
        overlay.open();
        assertThat(List.of(half, token, device)).noneMatch(Files::exists);
    }
}
