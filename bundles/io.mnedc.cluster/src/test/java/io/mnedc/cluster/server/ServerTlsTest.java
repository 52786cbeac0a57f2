package io.mnedc.cluster.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.Keys;
import io.mnedc.security.Pem;
import io.mnedc.security.authority.OverlayAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.common.X509Exception;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may talk to the server of a relay, over real sockets. */
@Timeout(60)
class ServerTlsTest {
    @TempDir
    private Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private OverlayAuthority overlay;

    @BeforeEach
    void start() throws Exception {
        overlay = authority("overlay");
    }

    private OverlayAuthority authority(String name) throws Exception {
        return OverlayAuthority.open(directory.resolve(name), Duration.ofDays(1), InstantSource.system());
    }

    private static ServerTls tls(Identity identity) {
        return new ServerTls(() -> identity, removed -> false, InstantSource.system());
    }

    private ServerTls relay() throws Exception {
        return tls(overlay.identity());
    }

    /** Shakes hands and sends a byte each way. */
    private static void talk(ServerTls client, ServerTls server) throws Exception {
        talk(client, socket -> {}, server, socket -> {});
    }

    private static void talk(
            ServerTls client, Consumer<SSLSocket> atClient, ServerTls server, Consumer<SSLSocket> atServer)
            throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> heard = CompletableFuture.supplyAsync(() -> {
                try (Socket accepted = listening.accept();
                        SSLSocket secure = server.createSSLSocket(accepted, null)) {
                    atServer.accept(secure);
                    secure.getOutputStream().write(1);
                    return secure.getInputStream().read();
                } catch (IOException | X509Exception e) {
                    throw new CompletionException(e);
                }
            });
            try (SSLSocket dialled = client.createSSLSocket()) {
                atClient.accept(dialled);
                dialled.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort()));
                assertThat(dialled.getInputStream().read()).isEqualTo(1);
                dialled.getOutputStream().write(2);
                assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo(2);
                assertThat(dialled.getSession().getProtocol()).isEqualTo("TLSv1.3");
            } catch (IOException e) {
                // what the server found is what counts, if it has found something
                heard.get(30, TimeUnit.SECONDS);
                throw e;
            }
        }
    }

    /** By one end; the other one may only find that the connection is gone. */
    private static void assertRefused(ThrowingCallable talk) {
        assertThatThrownBy(talk)
                .satisfies(failure -> assertThat(failure instanceof ExecutionException ? failure.getCause() : failure)
                        .isInstanceOf(IOException.class));
    }

    private static void assertRefused(ServerTls client, ServerTls server) {
        assertRefused(() -> talk(client, server));
    }

    @Test
    void relaysOfOneOverlayTalk() throws Exception {
        talk(relay(), relay());
    }

    @Test
    void aDeviceOfTheOverlayIsRefusedOnEitherSide() throws Exception {
        var key = Keys.generate();
        Credentials device = overlay.issue(
                CertificateRequest.make(key.getPrivate(), key.getPublic(), "press-7"), "press-7", Set.of());
        ServerTls pretender = tls(new Identity(
                key.getPrivate(), Pem.parse(device.chain()), overlay.identity().trusted()));
        assertRefused(pretender, relay());
        assertRefused(relay(), pretender);
    }

    @Test
    void aRelayOfAnotherOverlayIsRefusedOnEitherSide() throws Exception {
        Identity foreign = authority("another").identity();
        // it believes this overlay, so only this side can refuse
        ServerTls stranger = tls(
                new Identity(foreign.key(), foreign.chain(), overlay.identity().trusted()));
        assertRefused(stranger, relay());
        assertRefused(relay(), stranger);
    }

    /** As at another door of a relay, where it has the same certificate. */
    @Test
    void whoDoesNotSpeakTheProtocolIsRefusedOnEitherSide() throws Exception {
        Consumer<SSLSocket> silent = socket -> {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[0]);
            socket.setSSLParameters(parameters);
        };
        assertRefused(() -> talk(relay(), silent, relay(), socket -> {}));
        assertRefused(() -> talk(relay(), socket -> {}, relay(), silent));
    }

    @Test
    void aRelayThatWasRemovedIsRefusedOnEitherSide() throws Exception {
        X509Certificate removed = overlay.identity().chain().get(0);
        var strict = new ServerTls(overlay::identity, removed::equals, InstantSource.system());
        assertRefused(relay(), strict);
        assertRefused(strict, relay());
    }

    @Test
    void theConnectionOfARelayIsCutWhenItIsRemoved() throws Exception {
        var removed = new AtomicBoolean();
        var server = new ServerTls(overlay::identity, certificate -> removed.get(), InstantSource.system());
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SSLSocket dialled = relay().createSSLSocket()) {
            CompletableFuture<SSLSocket> accepted = CompletableFuture.supplyAsync(() -> {
                try {
                    SSLSocket secure = server.createSSLSocket(listening.accept(), null);
                    secure.startHandshake();
                    return secure;
                } catch (IOException | X509Exception e) {
                    throw new CompletionException(e);
                }
            });
            dialled.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort()));
            dialled.startHandshake();
            SSLSocket secure = accepted.get(30, TimeUnit.SECONDS);
            server.cutRemoved();
            assertThat(secure.isClosed()).isFalse();
            removed.set(true);
            server.cutRemoved();
            assertThat(secure.isClosed()).isTrue();
            assertThat(dialled.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aCertificateThatHasExpiredIsRefused() throws Exception {
        var late = new ServerTls(
                overlay::identity,
                removed -> false,
                InstantSource.fixed(Instant.now().plus(Duration.ofDays(3_650))));
        assertRefused(relay(), late);
    }
}
