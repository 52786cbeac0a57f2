package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real handshakes, in memory. */
class OverlayTlsTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private SSLContext relay;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        relay = OverlayTls.context(overlay.authority.identity(), OverlayTrust.acceptAny());
    }

    private SSLEngine relayEngine() {
        return OverlayTls.server(relay, false, OverlayTls.CONTROL, OverlayTls.ENROL);
    }

    private TimeFloor floor() {
        return TimeFloor.inMemory(overlay.clock);
    }

    private static List<X509Certificate> peer(SSLEngine engine) throws SSLPeerUnverifiedException {
        return Stream.of(engine.getSession().getPeerCertificates())
                .map(X509Certificate.class::cast)
                .toList();
    }

    @Test
    void aDeviceAndItsRelayKnowEachOtherAfterTheHandshake() throws Exception {
        Identity device = overlay.device("dev:1", "sensors");
        SSLContext context =
                OverlayTls.context(device, OverlayTrust.relayTrust(device.trusted(), "192.0.2.1", floor()));
        SSLEngine client = OverlayTls.client(context, OverlayTls.CONTROL);
        SSLEngine server = relayEngine();
        Handshake.run(client, server);
        assertThat(server.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(server.getApplicationProtocol()).isEqualTo(OverlayTls.CONTROL);
        PeerName name = overlay.authority.admit(peer(server), Duration.ZERO);
        assertThat(name.deviceId()).isEqualTo("dev:1");
        assertThat(name.groups()).containsExactly("sensors");
        assertThat(name.named()).isTrue();
    }

    @Test
    void aDeviceWithATokenKnowsTheRelayByTheCasFingerprint() throws Exception {
        String fingerprint = overlay.authority.fingerprint();
        SSLContext context = OverlayTls.context(null, OverlayTrust.pinned(fingerprint, floor()));
        SSLEngine server = relayEngine();
        Handshake.run(OverlayTls.client(context, OverlayTls.ENROL), server);
        assertThat(server.getApplicationProtocol()).isEqualTo(OverlayTls.ENROL);
        assertThatThrownBy(() -> server.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @Test
    void aRelayOfAnotherOverlayIsNotTheTokens() throws Exception {
        TestOverlay other = new TestOverlay(directory.resolve("other"));
        SSLContext context = OverlayTls.context(null, OverlayTrust.pinned(other.authority.fingerprint(), floor()));
        assertThatThrownBy(() -> Handshake.run(OverlayTls.client(context, OverlayTls.ENROL), relayEngine()))
                .isInstanceOf(SSLException.class)
                .hasStackTraceContaining("not the one of the join token");
    }

    @Test
    void aRelayOfAnotherOverlayIsRefused() throws Exception {
        Identity stranger = new TestOverlay(directory.resolve("other")).device("a");
        SSLContext context = OverlayTls.context(stranger, OverlayTrust.relayTrust(stranger.trusted(), "h", floor()));
        assertThatThrownBy(() -> Handshake.run(OverlayTls.client(context, OverlayTls.CONTROL), relayEngine()))
                .hasStackTraceContaining("is not of this overlay");
    }

    @Test
    void aDeviceCannotPlayTheRelay() throws Exception {
        SSLContext fake = OverlayTls.context(overlay.device("a"), OverlayTrust.acceptAny());
        Identity device = overlay.device("b");
        SSLContext context = OverlayTls.context(device, OverlayTrust.relayTrust(device.trusted(), "h", floor()));
        assertThatThrownBy(() -> Handshake.run(
                        OverlayTls.client(context, OverlayTls.CONTROL),
                        OverlayTls.server(fake, false, OverlayTls.CONTROL)))
                .hasStackTraceContaining("is not that of a relay");
    }

    @Test
    void twoDevicesCheckEachOthersId() throws Exception {
        Identity a = overlay.device("a");
        Identity b = overlay.device("b");
        SSLContext forB = OverlayTls.context(a, OverlayTrust.peerTrust(a.trusted(), "b", floor()));
        SSLContext forA = OverlayTls.context(b, OverlayTrust.peerTrust(b.trusted(), "a", floor()));
        SSLContext forC = OverlayTls.context(a, OverlayTrust.peerTrust(a.trusted(), "c", floor()));
        Handshake.run(OverlayTls.client(forB, OverlayTls.PEER), OverlayTls.server(forA, true, OverlayTls.PEER));
        assertThatThrownBy(() -> Handshake.run(
                        OverlayTls.client(forC, OverlayTls.PEER), OverlayTls.server(forA, true, OverlayTls.PEER)))
                .hasStackTraceContaining("is that of b, not of c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void keysOfAnyKindThatGatewaysHaveServeOnBothSides(String algorithm) throws Exception {
        TestPki pki = TestPki.root();
        KeyPair key = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        Identity one = new Identity(
                key.getPrivate(), pki.chain(key, "CN=a", KeyPurposeId.id_kp_clientAuth, List.of()), Set.of(pki.ca()));
        TimeFloor floor = TimeFloor.inMemory(InstantSource.system());
        SSLContext context = OverlayTls.context(one, OverlayTrust.peerTrust(one.trusted(), "a", floor));
        SSLEngine server = OverlayTls.server(context, true, OverlayTls.PEER);
        Handshake.run(OverlayTls.client(context, OverlayTls.PEER), server);
        assertThat(peer(server)).isEqualTo(one.chain());
    }

    @Test
    void aPeerWithoutACertificateIsRefused() throws Exception {
        Identity b = overlay.device("b");
        SSLContext forA = OverlayTls.context(b, OverlayTrust.peerTrust(b.trusted(), "a", floor()));
        SSLContext nobody = OverlayTls.context(null, OverlayTrust.acceptAny());
        assertThatThrownBy(() -> Handshake.run(
                        OverlayTls.client(nobody, OverlayTls.PEER), OverlayTls.server(forA, true, OverlayTls.PEER)))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void nothingOlderThanTls13IsSpoken() throws Exception {
        SSLContext context = OverlayTls.context(null, OverlayTrust.acceptAny());
        assertThat(OverlayTls.client(context, OverlayTls.CONTROL).getEnabledProtocols())
                .containsExactly("TLSv1.3");
        SSLContext old = SSLContext.getInstance("TLSv1.2");
        old.init(null, new TrustManager[] {OverlayTrust.acceptAny()}, null);
        SSLEngine older = old.createSSLEngine();
        older.setUseClientMode(true);
        assertThatThrownBy(() -> Handshake.run(older, relayEngine())).isInstanceOf(SSLException.class);
    }

    @Test
    void anotherApplicationProtocolIsRefused() throws Exception {
        SSLContext context = OverlayTls.context(null, OverlayTrust.acceptAny());
        assertThatThrownBy(() -> Handshake.run(OverlayTls.client(context, "h2"), relayEngine()))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void sessionsAreNotResumedSoEveryConnectionIsChecked() throws Exception {
        AtomicInteger checks = new AtomicInteger();
        SSLContext context = OverlayTls.context(overlay.device("a"), new PeerTrust(chain -> checks.incrementAndGet()));
        for (int i = 1; i <= 3; i++) {
            // unlike ours, with host and port, by which the JDK would find a session to resume
            SSLEngine client = context.createSSLEngine("relay.example", 3334);
            client.setUseClientMode(true);
            client.setSSLParameters(
                    OverlayTls.client(context, OverlayTls.CONTROL).getSSLParameters());
            SSLEngine server = relayEngine();
            Handshake.run(client, server);
            assertThat(checks).hasValue(i);
            assertThat(peer(server)).isNotEmpty();
        }
    }
}
