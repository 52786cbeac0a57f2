package io.mnedc.boringssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.transport.TlsInMemory;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Handshakes by BoringSSL with itself and with the Java runtime, in memory: each keeps what the Java runtime's keeps. */
class BoringSslEngineTest {
    private static final Provider BORING = new BoringSslProvider();
    private static final int FLIGHTS = 5;

    @TempDir
    private Path directory;

    private TestOverlay overlay;

    @BeforeEach
    void overlay() throws Exception {
        overlay = new TestOverlay(directory);
    }

    /** Client and server, of which one at least is BoringSSL; null: the Java runtime. */
    static Stream<Arguments> ends() {
        return Stream.of(Arguments.of(null, BORING), Arguments.of(BORING, null), Arguments.of(BORING, BORING));
    }

    private record Ends(TlsInMemory client, TlsInMemory server) {
        static Ends of(SSLEngine client, SSLEngine server) {
            return new Ends(new TlsInMemory(client), new TlsInMemory(server));
        }

        /** Until both are through, and what the server says unasked afterwards has been read. */
        Ends talk() throws SSLException {
            server.begin();
            client.begin();
            for (int i = 0; i < FLIGHTS; i++) {
                server.received(client.output());
                client.received(server.output());
            }
            assertThat(client.secured()).isTrue();
            assertThat(server.secured()).isTrue();
            return this;
        }
    }

    private static String said(TlsInMemory from, TlsInMemory to, String text) throws SSLException {
        from.say(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        to.received(from.output());
        return StandardCharsets.UTF_8.decode(to.heard()).toString();
    }

    @ParameterizedTest
    @MethodSource("ends")
    void aDeviceAndItsRelayKnowEachOtherAndTalk(@Nullable Provider client, @Nullable Provider server) throws Exception {
        Identity device = overlay.device("a");
        Ends ends = Ends.of(
                        OverlayTls.client(TestOverlay.toRelay(client, device), OverlayTls.CONTROL),
                        OverlayTls.server(overlay.relay(server), false, OverlayTls.CONTROL, OverlayTls.ENROL))
                .talk();
        assertThat(ends.server.session().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(ends.server.applicationProtocol()).isEqualTo(OverlayTls.CONTROL);
        assertThat(ends.client.applicationProtocol()).isEqualTo(OverlayTls.CONTROL);
        assertThat(List.of(ends.server.session().getPeerCertificates())).isEqualTo(device.chain());
        assertThat(said(ends.client, ends.server, "hello")).isEqualTo("hello");
        assertThat(said(ends.server, ends.client, "welcome")).isEqualTo("welcome");
    }

    @ParameterizedTest
    @MethodSource("ends")
    void whoeverClosesIsHeard(@Nullable Provider client, @Nullable Provider server) throws Exception {
        Ends ends = peers(client, "b", server, "a").talk();
        ends.client.close();
        ends.server.received(ends.client.output());
        assertThat(ends.server.closed()).isTrue();
    }

    private Ends peers(@Nullable Provider client, String expected, @Nullable Provider server, String other)
            throws Exception {
        return Ends.of(
                OverlayTls.client(TestOverlay.toPeer(client, overlay.device("a"), expected), OverlayTls.PEER),
                OverlayTls.server(TestOverlay.toPeer(server, overlay.device("b"), other), true, OverlayTls.PEER));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void whoIsNotBelievedIsToldByTheNameOfTheAlert(@Nullable Provider client, @Nullable Provider server)
            throws Exception {
        // the client expects somebody else
        Ends first = peers(client, "c", server, "a");
        assertThatThrownBy(first::talk).hasStackTraceContaining("is that of b, not of c");
        assertThatThrownBy(() -> first.server.received(first.client.output()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("Received fatal alert: certificate_unknown");
        // the server does
        Ends second = peers(client, "b", server, "c");
        assertThatThrownBy(second::talk).hasStackTraceContaining("is that of a, not of c");
        assertThatThrownBy(() -> second.client.received(second.server.output()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("Received fatal alert: certificate_unknown");
    }

    @ParameterizedTest
    @MethodSource("ends")
    void whoShowsNoCertificateIsRefusedWhereOneIsRequired(@Nullable Provider client, @Nullable Provider server)
            throws Exception {
        SSLContext nobody = OverlayTls.context(client, null, OverlayTrust.acceptAny());
        Ends ends = Ends.of(
                OverlayTls.client(nobody, OverlayTls.PEER),
                OverlayTls.server(TestOverlay.toPeer(server, overlay.device("b"), "a"), true, OverlayTls.PEER));
        assertThatThrownBy(ends::talk).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @MethodSource("ends")
    void whoEnrolsNeedsNone(@Nullable Provider client, @Nullable Provider server) throws Exception {
        SSLContext pinned = OverlayTls.context(
                client, null, OverlayTrust.pinned(overlay.authority.fingerprint(), TestOverlay.floor()));
        Ends ends = Ends.of(
                        OverlayTls.client(pinned, OverlayTls.ENROL),
                        OverlayTls.server(overlay.relay(server), false, OverlayTls.CONTROL, OverlayTls.ENROL))
                .talk();
        assertThat(ends.server.applicationProtocol()).isEqualTo(OverlayTls.ENROL);
        assertThatThrownBy(() -> ends.server.session().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @ParameterizedTest
    @MethodSource("ends")
    void anotherApplicationProtocolIsNotAgreedOn(@Nullable Provider client, @Nullable Provider server)
            throws Exception {
        Ends ends = Ends.of(
                OverlayTls.client(TestOverlay.toRelay(client, overlay.device("a")), "h2"),
                OverlayTls.server(overlay.relay(server), false, OverlayTls.CONTROL));
        try {
            ends.talk();
        } catch (SSLException e) {
            return; // the Java runtime refuses it in the handshake
        }
        assertThat(ends.server.applicationProtocol()).isEmpty();
        assertThat(ends.client.applicationProtocol()).isEmpty();
    }

    @Test
    void nothingOlderThanTls13IsSpoken() throws Exception {
        SSLContext old = SSLContext.getInstance("TLSv1.2");
        old.init(null, new TrustManager[] {OverlayTrust.acceptAny()}, null);
        SSLEngine older = old.createSSLEngine();
        older.setUseClientMode(true);
        Ends ends = Ends.of(older, OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL));
        assertThatThrownBy(ends::talk).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @MethodSource("ends")
    void nothingIsSaidAfterTheHandshakeByWhichItCouldBeResumed(@Nullable Provider client, @Nullable Provider server)
            throws Exception {
        Ends ends = peers(client, "b", server, "a");
        ends.server.begin();
        ends.client.begin();
        ends.server.received(ends.client.output());
        ends.client.received(ends.server.output());
        ends.server.received(ends.client.output());
        assertThat(ends.server.secured()).isTrue();
        assertThat(ends.server.output()).isEmpty();
    }

    @Test
    void whatItTakesIsLeftToATaskAndNothingElseIsDoneUntilThen() throws Exception {
        TlsInMemory client =
                new TlsInMemory(OverlayTls.client(TestOverlay.toRelay(null, overlay.device("a")), OverlayTls.CONTROL));
        client.begin();
        ByteBuffer hello = ByteBuffer.wrap(client.output());
        SSLEngine server = OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL);
        ByteBuffer out = ByteBuffer.allocate(server.getSession().getPacketBufferSize());

        ByteBuffer half = hello.duplicate().limit(hello.limit() - 1);
        assertThat(server.unwrap(half, ByteBuffer.allocate(0)).getStatus())
                .isEqualTo(SSLEngineResult.Status.BUFFER_UNDERFLOW);
        SSLEngineResult taken = server.unwrap(hello, ByteBuffer.allocate(0));
        assertThat(taken.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_TASK);
        assertThat(taken.bytesConsumed()).isEqualTo(hello.limit());
        assertThat(server.wrap(ByteBuffer.allocate(0), out).bytesProduced()).isZero();

        Runnable task = Objects.requireNonNull(server.getDelegatedTask());
        assertThat(server.getDelegatedTask()).as("only one").isNull();
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_TASK);
        task.run();
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_WRAP);
        assertThat(server.wrap(ByteBuffer.allocate(0), out).bytesProduced()).isPositive();
        client.received(Arrays.copyOf(out.array(), out.position()));
        assertThat(client.secured()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ends")
    void answersComeInPiecesIfThereIsLittleRoom(@Nullable Provider client, @Nullable Provider server) throws Exception {
        SSLEngine from = OverlayTls.client(TestOverlay.toRelay(client, overlay.device("a")), OverlayTls.CONTROL);
        TlsInMemory first = new TlsInMemory(from);
        first.begin();
        SSLEngine engine = OverlayTls.server(overlay.relay(server), false, OverlayTls.CONTROL);
        TlsInMemory to = new TlsInMemory(engine);
        to.begin();
        // byte by byte
        for (byte each : first.output()) {
            to.received(new byte[] {each});
        }
        for (byte each : to.output()) {
            first.received(new byte[] {each});
        }
        for (byte each : first.output()) {
            to.received(new byte[] {each});
        }
        assertThat(to.secured()).isTrue();
    }

    @Test
    void garbageIsRefusedAndNothingComesOfIt() throws Exception {
        SSLEngine server = OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL);
        TlsInMemory end = new TlsInMemory(server);
        end.begin();
        assertThatThrownBy(() -> end.received(garbage())).isInstanceOf(SSLException.class);
        assertThat(server.isOutboundDone()).isTrue();
        byte[] endless = {22, 3, 1, (byte) 0xff, (byte) 0xff};
        TlsInMemory other = new TlsInMemory(OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL));
        other.begin();
        assertThatThrownBy(() -> other.received(endless)).isInstanceOf(SSLException.class);
    }

    /** How far two ends have come when they are released. */
    private enum Stage {
        NOT_BEGUN,
        HELLO_SAID,
        ANSWER_WAITS,
        ANSWER_READ,
        THROUGH,
        PEER_CLOSED,
        FAILED
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void whatIsReleasedHoldsNoDescriptors(Stage stage) throws Exception {
        SSLContext context = TestOverlay.toPeer(BORING, overlay.device("a"), "a");
        long before = descriptors();
        List<Ends> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Ends ends = ends(context);
            reach(stage, ends);
            ends.client.release();
            ends.server.release();
            ends.server.release();
            // so that it is not the garbage collector's doing
            held.add(ends);
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
        assertThat(held).hasSize(20);
    }

    private static void reach(Stage stage, Ends ends) throws SSLException {
        switch (stage) {
            case NOT_BEGUN -> {}
            case HELLO_SAID -> ends.client.begin();
            case ANSWER_WAITS, ANSWER_READ -> {
                ends.client.begin();
                ends.server.begin();
                ends.server.received(ends.client.output());
                if (stage == Stage.ANSWER_READ) {
                    ends.client.received(ends.server.output());
                }
            }
            case THROUGH -> ends.talk();
            case PEER_CLOSED -> {
                ends.talk();
                ends.client.close();
                ends.server.received(ends.client.output());
            }
            case FAILED -> {
                ends.server.begin();
                assertThatThrownBy(() -> ends.server.received(garbage())).isInstanceOf(SSLException.class);
            }
        }
    }

    private static byte[] garbage() {
        byte[] record = new byte[105];
        record[0] = 22;
        record[1] = 3;
        record[2] = 1;
        record[4] = 100;
        return record;
    }

    @Test
    void enginesThatAreIdleHoldNoDirectMemory() throws Exception {
        SSLContext context = TestOverlay.toPeer(BORING, overlay.device("a"), "a");
        List<Ends> held = new ArrayList<>();
        held.add(ends(context).talk());
        long before = direct();
        for (int i = 0; i < 50; i++) {
            Ends ends = ends(context).talk();
            assertThat(said(ends.client, ends.server, "hello")).isEqualTo("hello");
            held.add(ends);
        }
        assertThat(direct()).isLessThanOrEqualTo(before + (64 << 10));
        held.forEach(ends -> {
            ends.client.release();
            ends.server.release();
        });
    }

    private static Ends ends(SSLContext context) {
        return Ends.of(OverlayTls.client(context, OverlayTls.PEER), OverlayTls.server(context, true, OverlayTls.PEER));
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    void whatIsReleasedWhileATaskComputesIsFreedByTheTask() throws Exception {
        AtomicReference<@Nullable SSLEngine> server = new AtomicReference<>();
        X509ExtendedTrustManager releasing = new Trust(() -> {
            if (server.get() instanceof AutoCloseable engine) {
                engine.close();
            }
            return null;
        });
        long before = descriptors();
        server.set(
                OverlayTls.server(OverlayTls.context(BORING, overlay.device("b"), releasing), true, OverlayTls.PEER));
        TlsInMemory end = new TlsInMemory(Objects.requireNonNull(server.get()));
        TlsInMemory client =
                new TlsInMemory(OverlayTls.client(TestOverlay.toPeer(null, overlay.device("a"), "b"), OverlayTls.PEER));
        end.begin();
        client.begin();
        end.received(client.output());
        client.received(end.output());
        end.received(client.output());

        assertThat(end.secured()).isFalse();
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void whatIsBrokenOffIsNotTakenForComplete() throws Exception {
        TlsInMemory client =
                new TlsInMemory(OverlayTls.client(TestOverlay.toRelay(null, overlay.device("a")), OverlayTls.CONTROL));
        SSLEngine server = OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL);
        TlsInMemory end = new TlsInMemory(server);
        end.begin();
        client.begin();
        end.received(client.output());
        client.received(end.output());
        ByteBuffer last = ByteBuffer.wrap(client.output());
        Runnable task = null;
        while (last.hasRemaining()) {
            assertThat(server.unwrap(last, ByteBuffer.allocate(0)).bytesConsumed())
                    .isPositive();
            task = Objects.requireNonNull(server.getDelegatedTask());
            if (last.hasRemaining()) {
                task.run();
            }
        }
        server.closeOutbound();
        Objects.requireNonNull(task).run();

        assertThat(end.secured()).isFalse();
        assertThat(server.getSession().getProtocol()).isEqualTo("NONE");
        assertThat(server.getApplicationProtocol()).isNull();
        assertThatThrownBy(() -> server.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @Test
    void aHandshakeInCrumbsIsRefused() throws Exception {
        TlsInMemory client =
                new TlsInMemory(OverlayTls.client(TestOverlay.toRelay(null, overlay.device("a")), OverlayTls.CONTROL));
        client.begin();
        byte[] hello = client.output();
        TlsInMemory server = new TlsInMemory(OverlayTls.server(overlay.relay(BORING), false, OverlayTls.CONTROL));
        server.begin();
        assertThatThrownBy(() -> {
                    for (int i = 5; i < hello.length; i++) {
                        server.received(new byte[] {22, 3, 1, 0, 1, hello[i]});
                    }
                })
                .hasMessageContaining("more than 64 TLS records");
    }

    @ParameterizedTest
    @MethodSource("ends")
    void aChainLongerThanARecordIsShown(@Nullable Provider client, @Nullable Provider server) throws Exception {
        Identity ours = overlay.device("b");
        List<X509Certificate> chain = new ArrayList<>(ours.chain().subList(0, 1));
        for (int i = 0; i < 7; i++) {
            chain.add(TestOverlay.largeCertificate(3 << 10));
        }
        Identity large = new Identity(ours.key(), chain, ours.trusted());
        Ends ends = Ends.of(
                        OverlayTls.client(
                                OverlayTls.context(client, overlay.device("a"), new Trust(() -> null)),
                                OverlayTls.PEER),
                        OverlayTls.server(
                                OverlayTls.context(server, large, new Trust(() -> null)), true, OverlayTls.PEER))
                .talk();
        assertThat(ends.client.session().getPeerCertificates()).hasSize(8);
    }

    @Test
    void theJavaRuntimeDoesNotKnowTheProvider() {
        assertThat(Security.getProviders())
                .extracting(Provider::getName)
                .noneMatch(name -> name.startsWith("MNEDC") || name.contains("onscrypt"));
    }
}
