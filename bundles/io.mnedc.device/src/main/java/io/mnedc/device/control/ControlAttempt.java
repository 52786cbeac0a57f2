package io.mnedc.device.control;

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
 * One control stream to a relay, whatever it is for: the relay's certificate, the preambles, a time limit, and an end that
 * comes once. On the control loop.
 */
abstract class ControlAttempt implements ControlStream.Handler {
    private final Scheduler loop;
    private @Nullable ControlStream stream;
    private @Nullable X509Certificate certificate;
    private Scheduler.@Nullable Timer deadline;
    private boolean over;

    ControlAttempt(Scheduler loop) {
        this.loop = loop;
    }

    /** The stream is open, and the preamble is on its way. */
    abstract void begin(ControlStream opened);

    /** {@return the stream; null before it is open} */
    final @Nullable ControlStream stream() {
        return stream;
    }

    /** {@return the relay's certificate, checked; null before that and without TLS} */
    final @Nullable X509Certificate certificate() {
        return certificate;
    }

    final boolean over() {
        return over;
    }

    /** {@return whether it was not over yet; the time limit ends with it} */
    final boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        cancelDeadline();
        return true;
    }

    /** Runs this after a time, instead of what was to run before. */
    final void deadline(Duration after, Runnable task) {
        cancelDeadline();
        deadline = loop.schedule(after, task);
    }

    final void cancelDeadline() {
        Scheduler.Timer waiting = deadline;
        if (waiting != null) {
            waiting.cancel();
            deadline = null;
        }
    }

    @Override
    public final void secured(ControlStream secured, SSLSession tls, String protocol) {
        certificate = PeerCertificates.first(tls);
        secured.authenticated(this);
    }

    @Override
    public final void opened(ControlStream opened) {
        stream = opened;
        if (over) {
            opened.close();
            return;
        }
        opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
        begin(opened);
    }

    @Override
    public final void preamble(Preamble preamble) {
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
    public final void fault(Throwable cause) {
        Faults.ofStream(cause, loop);
    }
}
