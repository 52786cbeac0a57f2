package io.mnedc.device.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.device.Fixture;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a device talks to: TLS between two devices, in memory. */
class PeerTlsTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @TempDir
    Path directory;

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(ahead.get());
    private final AtomicInteger refreshed = new AtomicInteger();
    private OverlayAuthority authority;

    @BeforeEach
    void begin() throws Exception {
        authority = OverlayAuthority.open(directory.resolve("relay"), Duration.ofDays(365), clock);
    }

    private PeerTls device(String id, String group, String... rules) throws Exception {
        return device(authority, id, group, rules);
    }

    private PeerTls device(OverlayAuthority by, String id, String group, String... rules) throws Exception {
        Path home = directory.resolve(id);
        DeviceIdentityStore store = DeviceIdentityStore.open(home, clock);
        if (store.stored().isEmpty()) {
            JoinToken token = by.tokens()
                    .issue(
                            new TokenRequest(Optional.of(id), Set.of(group), Duration.ofHours(1), 1, List.of()),
                            List.of("relay:1"));
            store.enrolled(
                    by.enrol(token.id(), token.secret(), id, store.enrolmentRequest(id, token))
                            .credentials(),
                    token);
        }
        DeviceSettings settings = Fixture.settings(
                Map.of("device.id", id, "security", "tls", "data.dir", home.toString(), "rules", List.of(rules)));
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), clock);
        assertThat(identities.ask(settings.security(), id, token -> false)).isInstanceOf(DeviceIdentity.Known.class);
        return new PeerTls(identities, () -> settings, () -> null, refreshed::incrementAndGet);
    }

    /** Both engines' handshake; what the one wraps, the other unwraps. */
    private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        for (int round = 0; round < 50; round++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(1 << 16);
        in.flip();
        for (int turn = 0; turn < 20; turn++) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                engine.wrap(NOTHING.duplicate(), out);
            } else if (in.hasRemaining()) {
                engine.unwrap(in, plain);
            }
        }
        in.compact();
    }

    private static void talk(PeerTls one, PeerTls two) throws IOException, GeneralSecurityException {
        SSLEngine client = one.engine("two", true);
        SSLEngine server = two.engine("one", false);
        shakeHands(client, server);
        assertThat(client.getApplicationProtocol()).isEqualTo(PeerTls.ALPN);
        assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
        one.admit("two", client.getSession());
        two.admit("one", server.getSession());
    }

    @Test
    void devicesOfOneOverlayTalk() throws Exception {
        assertThatCode(() -> talk(device("one", "presses"), device("two", "welders")))
                .doesNotThrowAnyException();
        assertThat(refreshed).hasValue(2);
    }

    @Test
    void deviceThatIsNotTheOneAnnouncedIsRefused() throws Exception {
        SSLEngine client = device("one", "presses").engine("two", true);
        SSLEngine server = device("three", "presses").engine("one", false);
        assertThatThrownBy(() -> shakeHands(client, server))
                .hasStackTraceContaining("the certificate is that of three, not of two");
        SSLEngine again = device("three", "presses").engine("two", true);
        SSLEngine asked = device("two", "presses").engine("one", false);
        assertThatThrownBy(() -> shakeHands(again, asked))
                .hasStackTraceContaining("the certificate is that of three, not of one");
    }

    /** Whoever has no certificate is nobody, whatever he says that he is called; also where no rules ask for it. */
    @Test
    void peerThatShowsNoCertificateIsRefused() throws Exception {
        SSLEngine nobody = OverlayTls.client(OverlayTls.context(null, null, new Credulous()), PeerTls.ALPN);
        SSLEngine server = device("two", "presses").engine("one", false);
        assertThatThrownBy(() -> shakeHands(nobody, server))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("certificate");
    }

    /** Believes everybody. */
    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void deviceOfAnotherOverlayIsRefused() throws Exception {
        OverlayAuthority other = OverlayAuthority.open(directory.resolve("other"), Duration.ofDays(365), clock);
        PeerTls one = device("one", "presses");
        PeerTls two = device(other, "two", "presses");
        assertThatThrownBy(() -> talk(one, two)).hasStackTraceContaining("not of this overlay");
    }

    @Test
    void expiredPeerIsRefusedAndAnExpiredDeviceDoesNotTry() throws Exception {
        PeerTls one = device("one", "presses");
        ahead.set(Duration.ofDays(200));
        PeerTls two = device("two", "presses");
        SSLEngine old = one.engine("two", true);
        ahead.set(Duration.ofDays(370));
        SSLEngine server = two.engine("one", false);
        assertThatThrownBy(() -> shakeHands(old, server)).hasStackTraceContaining("expired");
        assertThatThrownBy(() -> one.engine("two", true))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("has expired")
                .hasMessageContaining("the relay renews it");
    }

    @Test
    void ownRulesLookAtTheGroupsInTheCertificate() throws Exception {
        PeerTls two = device("two", "welders");
        assertThatThrownBy(() -> talk(device("one", "presses", "deny group:presses group:welders"), two))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("rules")
                .hasMessageContaining("two");
        assertThatThrownBy(() -> talk(device("one", "presses", "default deny"), two))
                .isInstanceOf(CertificateException.class);
        assertThatCode(() -> talk(device("one", "presses", "default deny", "allow any group:welders"), two))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> talk(device("one", "presses"), device("two", "welders", "deny device:one any")))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void deviceWithoutAnIdentityTalksToNobody() throws Exception {
        DeviceSettings settings = Fixture.settings(Map.of(
                "device.id",
                "x",
                "security",
                "tls",
                "data.dir",
                directory.resolve("x").toString()));
        PeerTls tls =
                new PeerTls(new DeviceIdentity(name -> Optional.empty(), clock), () -> settings, () -> null, () -> {});
        assertThatThrownBy(() -> tls.engine("two", true)).hasMessageContaining("no identity");
    }
}
