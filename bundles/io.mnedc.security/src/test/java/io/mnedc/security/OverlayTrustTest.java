package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.authority.Issuer;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestClock;
import io.mnedc.testing.TestPki;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverlayTrustTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private TestPki pki;

    @BeforeEach
    void authorities() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        pki = TestPki.root();
    }

    private PeerName check(Identity identity, Role role) throws CertificateException {
        return OverlayTrust.check(identity.chain(), role, identity.trusted(), overlay.clock.instant(), Duration.ZERO);
    }

    private PeerName foreign(List<X509Certificate> chain, Role role) throws CertificateException {
        return OverlayTrust.check(chain, role, Set.of(pki.ca()), Instant.now(), Duration.ZERO);
    }

    private static GeneralName name(int type, String value) {
        return new GeneralName(type, value);
    }

    @Test
    void eachIsOnlyWhatItsCertificateSays() throws Exception {
        Identity device = overlay.device("a");
        Identity relay = overlay.authority.identity();
        assertThat(check(device, Role.DEVICE).deviceId()).isEqualTo("a");
        assertThat(check(relay, Role.RELAY)).isEqualTo(new PeerName("", Set.of(), true));
        assertThatThrownBy(() -> check(device, Role.RELAY)).hasMessageContaining("not that of a relay");
        assertThatThrownBy(() -> check(relay, Role.DEVICE)).hasMessageContaining("not that of a device");
    }

    @Test
    void theCaItselfIsNobody() throws Exception {
        Identity relay = overlay.authority.identity();
        List<X509Certificate> ca =
                List.of(overlay.authority.authorities().get(0).certificate());
        for (Role role : Role.values()) {
            assertThatThrownBy(
                            () -> OverlayTrust.check(ca, role, relay.trusted(), overlay.clock.instant(), Duration.ZERO))
                    .isInstanceOf(CertificateException.class);
        }
    }

    @Test
    void aDeviceIsNoCa() throws Exception {
        Identity device = overlay.device("a");
        Issuer impostor = new Issuer(device.key(), device.chain().get(0));
        List<X509Certificate> forged = List.of(
                impostor.device(Keys.generate().getPublic(), "b", Set.of(), overlay.clock.instant(), TestOverlay.YEAR),
                device.chain().get(0));
        assertThatThrownBy(() -> OverlayTrust.check(
                        forged, Role.DEVICE, device.trusted(), overlay.clock.instant(), Duration.ZERO))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> OverlayTrust.check(
                        forged, Role.DEVICE, Set.of(device.chain().get(0)), overlay.clock.instant(), Duration.ZERO))
                .as("nor as a trusted one")
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void anotherOverlaysDeviceIsAStranger() throws Exception {
        Identity stranger = new TestOverlay(directory.resolve("other")).device("a");
        assertThatThrownBy(() -> overlay.authority.admit(stranger.chain(), Duration.ZERO))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("not of this overlay");
    }

    @Test
    void aForgedSignatureIsFound() throws Exception {
        Identity device = overlay.device("a");
        byte[] der = device.chain().get(0).getEncoded();
        Random random = new Random(3);
        int believed = 0;
        for (int i = 0; i < 300; i++) {
            byte[] flipped = der.clone();
            flipped[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                OverlayTrust.check(
                        Pem.parse(List.of(flipped)),
                        Role.DEVICE,
                        device.trusted(),
                        overlay.clock.instant(),
                        Duration.ZERO);
                believed++;
            } catch (CertificateException e) {
                assertThat(e).hasMessageNotContaining("\n");
            }
        }
        assertThat(believed).isZero();
    }

    @Test
    void theTimesCount() throws Exception {
        Identity device = overlay.device("a");
        overlay.clock.advance(Duration.ofDays(-2));
        assertThatThrownBy(() -> check(device, Role.DEVICE)).hasMessageContaining("CN=a");
        overlay.clock.advance(Duration.ofDays(370));
        assertThatThrownBy(() -> check(device, Role.DEVICE))
                .hasMessageContaining("expired at")
                .hasMessageContaining("correct the clock");
    }

    @Test
    void tooManyCertificatesAreNotLookedAt() throws Exception {
        List<X509Certificate> many = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            many.addAll(overlay.device("a").chain());
        }
        assertThatThrownBy(() -> OverlayTrust.check(
                        many, Role.DEVICE, overlay.authority.identity().trusted(), Instant.now(), Duration.ZERO))
                .hasMessageContaining("9 certificates");
        assertThat(OverlayTrust.check(
                                many.subList(0, 8),
                                Role.DEVICE,
                                overlay.authority.identity().trusted(),
                                overlay.clock.instant(),
                                Duration.ZERO)
                        .deviceId())
                .isEqualTo("a");
        assertThatThrownBy(() ->
                        OverlayTrust.check(List.of(), Role.DEVICE, Set.of(pki.ca()), Instant.now(), Duration.ZERO))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void withoutAnybodyToTrustNobodyIsBelieved() throws Exception {
        Identity device = overlay.device("a");
        assertThatThrownBy(() -> OverlayTrust.check(
                        device.chain(), Role.DEVICE, Set.of(), overlay.clock.instant(), Duration.ZERO))
                .hasMessageContaining("not trusted here");
    }

    @Test
    void anotherPkisDeviceIsItsOnlyCommonName() throws Exception {
        var key = Keys.generate();
        for (TestPki issuer : List.of(pki, pki.sub(), pki.sub().sub())) {
            assertThat(foreign(
                            issuer.chain(key, "O=Works,CN=dev-7", KeyPurposeId.id_kp_clientAuth, List.of()),
                            Role.DEVICE))
                    .isEqualTo(new PeerName("dev-7", Set.of(), false));
        }
        assertThat(foreign(
                                pki.chain(
                                        key,
                                        "CN=dev-7",
                                        KeyPurposeId.id_kp_clientAuth,
                                        List.of(name(CertificateNames.URI, "mnedc://device/other"))),
                                Role.DEVICE)
                        .deviceId())
                .as("its own word about itself counts more")
                .isEqualTo("other");
        List<GeneralName> website = List.of(name(CertificateNames.URI, "https://works.example/dev-7"));
        assertThat(foreign(pki.chain(key, "CN=dev-7", KeyPurposeId.id_kp_clientAuth, website), Role.DEVICE))
                .as("what others write there is no name of ours")
                .isEqualTo(new PeerName("dev-7", Set.of(), false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"O=Works", "CN=a,CN=b", "CN=a+O=b", "CN=a b", "CN="})
    void aSubjectThatNamesNoDeviceIsRefused(String subject) throws Exception {
        List<X509Certificate> chain = pki.chain(Keys.generate(), subject, KeyPurposeId.id_kp_clientAuth, List.of());
        assertThatThrownBy(() -> foreign(chain, Role.DEVICE)).isInstanceOf(CertificateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mnedc://relay",
                "mnedc://device/",
                "mnedc://device/a/b",
                "mnedc://group/a",
                "mnedc://boss",
                "mnedc://device/a%20b"
            })
    void anOverlayNameThatIsWrongIsNotReplacedByTheCommonName(String uri) throws Exception {
        List<X509Certificate> chain = pki.chain(
                Keys.generate(), "CN=a", KeyPurposeId.id_kp_clientAuth, List.of(name(CertificateNames.URI, uri)));
        assertThatThrownBy(() -> foreign(chain, Role.DEVICE)).isInstanceOf(CertificateException.class);
    }

    @Test
    void aServersCertificateIsNoDevices() throws Exception {
        List<X509Certificate> server = pki.chain(Keys.generate(), "CN=relay", KeyPurposeId.id_kp_serverAuth, List.of());
        assertThatThrownBy(() -> foreign(server, Role.DEVICE)).hasMessageContaining("not that of a device");
        List<X509Certificate> client = pki.chain(Keys.generate(), "CN=a", KeyPurposeId.id_kp_clientAuth, List.of());
        assertThatThrownBy(() -> foreign(client, Role.RELAY)).hasMessageContaining("not that of a relay");
    }

    @ParameterizedTest
    @CsvSource({
        "2, relay.example.org, relay.example.org, true",
        "2, Relay.Example.ORG, relay.example.org., true",
        "2, *.example.org, relay.example.org, true",
        "2, *.example.org, a.b.example.org, false",
        "2, *.example.org, example.org, false",
        "2, *.org, example.org, false",
        "2, relay.example.org, other.example.org, false",
        "2, *.example.org, .example.org, false",
        "2, *.*.example.org, a.b.example.org, false",
        "2, 10.0.0.1, 10.0.0.1, false",
        "7, 10.0.0.1, 10.0.0.1, true",
        "7, 10.0.0.1, 10.0.0.2, false",
        "7, 10.0.0.1, relay.example.org, false",
        "7, 2001:db8::1, 2001:DB8:0::1, true",
        "7, 2001:db8::1, [2001:db8::1], true",
        "7, 2001:db8::1, 2001:db8::2, false",
        "7, ::1, ::1, true",
        "7, fe80::1, [fe80::1%eth0], true",
        "7, fe80::1, fe80::1%eth0, true",
        "2, relay.example.org, 10.0.0.1, false",
    })
    void anotherPkisRelayMustBeTheHostThatWasDialled(int type, String san, String host, boolean good) throws Exception {
        X509Certificate[] chain = pki.chain(
                        Keys.generate(), "CN=relay", KeyPurposeId.id_kp_serverAuth, List.of(name(type, san)))
                .toArray(new X509Certificate[0]);
        X509ExtendedTrustManager trust =
                OverlayTrust.relayTrust(Set.of(pki.ca()), host, TimeFloor.inMemory(overlay.clock));
        if (good) {
            assertThatCode(() -> trust.checkServerTrusted(chain, "UNKNOWN")).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> trust.checkServerTrusted(chain, "UNKNOWN"))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("is not for " + host)
                    .hasMessageContaining(
                            type == 7 == host.matches("[0-9.]+|[0-9a-f:]+")
                                    ? "but for [" + san.substring(0, 4)
                                    : type == 7 ? "but for no host name" : "but for no IP address");
        }
    }

    @Test
    void aClockOf1970LearnsTheTimeFromWhatTheCaSignedAndOnlyFromThat() throws Exception {
        Identity device = overlay.device("a");
        Identity relay = overlay.authority.identity();
        TimeFloor floor = TimeFloor.inMemory(new TestClock(Instant.EPOCH));
        X509Certificate[] stranger = new TestOverlay(directory.resolve("other"))
                .authority
                .identity()
                .chain()
                .toArray(new X509Certificate[0]);
        X509ExtendedTrustManager trust = OverlayTrust.relayTrust(device.trusted(), "h", floor);
        assertThatThrownBy(() -> trust.checkServerTrusted(stranger, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
        assertThat(floor.now()).isBefore(Instant.EPOCH.plusSeconds(3600));
        trust.checkServerTrusted(relay.chain().toArray(new X509Certificate[0]), "UNKNOWN");
        assertThat(floor.now()).isBetween(overlay.clock.instant().minus(Duration.ofHours(2)), overlay.clock.instant());
    }

    @Test
    void aStrangersKeyThatTakesLongToCheckIsNotEvenTried() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        X509ExtendedTrustManager relay = OverlayTrust.acceptAny();
        for (BigInteger exponent :
                List.of(RSAKeyGenParameterSpec.F4, BigInteger.ONE.shiftLeft(64).setBit(0))) {
            generator.initialize(new RSAKeyGenParameterSpec(2048, exponent));
            X509Certificate[] chain = pki.chain(
                            generator.generateKeyPair(), "CN=a", KeyPurposeId.id_kp_clientAuth, List.of())
                    .toArray(new X509Certificate[0]);
            if (exponent.equals(RSAKeyGenParameterSpec.F4)) {
                relay.checkClientTrusted(chain, "RSA");
            } else {
                assertThatThrownBy(() -> relay.checkClientTrusted(chain, "RSA"))
                        .isInstanceOf(CertificateException.class)
                        .hasMessageContaining("exponent of 65 bits");
            }
        }
    }

    @Test
    void anExpiredRelayIsNotBelieved() throws Exception {
        Identity device = overlay.device("a");
        X509Certificate[] chain = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        overlay.clock.advance(Duration.ofDays(366));
        X509ExtendedTrustManager trust =
                OverlayTrust.relayTrust(device.trusted(), "h", TimeFloor.inMemory(overlay.clock));
        assertThatThrownBy(() -> trust.checkServerTrusted(chain, "UNKNOWN")).hasMessageContaining("expired");
    }

    @Test
    void anHonestRelayIsBelievedAfterOneThatToldTheYear2100() throws Exception {
        Identity device = overlay.device("a");
        X509Certificate[] chain = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        Instant far = Instant.parse("2100-01-01T00:00:00Z");
        for (Instant clock : List.of(Instant.EPOCH, overlay.clock.instant())) {
            TimeFloor floor = TimeFloor.inMemory(new TestClock(clock));
            X509ExtendedTrustManager trust = OverlayTrust.relayTrust(device.trusted(), "h", floor);
            trust.checkServerTrusted(chain, "UNKNOWN");
            floor.told(far, chain[0].getNotBefore().toInstant(), far);
            assertThatCode(() -> trust.checkServerTrusted(chain, "UNKNOWN"))
                    .as("clock %s", clock)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aRelayThatHasExpiredByTheClockIsNotBelievedByAnOlderFloor() throws Exception {
        Identity device = overlay.device("a");
        X509Certificate[] chain = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        TimeFloor floor = TimeFloor.inMemory(new TestClock(Instant.parse("2100-01-01T00:00:00Z")));
        floor.raise(overlay.clock.instant());
        assertThatThrownBy(() ->
                        OverlayTrust.relayTrust(device.trusted(), "h", floor).checkServerTrusted(chain, "UNKNOWN"))
                .hasMessageContaining("correct the clock");
    }

    @Test
    void aFloorThatWasPushedAheadDoesNotDecideAgainstARelayThatTheClockAccepts() throws Exception {
        Identity device = overlay.device("a");
        X509Certificate[] chain = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        floor.raise(Instant.parse("2100-01-01T00:00:00Z"));
        assertThatCode(() ->
                        OverlayTrust.relayTrust(device.trusted(), "h", floor).checkServerTrusted(chain, "UNKNOWN"))
                .doesNotThrowAnyException();
        TimeFloor clockless = TimeFloor.inMemory(new TestClock(Instant.EPOCH));
        clockless.raise(Instant.parse("2100-01-01T00:00:00Z"));
        assertThatThrownBy(() -> OverlayTrust.relayTrust(device.trusted(), "h", clockless)
                        .checkServerTrusted(chain, "UNKNOWN"))
                .hasMessageContaining("expired");
    }

    @Test
    void aCertificateThatIsNotForSigningHandshakesIsNobodys() throws Exception {
        var key = Keys.generate();
        var leaf = new BasicConstraints(false);
        var signs = new KeyUsage(KeyUsage.digitalSignature);
        for (var each : List.of(
                pki.chain(
                        key,
                        "CN=a",
                        leaf,
                        new KeyUsage(KeyUsage.keyAgreement),
                        KeyPurposeId.id_kp_clientAuth,
                        List.of()),
                pki.chain(key, "CN=a", new BasicConstraints(0), signs, KeyPurposeId.id_kp_clientAuth, List.of()),
                pki.chain(key, "CN=a", new BasicConstraints(true), signs, KeyPurposeId.id_kp_clientAuth, List.of()))) {
            assertThatThrownBy(() -> foreign(each, Role.DEVICE))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("not for signing handshakes");
        }
        assertThat(foreign(pki.chain(key, "CN=a", leaf, null, KeyPurposeId.id_kp_clientAuth, List.of()), Role.DEVICE)
                        .deviceId())
                .as("another PKI may leave its uses open")
                .isEqualTo("a");
    }

    @Test
    void onlyAnotherPkiMayLeaveThePurposeOpen() throws Exception {
        var key = Keys.generate();
        assertThat(foreign(pki.chain(key, "CN=a", null, List.of()), Role.DEVICE).deviceId())
                .isEqualTo("a");
        List<X509Certificate> named =
                pki.chain(key, "CN=a", null, List.of(name(CertificateNames.URI, "mnedc://device/a")));
        assertThatThrownBy(() -> foreign(named, Role.DEVICE)).hasMessageContaining("not that of a device");
        List<X509Certificate> relay = pki.chain(key, "CN=relay", null, List.of());
        assertThatThrownBy(() -> foreign(relay, Role.RELAY)).hasMessageContaining("not that of a relay");
    }

    @Test
    void aClockOf1970LearnsTheTimeFromTheRelayOfItsJoinToken() throws Exception {
        Identity relay = overlay.authority.identity();
        TimeFloor floor = TimeFloor.inMemory(new TestClock(Instant.EPOCH));
        OverlayTrust.pinned(overlay.authority.fingerprint(), floor)
                .checkServerTrusted(relay.chain().toArray(new X509Certificate[0]), "UNKNOWN");
        assertThat(floor.now()).isBetween(overlay.clock.instant().minus(Duration.ofHours(2)), overlay.clock.instant());
    }

    @Test
    void theLogSaysByWhoseTimeARelayIsBelieved() throws Exception {
        Identity device = overlay.device("a");
        X509Certificate[] chain = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        Instant far = Instant.parse("2100-01-01T00:00:00Z");
        assertThat(logOf(device, chain, TimeFloor.inMemory(overlay.clock))).isEmpty();
        TimeFloor pushed = TimeFloor.inMemory(overlay.clock);
        pushed.raise(far);
        assertThat(logOf(device, chain, pushed)).contains("believed by this device's clock or the floor");
        TimeFloor clockless = TimeFloor.inMemory(new TestClock(Instant.EPOCH));
        clockless.told(far, Instant.EPOCH, far);
        assertThat(logOf(device, chain, clockless)).contains("believed by the beginning of its certificate");
    }

    private static String logOf(Identity device, X509Certificate[] chain, TimeFloor floor) {
        return Log.of(() -> assertThatCode(() ->
                        OverlayTrust.relayTrust(device.trusted(), "h", floor).checkServerTrusted(chain, "UNKNOWN"))
                .doesNotThrowAnyException());
    }
}
