package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.Keys;
import io.mnedc.security.PeerName;
import io.mnedc.security.PeerTrust;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.TestOverlay;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestPki;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, with another PKI too, and that nobody is while the relay cannot know. */
class DeviceAuthorizationTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private Revocations revocations;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        revocations = Revocations.open(directory.resolve("revoked"), overlay.clock);
    }

    private static void refused(Reason reason, DeviceAuthorization authorization, List<X509Certificate> chain) {
        assertThatThrownBy(() -> authorization.admit(chain, Duration.ZERO))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void withAnotherPkiItsCertificateAndTheRevocationsDecide() throws Exception {
        TestPki pki = TestPki.root();
        List<X509Certificate> chain = pki.chain(Keys.generate(), "CN=dev-7", KeyPurposeId.id_kp_clientAuth, List.of());
        Identity relay = new Identity(Keys.generate().getPrivate(), List.of(pki.ca()), Set.of(pki.ca()));
        DeviceAuthorization authorization = new DeviceAuthorization(() -> relay, revocations, null, overlay.clock);
        assertThat(authorization.admit(chain, Duration.ZERO)).isEqualTo(new PeerName("dev-7", Set.of(), false));
        refused(Reason.CERTIFICATE_REFUSED, authorization, overlay.device("a").chain());
        revocations.revoke("dev-7", "");
        refused(Reason.REVOKED, authorization, chain);
    }

    @Test
    void nobodyIsLetInWhileTheRelayDoesNotKnowWhomItTrusts() throws Exception {
        DeviceAuthorization authorization = new DeviceAuthorization(
                () -> {
                    throw new GeneralSecurityException("the token is not in its reader");
                },
                revocations,
                null,
                overlay.clock);
        List<X509Certificate> chain = overlay.device("a").chain();
        String log = Log.of(() -> refused(Reason.UNDECIDED, authorization, chain));
        assertThat(log).contains("the token is not in its reader");
    }

    @Test
    void nobodyIsLetInWhileItsEnrolmentCannotBeRead() throws Exception {
        List<X509Certificate> chain = overlay.device("a").chain();
        assertThat(overlay.authority.admit(chain, Duration.ZERO).deviceId()).isEqualTo("a");
        Path record = Files.writeString(overlay.directory.resolve("devices/a"), "groups=");
        String log = Log.of(() -> assertThatThrownBy(() -> overlay.authority.admit(chain, Duration.ZERO))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNDECIDED)));
        assertThat(log).contains(record.toString());
    }

    @Test
    void whoShowsNoCertificateIsRefusedOnEitherSide() throws Exception {
        List<List<X509Certificate>> seen = new ArrayList<>();
        X509ExtendedTrustManager trust = new PeerTrust(seen::add);
        X509Certificate[] chain = overlay.device("a").chain().toArray(new X509Certificate[0]);
        List<Side> sides = List.of(
                shown -> trust.checkClientTrusted(shown, "EC"),
                shown -> trust.checkClientTrusted(shown, "EC", (Socket) null),
                shown -> trust.checkClientTrusted(shown, "EC", (SSLEngine) null),
                shown -> trust.checkServerTrusted(shown, "EC"),
                shown -> trust.checkServerTrusted(shown, "EC", (Socket) null),
                shown -> trust.checkServerTrusted(shown, "EC", (SSLEngine) null));
        for (Side side : sides) {
            assertThatThrownBy(() -> side.check(new X509Certificate[0]))
                    .isInstanceOf(CertificateException.class)
                    .hasMessage("no certificate was shown");
            side.check(chain);
        }
        assertThat(seen).hasSize(sides.size()).containsOnly(List.of(chain));
        assertThat(trust.getAcceptedIssuers()).isEmpty();
    }

    private interface Side {
        void check(X509Certificate[] shown) throws CertificateException;
    }
}
