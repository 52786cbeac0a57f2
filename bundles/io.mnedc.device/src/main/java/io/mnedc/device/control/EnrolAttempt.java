package io.mnedc.device.control;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.common.Faults;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.Scheduler;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One enrolment stream: asks a relay for a certificate once the relay has proved that it is the join token's. Nothing
 * leaves the device before that. On the control loop.
 */
final class EnrolAttempt implements ControlStream.Handler {
    /** A relay answers a wrong token only after a while, which grows with each one from the same address. */
    private static final Duration ANSWER = Duration.ofSeconds(40);

    /** What comes of it: one of the two, once. */
    interface Events {
        /**
         * The relay has made a certificate.
         *
         * @param relay the relay's own certificate, checked
         */
        void granted(Credentials credentials, @Nullable X509Certificate relay);

        /**
         * There is none.
         *
         * @param why a sentence
         * @param code what the relay says, if it says so
         * @param distrusted whether the relay could not prove that it is the token's
         */
        void failed(String why, @Nullable ErrorCode code, boolean distrusted);
    }

    private final Enrol request;
    private final Scheduler loop;
    private final Events events;
    private @Nullable ControlStream stream;
    private @Nullable X509Certificate certificate;
    private Scheduler.@Nullable Timer deadline;
    private boolean over;

    EnrolAttempt(Enrol request, Scheduler loop, Events events) {
        this.request = request;
        this.loop = loop;
        this.events = events;
    }

    /** Ends it; nothing is told any more. */
    void cancel() {
        end();
    }

    private boolean end() {
        boolean was = over;
        over = true;
        Scheduler.Timer waiting = deadline;
        if (waiting != null) {
            waiting.cancel();
        }
        ControlStream open = stream;
        if (open != null) {
            open.close();
        }
        return !was;
    }

    private void fail(String why, @Nullable ErrorCode code, boolean distrusted) {
        if (end()) {
            events.failed(why, code, distrusted);
        }
    }

    @Override
    public void secured(ControlStream secured, SSLSession tls, String protocol) {
        certificate = PeerCertificates.first(tls);
        secured.authenticated(this);
    }

    @Override
    public void opened(ControlStream opened) {
        stream = opened;
        if (over) {
            opened.close();
            return;
        }
        deadline = loop.schedule(ANSWER, () -> fail("the relay did not answer in time", null, false));
        // the answer is larger than what an unregistered device takes otherwise
        opened.allowLargeMessages();
        opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
        opened.send(request);
    }

    @Override
    public void preamble(Preamble preamble) {
        try {
            preamble.negotiate();
        } catch (ProtocolException e) {
            broken(e);
        }
    }

    @Override
    public void message(ControlMessage message) {
        if (message instanceof Credentials credentials) {
            if (end()) {
                events.granted(credentials, certificate);
            }
        } else if (message instanceof ErrorReport report && report.fatal()) {
            fail(report.sentence(), ControlMessage.codeOf(report).orElse(null), false);
        }
    }

    @Override
    public void broken(ProtocolException broken) {
        fail(String.valueOf(broken.getMessage()), broken.code(), false);
    }

    @Override
    public void tick() {
        // no keepalive on a stream of one question
    }

    @Override
    public void fault(Throwable cause) {
        Faults.ofStream(cause, loop);
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        fail(
                cause == null ? "the relay closed the connection without an answer" : PlainText.of(cause),
                null,
                PeerCertificates.refused(cause));
    }
}
