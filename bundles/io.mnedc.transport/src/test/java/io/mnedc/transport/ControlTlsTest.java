package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.ProtocolException;
import io.mnedc.testing.TestTls;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two ends on loopback with real keys. */
@Timeout(180)
class ControlTlsTest extends OnLoopback {
    private static final String CONTROL = "test-control/1";
    private static TestTls keys;
    private static SSLContext relayContext;
    private static SSLContext deviceContext;

    private final ExecutorService tasks =
            Executors.newFixedThreadPool(2, new DefaultThreadFactory("mnedc-test-tasks", true));

    @BeforeAll
    static void keys() throws Exception {
        keys = new TestTls();
        relayContext = keys.context("relay");
        deviceContext = keys.context("device");
    }

    @AfterEach
    void end() {
        tasks.shutdownNow();
    }

    private static SSLEngine engine(SSLContext context, boolean client, String version, String... protocols) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(protocols);
        if (!client) {
            parameters.setWantClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private ControlTls serverTls(Executor executor, Duration handshake) {
        return new ControlTls(
                () -> engine(relayContext, false, "TLSv1.3", CONTROL), Set.of(CONTROL), executor, handshake);
    }

    private ControlTls clientTls(SSLContext context, String version, String... protocols) {
        return new ControlTls(() -> engine(context, true, version, protocols), Set.of(CONTROL), tasks, PATIENCE);
    }

    private void dial(ControlTls tls) throws IOException {
        ControlStream.connect(group, address(), PATIENCE, tls, device);
    }

    private void adopt(ControlTls tls) throws IOException {
        ControlStream.adopt(group, accept(), ByteBuffer.allocate(0), tls, relay);
    }

    @Test
    void theCertificateIsSeenBeforeAnyMessageAndNothingComesThroughWithoutConsent() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(device.next()).isEqualTo("secured test-control/1 with CN=relay");
        assertThat(device.next()).isEqualTo("opened");
        assertThat(relay.next()).isEqualTo("secured test-control/1 with CN=device");
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        device.stream().send(new Ping(1));
        assertThat(relay.events.poll(200, TimeUnit.MILLISECONDS)).isNull();

        ControlStream stream = relay.stream();
        stream.execute(() -> stream.authenticated(relay));
        assertThat(relay.next()).isEqualTo("opened");
        assertThat(relay.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(relay.next()).isEqualTo(new Ping(1));
        stream.send(Preamble.of(StreamKind.CONTROL));
        stream.send(new Ping(2));
        assertThat(device.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(device.next()).isEqualTo(new Ping(2));
    }

    @Test
    void aRefusalAfterTheHandshakeCanBeRead() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        relay.stream().send(Preamble.of(StreamKind.CONTROL));
        relay.stream().send(new Ping(7));
        relay.stream().closeAfterSent();
        assertThat(device.next()).asString().startsWith("secured");
        assertThat(device.next()).isEqualTo("opened");
        assertThat(device.next()).isEqualTo(Preamble.of(StreamKind.CONTROL));
        assertThat(device.next()).isEqualTo(new Ping(7));
        assertThat(device.next()).isEqualTo("closed: ");
        assertThat(relay.next()).asString().startsWith("secured");
        assertThat(relay.next()).isEqualTo("closed: ");
    }

    @Test
    void aDeviceWithoutACertificateIsSeenAsSuch() throws Exception {
        dial(clientTls(keys.anonymous(), "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(relay.next()).isEqualTo("secured test-control/1 with nobody");
    }

    @Test
    void aRelayThatIsNotTrustedIsNotTalkedTo() throws Exception {
        dial(clientTls(new TestTls().context("device"), "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(device.next()).asString().startsWith("closed: TLS handshake failed");
        assertThat(relay.next()).asString().contains("does not accept this end's certificate");
        assertThat(device.stream).isNotDone();
    }

    @Test
    void olderVersionsOfTlsAreRefused() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.2", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(device.next()).asString().contains("protocol_version").contains("does not speak TLS 1.3");
        assertThat(relay.next()).asString().startsWith("closed: TLS handshake failed");
    }

    @Test
    void anEngineThatWouldTakeAnOlderVersionIsNotBelieved() throws Exception {
        ControlTls lax =
                new ControlTls(() -> engine(relayContext, false, "TLSv1.2", CONTROL), Set.of(CONTROL), tasks, PATIENCE);
        dial(clientTls(deviceContext, "TLSv1.2", CONTROL));
        adopt(lax);
        assertThat(relay.next()).asString().contains("TLSv1.2 instead of TLSv1.3");
        assertThat(relay.stream).isNotDone();
    }

    @Test
    void anotherProtocolNameIsRefusedAndSoIsNone() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", "h2"));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(device.next()).asString().contains("is it an MNEDC relay");
        assertThat(relay.next()).asString().startsWith("closed: TLS handshake failed");

        // to the client's engine "" is to have agreed on nothing
        dial(new ControlTls(() -> engine(deviceContext, true, "TLSv1.3"), Set.of(""), tasks, PATIENCE));
        adopt(serverTls(tasks, PATIENCE));
        assertThat(relay.next()).asString().contains("agreed on no protocol");
        assertThat(relay.stream).isNotDone();
    }

    @Test
    void aPeerThatSpeaksPlainTextIsNamedAsSuch() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        try (SocketChannel plain = server.accept()) {
            plain.write(Preamble.of(StreamKind.CONTROL).encode());
            assertThat(device.next()).asString().contains("has it security = none?");
        }
    }

    @Test
    void aPeerThatHangsUpIsNamedAsSuch() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        server.accept().close();
        assertThat(device.next()).asString().startsWith("closed: TLS handshake failed");
    }

    @Test
    void aHandshakeThatStallsIsClosedInTime() throws Exception {
        try (SocketChannel stalled = SocketChannel.open(server.getLocalAddress())) {
            stalled.write(ByteBuffer.wrap(new byte[] {0x16, 3, 1}));
            adopt(serverTls(tasks, Duration.ofMillis(200)));
            assertThat(relay.next()).asString().contains("in time");
            assertThat(stalled.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        }
    }

    @Test
    void aFloodBeforeTheHandshakeIsCutOff() throws Exception {
        try (SocketChannel flood = SocketChannel.open(server.getLocalAddress())) {
            adopt(serverTls(tasks, PATIENCE));
            // application data in well-formed records would be refused; a ClientHello of many fragments need not be
            ByteBuffer record = ByteBuffer.allocate(5 + 16_000);
            record.put(new byte[] {0x16, 3, 1}).putShort((short) 16_000);
            record.put(new byte[] {1, 0x7f, 0, 0}); // a ClientHello of 8 MB
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            flood.write(record.rewind());
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(relay.next()).asString().startsWith("closed: ");
        }
    }

    @Test
    void aFloodFromAnAcceptedButUnregisteredPeerIsCutOff() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        ControlStream stream = relay.stream();
        stream.execute(() -> stream.authenticated(relay));
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        for (int i = 0; i < 64; i++) {
            device.stream().send(new ControlMessage.Bye("x".repeat(500)));
            device.stream().send(new ControlMessage.Bye("x".repeat(500)));
            device.stream().send(new ControlMessage.Bye("x".repeat(500)));
        }
        Object event = relay.next();
        while (!event.toString().startsWith("closed")) {
            event = relay.next();
        }
        assertThat(event).asString().contains("65536").contains("registered");
    }

    @Test
    void aRegisteredPeerMaySendAnyAmount() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(tasks, PATIENCE));
        ControlStream stream = relay.stream();
        stream.execute(() -> stream.authenticated(relay));
        stream.allowLargeMessages();
        device.stream().allowLargeMessages();
        device.stream().send(Preamble.of(StreamKind.CONTROL));
        for (int i = 0; i < 400; i++) {
            device.stream().send(new ControlMessage.Bye("x".repeat(500)));
        }
        device.stream().send(new Ping(3));
        Object event = relay.next();
        while (!event.equals(new Ping(3))) {
            assertThat(event).asString().doesNotStartWith("closed");
            event = relay.next();
        }
    }

    @Test
    void slowHandshakeTasksHoldUpNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(
                task -> tasks.execute(() -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    task.run();
                }),
                PATIENCE));

        StreamLog other = new StreamLog(true);
        ControlStream.connect(group, address(), PATIENCE, other);
        try (SocketChannel plain = server.accept()) {
            assertThat(other.next()).isEqualTo("opened");
            plain.write(Preamble.of(StreamKind.CONTROL).encode());
            assertThat(other.next()).isInstanceOf(Preamble.class);
        }
        assertThat(relay.stream).isNotDone();
        release.countDown();
        assertThat(relay.next()).asString().startsWith("secured");
    }

    @Test
    void aHandshakeThatIsOneTooManyIsClosed() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        adopt(serverTls(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                PATIENCE));
        assertThat(relay.next()).asString().contains("too many handshakes");
        assertThat(device.next()).asString().startsWith("closed");
    }

    @Test
    void keysThatCannotBeHadCloseTheConnectionWithTheReason() throws Exception {
        ControlTls none = new ControlTls(
                () -> {
                    throw new IllegalStateException("no identity");
                },
                Set.of(CONTROL),
                tasks,
                PATIENCE);
        dial(none);
        assertThat(device.next()).isEqualTo("closed: no identity");
        try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            adopt(none);
            assertThat(relay.next()).isEqualTo("closed: no identity");
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aHandlerThatKnowsNothingOfTlsTakesNoneOfIt() throws Exception {
        dial(clientTls(deviceContext, "TLSv1.3", CONTROL));
        SocketChannel accepted = accept();
        ControlStream.adopt(
                group, accepted, ByteBuffer.allocate(0), serverTls(tasks, PATIENCE), new ControlStream.Handler() {
                    @Override
                    public void opened(ControlStream stream) {
                        relay.opened(stream);
                    }

                    @Override
                    public void preamble(Preamble preamble) {
                        relay.preamble(preamble);
                    }

                    @Override
                    public void message(ControlMessage message) {
                        relay.message(message);
                    }

                    @Override
                    public void broken(ProtocolException broken) {
                        relay.broken(broken);
                    }

                    @Override
                    public void tick() {}

                    @Override
                    public void closed(@Nullable Throwable cause) {
                        relay.closed(cause);
                    }
                });
        assertThat(relay.next()).asString().startsWith("closed");
    }
}
