package io.mnedc.device.control;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.Scheduler;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One enrolment stream: asks a relay for a certificate once the relay has proved that it is the join token's. Nothing
 * leaves the device before that. On the control loop.
 */
final class EnrolAttempt extends ControlAttempt {
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
         * @param said what the relay says, if it says so
         * @param distrusted whether the relay could not prove that it is the token's
         */
        void failed(String why, @Nullable ErrorReport said, boolean distrusted);
    }

    private final Enrol request;
    private final Events events;

    EnrolAttempt(Enrol request, Scheduler loop, Events events) {
        super(loop);
        this.request = request;
        this.events = events;
    }

    /** Ends it; nothing is told any more. */
    void cancel() {
        end();
    }

    private boolean end() {
        boolean first = finish();
        ControlStream open = stream();
        if (open != null) {
            open.close();
        }
        return first;
    }

    private void fail(String why, @Nullable ErrorReport said, boolean distrusted) {
        if (end()) {
            events.failed(why, said, distrusted);
        }
    }

    @Override
    void begin(ControlStream opened) {
        deadline(ANSWER, () -> fail("the relay did not answer in time", null, false));
        // the answer is larger than what an unregistered device takes otherwise
        opened.allowLargeMessages();
        opened.send(request);
    }

    @Override
    public void message(ControlMessage message) {
        if (message instanceof Credentials credentials) {
            if (end()) {
                events.granted(credentials, certificate());
            }
        } else if (message instanceof ErrorReport report && report.fatal()) {
            fail(report.sentence(), report, false);
        }
    }

    @Override
    public void broken(ProtocolException broken) {
        String sentence = String.valueOf(broken.getMessage());
        fail(sentence, ErrorReport.fatal(broken.code(), sentence), false);
    }

    @Override
    public void tick() {
        // no keepalive on a stream of one question
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        fail(
                cause == null ? "the relay closed the connection without an answer" : PlainText.of(cause),
                null,
                PeerCertificates.refused(cause));
    }
}
