package io.mnedc.device;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.PeerCertificates;
import io.mnedc.security.PeerName;
import io.mnedc.security.RefusedException;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What stands before a {@link TestRelay} with TLS: a real authority, real certificates; can misbehave, too. */
public final class TestGate {
    static final Duration YEAR = Duration.ofDays(365);

    public final OverlayAuthority authority;
    public final List<ControlMessage> asked = new CopyOnWriteArrayList<>();

    /** What it answers the next enrolments, in place of what it would say; then it is as usual. */
    public final Queue<ErrorReport> refusals = new ConcurrentLinkedQueue<>();

    /** The time that devices are told. */
    public volatile InstantSource clock = InstantSource.system();

    /** What is shown instead of the authority's own. */
    volatile @Nullable Identity shown;

    volatile Duration grace = Duration.ofDays(400);

    TestGate(Path directory) throws IOException, GeneralSecurityException {
        this(directory, YEAR, InstantSource.system());
    }

    TestGate(Path directory, Duration life, InstantSource clock) throws IOException, GeneralSecurityException {
        authority = OverlayAuthority.open(directory, life, clock);
    }

    public JoinToken token(TestRelay at, TokenRequest request) throws IOException {
        return authority.tokens().issue(request, List.of(at.address().toString()));
    }

    /** {@return a token for one use} */
    public JoinToken token(TestRelay at, String... groups) throws IOException {
        return token(at, new TokenRequest(Optional.empty(), Set.of(groups), Duration.ofHours(1), 1, List.of()));
    }

    void adopt(
            ControlLoop loop,
            SocketChannel socket,
            ByteBuffer first,
            Function<X509Certificate, ControlStream.Handler> sessions) {
        if (first.get(0) == 'M') {
            ControlStream.adopt(loop, socket, first, new Plain());
            return;
        }
        ControlTls tls = new ControlTls(
                this::engine, Set.of(OverlayTls.CONTROL, OverlayTls.ENROL), Runnable::run, Duration.ofSeconds(10));
        ControlStream.adopt(loop, socket, first, tls, new Door(sessions));
    }

    private SSLEngine engine() {
        try {
            Identity instead = shown;
            return OverlayTls.server(
                    OverlayTls.context(instead == null ? authority.identity() : instead, OverlayTrust.acceptAny()),
                    false,
                    OverlayTls.CONTROL,
                    OverlayTls.ENROL);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return what the device is to get: time and trust, and a chain} */
    Credentials credentials(List<byte[]> chain) {
        return new Credentials(
                chain.stream().map(Opaque::copyOf).toList(),
                authority.trusted().stream().map(Opaque::copyOf).toList(),
                clock.millis());
    }

    ControlMessage renew(X509Certificate certificate, Opaque request) {
        asked.add(new ControlMessage.Renew(request));
        try {
            PeerName name = authority.admit(List.of(certificate), grace);
            return credentials(authority
                    .renew(certificate, name.deviceId(), request.bytes())
                    .credentials()
                    .chain());
        } catch (RefusedException e) {
            return ErrorReport.notice(ErrorCode.valueOf(e.reason().name()), String.valueOf(e.getMessage()));
        }
    }

    /** {@return why a hello is refused; null if it is not} */
    @Nullable
    ErrorReport refusal(@Nullable X509Certificate certificate, String deviceId, @Nullable ErrorReport otherwise) {
        try {
            PeerName name = authority.admit(certificate == null ? List.of() : List.of(certificate), grace);
            return name.deviceId().equals(deviceId)
                    ? otherwise
                    : ErrorReport.fatal(
                            ErrorCode.ID_MISMATCH, "the certificate is for " + name.deviceId() + ", not " + deviceId);
        } catch (RefusedException e) {
            return refusal(e);
        }
    }

    private static ErrorReport refusal(RefusedException e) {
        return ErrorReport.fatal(ErrorCode.valueOf(e.reason().name()), String.valueOf(e.getMessage()));
    }

    Instant expires(String deviceId) throws IOException {
        return authority.enrolments().find(deviceId).orElseThrow().expires();
    }

    /** What comes without TLS. */
    private static final class Plain extends Deaf {
        @Override
        public void opened(ControlStream opened) {
            opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
            opened.send(ErrorReport.fatal(ErrorCode.SECURITY_MISMATCH, "this relay has security = tls"));
            opened.closeAfterSent();
        }
    }

    private final class Door extends Deaf {
        private final Function<X509Certificate, ControlStream.Handler> sessions;

        Door(Function<X509Certificate, ControlStream.Handler> sessions) {
            this.sessions = sessions;
        }

        @Override
        public void secured(ControlStream secured, SSLSession session, String protocol) {
            if (protocol.equals(OverlayTls.ENROL)) {
                secured.authenticated(new Enrolling());
                return;
            }
            List<X509Certificate> chain = PeerCertificates.of(session);
            try {
                authority.admit(chain, grace);
                secured.authenticated(sessions.apply(chain.get(0)));
            } catch (RefusedException e) {
                secured.send(Preamble.of(Preamble.StreamKind.CONTROL));
                secured.send(refusal(e));
                secured.closeAfterSent();
            }
        }
    }

    private final class Enrolling extends Deaf {
        private @Nullable ControlStream stream;

        @Override
        public void opened(ControlStream opened) {
            stream = opened;
        }

        @Override
        public void message(ControlMessage message) {
            asked.add(message);
            ControlStream open = stream;
            if (open == null || !(message instanceof Enrol enrol)) {
                return;
            }
            open.send(Preamble.of(Preamble.StreamKind.CONTROL));
            ErrorReport planned = refusals.poll();
            if (planned != null) {
                open.send(planned);
                open.closeAfterSent();
                return;
            }
            try {
                open.send(credentials(authority
                        .enrol(
                                enrol.joinId(),
                                enrol.joinSecret().bytes(),
                                enrol.deviceId(),
                                enrol.request().bytes())
                        .credentials()
                        .chain()));
            } catch (RefusedException e) {
                open.send(refusal(e));
            }
            open.closeAfterSent();
        }
    }

    /** Takes nothing in. */
    private abstract static class Deaf implements ControlStream.Handler {
        @Override
        public void opened(ControlStream opened) {
            // as it is
        }

        @Override
        public void preamble(Preamble preamble) {
            // as it is
        }

        @Override
        public void message(ControlMessage message) {
            // as it is
        }

        @Override
        public void broken(ProtocolException broken) {
            // the stream is cut when the device leaves
        }

        @Override
        public void tick() {
            // none wanted
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            // as it is
        }
    }
}
