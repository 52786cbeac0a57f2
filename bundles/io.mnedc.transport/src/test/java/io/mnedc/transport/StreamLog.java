package io.mnedc.transport;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** One end of a control stream: writes down what it is told. */
final class StreamLog implements ControlStream.Handler {
    final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    final CompletableFuture<ControlStream> stream = new CompletableFuture<>();
    /** The call that fails for want of memory; empty: none. */
    volatile String failing = "";

    private final boolean eager;

    /**
     * Has heard nothing yet.
     *
     * @param eager whether it lets everybody in whose TLS handshake is over
     */
    StreamLog(boolean eager) {
        this.eager = eager;
    }

    @Override
    public void secured(ControlStream secured, SSLSession session, String protocol) {
        String subject;
        try {
            subject = ((X509Certificate) session.getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (SSLPeerUnverifiedException e) {
            subject = "nobody";
        }
        events.add("secured " + protocol + " with " + subject);
        stream.complete(secured);
        if (eager) {
            secured.authenticated(this);
        }
    }

    @Override
    public void opened(ControlStream opened) {
        events.add("opened");
        stream.complete(opened);
    }

    @Override
    public void preamble(Preamble preamble) {
        events.add(preamble);
    }

    @Override
    public void message(ControlMessage message) {
        events.add(message);
        failAt("message");
    }

    @Override
    public void broken(ProtocolException broken) {
        events.add("broken: " + broken.getMessage());
    }

    @Override
    public void tick() {
        events.add("tick");
        failAt("tick");
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        events.add("closed: " + (cause == null ? "" : cause.getMessage()));
        failAt("closed");
    }

    @Override
    public void fault(Throwable cause) {
        events.add("fault: " + cause.getMessage());
    }

    private void failAt(String call) {
        if (call.equals(failing)) {
            throw new OutOfMemoryError("at " + call);
        }
    }

    Object next() throws InterruptedException {
        return Objects.requireNonNull(events.poll(60, TimeUnit.SECONDS), "nothing happens");
    }

    ControlStream stream() throws Exception {
        return stream.get(60, TimeUnit.SECONDS);
    }
}
