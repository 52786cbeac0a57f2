package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection in TLS until it is clear whose it is. What the device sends is not looked at before; a refusal can be read
 * by it, with code and sentence. All on the stream's event loop, but for the work that it takes: that is left out when the
 * connection has ended meanwhile.
 */
public final class TlsGate implements ControlStream.Handler, Executor {
    private static final Duration TICK = Duration.ofMillis(250);

    private final Admissions admissions;
    private final RelaySecurity security;
    private final HalfOpen.Entry entry;
    private @Nullable ControlStream stream;
    private boolean decided;
    private volatile boolean over;

    public TlsGate(Admissions admissions, RelaySecurity security, HalfOpen.Entry entry) {
        this.admissions = admissions;
        this.security = security;
        this.entry = entry;
    }

    @Override
    public void execute(Runnable task) {
        security.handshake(() -> {
            if (!over && !entry.evicted()) {
                task.run();
            }
        });
    }

    @Override
    public void secured(ControlStream secured, SSLSession session, String protocol) {
        stream = secured;
        secured.tickEvery(TICK);
        if (protocol.equals(OverlayTls.ENROL)) {
            decided = true;
            secured.authenticated(security.enrolment(entry));
            return;
        }
        if (protocol.equals(OverlayTls.LINK)) {
            List<X509Certificate> chain = PeerCertificates.of(session);
            security.admitRelay(
                    this,
                    chain,
                    () -> back(secured, () -> linked(secured, chain)),
                    report -> back(secured, () -> refuse(secured, report)));
            return;
        }
        long before = admissions.rechecks();
        security.admit(
                this,
                PeerCertificates.of(session),
                peer -> back(secured, () -> admitted(secured, peer, before)),
                report -> back(secured, () -> refuse(secured, report)));
    }

    private static void back(ControlStream to, Runnable task) {
        to.execute(task);
    }

    private void admitted(ControlStream secured, Peer peer, long before) {
        if (!decided) {
            decided = true;
            Admissions.Admitted control = admissions.admit(entry, peer, security);
            secured.authenticated(control);
            if (admissions.rechecks() != before) {
                security.recheck(peer, control::dismiss);
            }
        }
    }

    private void linked(ControlStream secured, List<X509Certificate> chain) {
        Links links = security.links();
        if (links == null) {
            refuse(secured, ErrorReport.fatal(ErrorCode.STOPPING, "this relay has no links to others any more"));
        } else if (!decided) {
            decided = true;
            secured.authenticated(links.accept(entry, chain));
        }
    }

    private void refuse(ControlStream secured, ErrorReport report) {
        if (!decided) {
            decided = true;
            secured.send(Preamble.of(Preamble.StreamKind.CONTROL));
            secured.send(report);
            secured.closeAfterSent();
            Counter kind = Counter.of(report);
            entry.refuse(kind == null ? Counter.REFUSED_CERTIFICATE : kind, report.sentence());
        }
    }

    @Override
    public void opened(ControlStream opened) {
        throw new IllegalStateException("opened without TLS");
    }

    @Override
    public void preamble(Preamble preamble) {
        throw new IllegalStateException("read before it was known whose it is");
    }

    @Override
    public void message(ControlMessage message) {
        throw new IllegalStateException("read before it was known whose it is");
    }

    @Override
    public void broken(ProtocolException broken) {
        throw new IllegalStateException("read before it was known whose it is", broken);
    }

    @Override
    public void tick() {
        ControlStream open = stream;
        if (open != null && System.nanoTime() - entry.deadline() >= 0) {
            refuse(open, ErrorReport.fatal(ErrorCode.TIMED_OUT, "the relay took too long to check the certificate"));
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        over = true;
        entry.release();
        if (!decided) {
            decided = true;
            entry.refuse(
                    Counter.REFUSED_TLS,
                    cause == null ? "the TLS handshake was given up" : String.valueOf(cause.getMessage()));
        }
    }
}
