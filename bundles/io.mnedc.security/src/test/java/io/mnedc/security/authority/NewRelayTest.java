package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.Pem;
import io.mnedc.security.TestOverlay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a relay that joins believes of the answer, and what is in its directory afterwards. */
class NewRelayTest {
    @TempDir
    private Path temporary;

    private Path host;
    private TestOverlay overlay;
    private TestOverlay stranger;
    private JoinToken token;
    private NewRelay relay;

    @BeforeEach
    void makeOverlay() throws Exception {
        overlay = new TestOverlay(temporary.resolve("overlay"));
        stranger = new TestOverlay(temporary.resolve("stranger"));
        host = temporary.resolve("host");
        token = token();
        relay = NewRelay.open(host, InstantSource.system());
    }

    private JoinToken token() throws Exception {
        return overlay.token(TokenRequest.forRelays(Duration.ofHours(1), 1, List.of("relay.example:3334")));
    }

    private static Issuer issuer(TestOverlay by) throws Exception {
        return new Issuer(
                Pem.key(by.directory.resolve("ca.key.pem")).getPrivate(),
                Pem.certificates(by.directory.resolve("ca.crt.pem")).get(0));
    }

    private PublicKey key() throws Exception {
        return CertificateRequest.provenKey(relay.request(token));
    }

    private static Credentials credentials(X509Certificate own, List<byte[]> trusted) throws CertificateException {
        return new Credentials(Pem.encode(List.of(own)), trusted);
    }

    private void refused(Credentials answer, String why) {
        assertThatThrownBy(() -> relay.joined(answer, token))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining(why);
        for (String file : List.of("relay.crt.pem", "ca.crt.pem", "trusted.pem")) {
            assertThat(host.resolve(file)).doesNotExist();
        }
    }

    @Test
    void theKeyIsThereBeforeItIsAskedForAndStays() throws Exception {
        PublicKey first = key();
        assertThat(host.resolve("relay.key.pem")).exists();
        relay = NewRelay.open(host, InstantSource.system());
        assertThat(key()).isEqualTo(first);
    }

    @Test
    void anAnswerForAnotherKeyIsRefused() throws Exception {
        key();
        KeyPair other = Keys.generate();
        refused(
                credentials(issuer(overlay).relay(other.getPublic(), Instant.now()), overlay.authority.trusted()),
                "for another key");
    }

    @Test
    void theCertificateOfADeviceIsRefused() throws Exception {
        X509Certificate device = issuer(overlay).device(key(), "press-7", Set.of(), Instant.now(), Duration.ofDays(1));
        refused(credentials(device, overlay.authority.trusted()), "is not that of a relay");
    }

    @Test
    void anAnswerWithoutTheTokensCaIsRefused() throws Exception {
        refused(
                credentials(issuer(stranger).relay(key(), Instant.now()), stranger.authority.trusted()),
                "does not name the CA of the join token");
    }

    @Test
    void aCertificateOfACaForWhichNobodyVouchesIsRefused() throws Exception {
        List<byte[]> both = new ArrayList<>(overlay.authority.trusted());
        both.addAll(stranger.authority.trusted());
        assertThatThrownBy(() -> relay.joined(credentials(issuer(stranger).relay(key(), Instant.now()), both), token))
                .isInstanceOf(CertificateException.class);
        assertThat(host.resolve("relay.crt.pem")).doesNotExist();
        relay.joined(credentials(issuer(overlay).relay(key(), Instant.now()), both), token);
        assertThat(Pem.certificates(host.resolve("trusted.pem")))
                .isEqualTo(Pem.certificates(overlay.directory.resolve("trusted.pem")));
    }

    @Test
    void anAnswerWithoutACertificateOrWithGarbageIsRefused() throws Exception {
        key();
        refused(new Credentials(List.of(), overlay.authority.trusted()), "has no certificate");
        assertThatThrownBy(() ->
                        relay.joined(new Credentials(List.of(new byte[] {1, 2}), overlay.authority.trusted()), token))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> relay.joined(new Credentials(List.of(), List.of(new byte[] {1, 2})), token))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        Instant then = Instant.now().minus(Duration.ofDays(400));
        refused(credentials(issuer(overlay).relay(key(), then), overlay.authority.trusted()), "expired");
    }

    @Test
    void whileThereAreTwoCasTheFilesAreThoseOfTheOtherRelays() throws Exception {
        String added = overlay.authority.add();
        for (boolean use : List.of(false, true)) {
            if (use) {
                overlay.authority.use(added);
            }
            token = token();
            X509Certificate own = new Issuer(
                            Pem.key(elderKey()).getPrivate(),
                            Pem.certificates(overlay.directory.resolve("trusted.pem"))
                                    .get(0))
                    .relay(key(), Instant.now());
            relay.joined(credentials(own, overlay.authority.trusted()), token);
            for (String file : List.of("ca.crt.pem", "trusted.pem")) {
                assertThat(Files.readString(host.resolve(file)))
                        .as(file)
                        .isEqualTo(Files.readString(overlay.directory.resolve(file)));
            }
            assertThat(host.resolve("ca.key.pem")).doesNotExist();
        }
        // without a shared store, too, it starts with what it has
        OverlayAuthority opened = OverlayAuthority.open(host, Duration.ofDays(1), InstantSource.system());
        assertThat(opened.issues()).isFalse();
        assertThat(opened.fingerprint()).isEqualTo(overlay.authority.fingerprint());
    }

    private Path elderKey() throws Exception {
        X509Certificate elder =
                Pem.certificates(overlay.directory.resolve("trusted.pem")).get(0);
        return overlay.authority.authorities().stream()
                .filter(ca -> ca.certificate().equals(elder))
                .findFirst()
                .orElseThrow()
                .key()
                .orElseThrow();
    }

    @Test
    void theDirectoryOfAnotherOverlayIsLeftAsItIs() throws Exception {
        String before = Files.readString(stranger.directory.resolve("trusted.pem"));
        NewRelay other = NewRelay.open(stranger.directory, InstantSource.system());
        assertThatThrownBy(() -> other.request(token)).hasMessageContaining("belongs to a relay of another overlay");
        assertThat(Files.readString(stranger.directory.resolve("trusted.pem"))).isEqualTo(before);
    }
}
