package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.Issuer;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CA that was dropped lets nobody in again, whoever has its key and whoever has ever vouched for it. */
class CaDropTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private Issuer first;
    private Issuer second;
    private Identity before;

    @BeforeEach
    void twoAuthorities() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        before = overlay.device("before");
        first = new Issuer(Pem.key(overlay.directory.resolve("ca.key.pem")).getPrivate(), inUse());
        String added = overlay.authority.add();
        X509Certificate newer = overlay.authority.authorities().get(1).certificate();
        KeyPair key = Pem.key(overlay.directory.resolve("ca-" + added.substring(0, 16) + ".key.pem"));
        second = new Issuer(key.getPrivate(), newer);
    }

    private X509Certificate inUse() {
        return overlay.authority.authorities().get(0).certificate();
    }

    private void dropFirst() throws Exception {
        overlay.authority.use(Fingerprints.of(second.certificate()));
        overlay.authority.drop(Fingerprints.of(first.certificate()));
    }

    /** As relays before this one made them: nothing keeps such a certificate out of a path. */
    private X509Certificate vouchedForAsOnce(X509Certificate ca, Issuer by) throws Exception {
        return sign(by, ca.getSubjectX500Principal().getName(), ca, true);
    }

    private X509Certificate sign(Issuer by, String subject, X509Certificate keyOf, boolean authority) throws Exception {
        var now = overlay.clock.instant();
        TestCertificate certificate = new TestCertificate(subject, keyOf.getPublicKey())
                .good(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(9)))
                .authority(authority)
                .usage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature);
        if (!authority) {
            certificate.purpose(KeyPurposeId.id_kp_clientAuth);
        }
        return certificate.signedBy(by.certificate(), by.key());
    }

    private void nobodyIn(Issuer dropped, Issuer left) throws Exception {
        Set<X509Certificate> trusted = Set.of(left.certificate());
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        KeyPair key = Keys.generate();
        X509Certificate device =
                dropped.device(key.getPublic(), "thief", Set.of(), overlay.clock.instant(), TestOverlay.YEAR);
        X509Certificate relay = dropped.relay(key.getPublic(), overlay.clock.instant());
        X509Certificate unnamed = sign(dropped, "CN=thief", device, false);
        for (X509Certificate word : List.of(
                vouchedForAsOnce(dropped.certificate(), left),
                left.vouch(dropped.certificate(), overlay.clock.instant()))) {
            for (X509Certificate leaf : List.of(device, unnamed)) {
                assertThatThrownBy(() -> overlay.authority.admit(List.of(leaf, word), Duration.ofDays(400)))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.CERTIFICATE_REFUSED));
            }
            refused(OverlayTrust.peerTrust(trusted, "thief", floor), device, word);
            refused(OverlayTrust.relayTrust(trusted, "h", floor), relay, word);
            refused(OverlayTrust.relayTrust(trusted, "h", floor), relay, word, left.certificate());
            refused(OverlayTrust.pinned(Fingerprints.of(left.certificate()), floor), relay, word, left.certificate());
        }
    }

    private static void refused(X509ExtendedTrustManager trust, X509Certificate... chain) {
        assertThatThrownBy(() -> trust.checkServerTrusted(chain, "UNKNOWN")).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "UNKNOWN")).isInstanceOf(CertificateException.class);
    }

    @Test
    void whatTheDroppedOneIssuedIsWorthNothingWithTheWordOfItsSuccessor() throws Exception {
        dropFirst();
        assertThatThrownBy(() -> overlay.authority.admit(
                        List.of(before.chain().get(0), vouchedForAsOnce(first.certificate(), second)), Duration.ZERO))
                .hasMessageContaining("not of this overlay");
        nobodyIn(first, second);
    }

    @Test
    void oneThatWasAddedAndDroppedAgainIsWorthNothingEither() throws Exception {
        overlay.authority.drop(Fingerprints.of(second.certificate()));
        nobodyIn(second, first);
    }

    @Test
    void aWordForAnotherCaFitsIntoNoPathWhoeverChecksIt() throws Exception {
        List<X509Certificate> words = Pem.parse(overlay.authority.trusted()).stream()
                .filter(each -> !CrossSigning.isAuthority(each))
                .toList();
        assertThat(words)
                .as("only the elder vouches: nobody needs the word of the younger")
                .singleElement()
                .satisfies(word -> assertThat(word.getIssuerX500Principal())
                        .isEqualTo(first.certificate().getSubjectX500Principal()));
        X509Certificate leaf =
                second.device(Keys.generate().getPublic(), "d", Set.of(), overlay.clock.instant(), Duration.ofDays(1));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(first.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(overlay.clock.instant()));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf, words.get(0)));
        assertThatThrownBy(() -> CertPathValidator.getInstance("PKIX").validate(path, parameters))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("critical");
    }

    @Test
    void theRelayShowsWhatEveryDeviceBelievesUntilTheElderIsDropped() throws Exception {
        JoinToken made = overlay.token(TestOverlay.forAnyDevice(1));
        overlay.authority.use(Fingerprints.of(second.certificate()));
        JoinToken later = overlay.token(TestOverlay.forAnyDevice(1));
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        for (Set<X509Certificate> trusted :
                List.of(Set.of(first.certificate()), Set.of(first.certificate(), second.certificate()))) {
            believed(OverlayTrust.relayTrust(trusted, "h", floor));
        }
        believed(OverlayTrust.pinned(made.fingerprint(), floor));
        believed(OverlayTrust.pinned(later.fingerprint(), floor));
        overlay.authority.drop(Fingerprints.of(first.certificate()));
        believed(OverlayTrust.relayTrust(Set.of(second.certificate()), "h", floor));
        believed(OverlayTrust.pinned(overlay.token(TestOverlay.forAnyDevice(1)).fingerprint(), floor));
        assertThatThrownBy(() -> believed(OverlayTrust.pinned(later.fingerprint(), floor)))
                .as("tokens end with the CA that they name")
                .hasMessageContaining("new token");
    }

    private void believed(X509ExtendedTrustManager trust) throws Exception {
        trust.checkServerTrusted(overlay.authority.identity().chain().toArray(new X509Certificate[0]), "UNKNOWN");
    }

    @Test
    void theRelayIsCertifiedByTheYoungerWhenTheKeyOfTheElderIsGoneForTooLong() throws Exception {
        overlay.authority.use(Fingerprints.of(second.certificate()));
        Path elder = overlay.directory.resolve(
                "ca-" + Fingerprints.of(first.certificate()).substring(0, 16) + ".key.pem");
        Path safe = directory.resolve("safe.pem");
        Files.move(elder, safe);
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        overlay.clock.advance(Duration.ofDays(100));
        assertThat(overlay.authority.refresh()).isFalse();
        believed(OverlayTrust.relayTrust(Set.of(first.certificate()), "h", floor));
        overlay.clock.advance(Duration.ofDays(100));
        assertThat(overlay.authority.refresh()).isTrue();
        believed(OverlayTrust.relayTrust(Set.of(second.certificate()), "h", floor));
        assertThat(overlay.authority.refresh()).isFalse();
        Files.move(safe, elder);
        overlay.open();
        assertThat(overlay.authority.refresh()).isTrue();
        believed(OverlayTrust.relayTrust(Set.of(first.certificate()), "h", floor));
    }

    @Test
    void theRelaysOwnCertificateMustNotBeDroppedWithNobodyToMakeAnother() throws Exception {
        overlay.authority.use(Fingerprints.of(second.certificate()));
        Path key = overlay.directory.resolve("ca.key.pem");
        Path safe = directory.resolve("safe.pem");
        Files.move(key, safe);
        assertThatThrownBy(() -> overlay.authority.drop(Fingerprints.of(first.certificate())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("put it back as " + key);
        assertThat(overlay.open().authorities()).hasSize(2);
        Files.move(safe, key);
        overlay.authority.drop(Fingerprints.of(first.certificate()));
        assertThat(overlay.open().identity().chain().get(0).getIssuerX500Principal())
                .isEqualTo(second.certificate().getSubjectX500Principal());
    }

    @Test
    void aRotationThatAnOlderRelayBeganGoesOn() throws Exception {
        // as it left the files: each vouches for the other, the relay's certificate is by the one in use
        overlay.authority.use(Fingerprints.of(second.certificate()));
        Path files = overlay.directory;
        Pem.write(
                files.resolve("trusted.pem"),
                List.of(
                        first.certificate(),
                        second.certificate(),
                        vouchedForAsOnce(second.certificate(), first),
                        vouchedForAsOnce(first.certificate(), second)));
        KeyPair relay = Pem.key(files.resolve("relay.key.pem"));
        Pem.write(files.resolve("relay.crt.pem"), List.of(second.relay(relay.getPublic(), overlay.clock.instant())));
        OverlayAuthority upgraded = overlay.open();
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        X509Certificate[] chain = upgraded.identity().chain().toArray(new X509Certificate[0]);
        assertThat(upgraded.identity().trusted()).containsExactlyInAnyOrder(first.certificate(), second.certificate());
        OverlayTrust.relayTrust(Set.of(first.certificate()), "h", floor).checkServerTrusted(chain, "UNKNOWN");
        assertThat(CrossSigning.follow(Set.of(first.certificate()), Pem.parse(upgraded.trusted()), Set.of()))
                .contains(second.certificate());
        upgraded.drop(Fingerprints.of(first.certificate()));
        overlay.authority.refresh();
        nobodyIn(first, second);
    }

    /** A device that has followed from the first CA to the second. */
    private DeviceIdentityStore follower(JoinToken token) throws Exception {
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        device.enrolled(enrol(overlay.authority, device, token), token);
        dropFirst();
        Credentials renewed = overlay.authority
                .renew(device.identity().chain().get(0), "d", device.renewalRequest("d"))
                .credentials();
        assertThat(device.update(renewed)).isTrue();
        assertThat(device.identity().trusted()).containsExactly(second.certificate());
        return device;
    }

    private static Credentials enrol(OverlayAuthority at, DeviceIdentityStore device, JoinToken token)
            throws Exception {
        return at.enrol(token.id(), token.secret(), "d", device.enrolmentRequest("d", token))
                .credentials();
    }

    @Test
    void aDeviceDoesNotTakeBackWhatItsRelayDroppedWhoeverAsks() throws Exception {
        DeviceIdentityStore device = follower(overlay.token(TestOverlay.forDevice("d")));
        KeyPair stolen = new KeyPair(first.certificate().getPublicKey(), first.key());
        X509Certificate again =
                Issuer.selfSigned(stolen, overlay.clock.instant().plusSeconds(60));
        for (X509Certificate dropped : List.of(first.certificate(), again)) {
            List<byte[]> named =
                    Pem.encode(List.of(second.certificate(), dropped, vouchedForAsOnce(first.certificate(), second)));
            for (DeviceIdentityStore each :
                    List.of(device, DeviceIdentityStore.open(directory.resolve("device"), overlay.clock))) {
                assertThat(each.update(new Credentials(List.of(), named))).isFalse();
                assertThat(each.identity().trusted()).containsExactly(second.certificate());
            }
        }
    }

    @Test
    void aJoinTokenIsAWordOfItsOwn() throws Exception {
        JoinToken early = overlay.token(TestOverlay.forDevice("d"));
        Path backup = directory.resolve("backup");
        copy(overlay.directory, backup);
        DeviceIdentityStore device = follower(early);
        OverlayAuthority restored = OverlayAuthority.open(backup, TestOverlay.YEAR, overlay.clock);
        JoinToken token = restored.tokens().issue(TestOverlay.forDevice("d"), TestOverlay.RELAYS);
        device.enrolled(enrol(restored, device, token), token);
        assertThat(device.identity().trusted()).containsExactlyInAnyOrder(first.certificate(), second.certificate());
        assertThat(directory.resolve("device/dropped"))
                .as("it is not among those that were dropped any more")
                .content()
                .doesNotContain(Fingerprints.of(first.certificate().getPublicKey()));
    }

    @Test
    void aStrangerThatARelayNamesIsToldInTheLog() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        device.enrolled(enrol(overlay.authority, device, token), token);
        X509Certificate stranger = Issuer.selfSigned(Keys.generate(), overlay.clock.instant());
        assertThat(Log.of(() -> update(device, first.certificate(), second.certificate())))
                .isEmpty();
        assertThat(Log.of(() -> update(device, first.certificate(), second.certificate(), stranger)))
                .contains("names 1 CAs");
        assertThat(device.identity().trusted()).doesNotContain(stranger);
    }

    private static void update(DeviceIdentityStore device, X509Certificate... named) {
        assertThatCode(() -> device.update(new Credentials(List.of(), Pem.encode(List.of(named)))))
                .doesNotThrowAnyException();
    }

    private static void copy(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
