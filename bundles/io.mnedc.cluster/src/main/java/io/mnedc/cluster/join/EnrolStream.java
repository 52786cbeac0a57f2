package io.mnedc.cluster.join;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a relay of the join token: asks for a certificate once that relay has proved that it is the token's. Nothing
 * leaves this host before that. On the stream's event loop.
 */
final class EnrolStream implements ControlStream.Handler {
    /** Somebody has to do something about these. */
    private static final Set<ErrorCode> LASTING = EnumSet.of(
            ErrorCode.VERSION_UNSUPPORTED,
            ErrorCode.PROTOCOL_VIOLATION,
            ErrorCode.SECURITY_MISMATCH,
            ErrorCode.JOIN_REFUSED,
            ErrorCode.JOIN_EXPIRED,
            ErrorCode.JOIN_USED,
            ErrorCode.CERTIFICATE_REFUSED);

    private final Enrol request;
    private final CompletableFuture<Credentials> answer;

    /**
     * Asks as soon as the relay has proved itself.
     *
     * @param answer completed once, by a {@link JoinException} if there are no credentials
     */
    EnrolStream(Enrol request, CompletableFuture<Credentials> answer) {
        this.request = request;
        this.answer = answer;
    }

    private void fail(String why, boolean lasting) {
        answer.completeExceptionally(new JoinException(why, lasting));
    }

    @Override
    public void secured(ControlStream secured, SSLSession session, String protocol) {
        // the trust manager has checked the relay's chain
        secured.authenticated(this);
    }

    @Override
    public void opened(ControlStream opened) {
        opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
        // the answer is larger than what is taken otherwise at first
        opened.allowLargeMessages();
        opened.send(request);
    }

    @Override
    public void preamble(Preamble preamble) {
        try {
            if (preamble.kind() != Preamble.StreamKind.CONTROL) {
                throw new ProtocolException(
                        ErrorCode.PROTOCOL_VIOLATION, "the relay answers with a stream of kind " + preamble.kind());
            }
            preamble.negotiate();
        } catch (ProtocolException e) {
            broken(e);
        }
    }

    @Override
    public void message(ControlMessage message) {
        if (message instanceof Credentials credentials) {
            answer.complete(credentials);
        } else if (message instanceof ErrorReport report && report.fatal()) {
            fail(
                    report.sentence(),
                    ControlMessage.codeOf(report).filter(LASTING::contains).isPresent());
        }
    }

    @Override
    public void broken(ProtocolException broken) {
        fail(PlainText.of(broken), true);
    }

    @Override
    public void tick() {
        // no keepalive on a stream of one question
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        fail(
                cause == null ? "the relay closed the connection without an answer" : PlainText.of(cause),
                PeerCertificates.refused(cause));
    }

    @Override
    public void fault(Throwable cause) {
        fail("this relay could not do its part: " + PlainText.of(cause), false);
    }
}
