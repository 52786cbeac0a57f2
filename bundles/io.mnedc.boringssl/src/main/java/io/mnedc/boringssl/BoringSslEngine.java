package io.mnedc.boringssl;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.conscrypt.BufferAllocator;
import org.conscrypt.Conscrypt;
import org.conscrypt.HandshakeListener;
import org.jspecify.annotations.Nullable;

/**
 * An engine of Conscrypt's that leaves what a handshake takes to tasks, as the Java runtime's does: Conscrypt would compute
 * where it reads, on the thread that serves all connections. A record of the handshake is taken whole, a task reads it and
 * makes the answer, which is then there to be sent. After the handshake it is the inner engine and nothing else. Thread-safe
 * as engines are: tasks may run anywhere.
 *
 * <p>It holds native memory and two descriptors until it is {@link #close closed}, or else until the garbage collector finds
 * it.
 */
final class BoringSslEngine extends ForwardingEngine implements AutoCloseable {
    private static final int HEADER = 5;
    /** RFC 8446, section 5.2. */
    private static final int MOST = HEADER + (1 << 14) + 256;

    /** What Conscrypt holds back for the peer at most, or more: a flight with a long chain of certificates fills it. */
    private static final int PIECE = 32 << 10;

    /** No honest handshake has as many records; each costs a task. */
    private static final int MOST_RECORDS = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What there is of a session before the peer has proved who it is, as engines of the Java runtime have it. */
    private static final SSLSession NOBODY = nobody();

    /** By the key types of these, Conscrypt asks for certificates; no version is spoken in which they could be chosen. */
    private static final List<String> KEY_TYPES =
            List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private enum Turn {
        NONE,
        WAITS,
        RUNS
    }

    private volatile Turn turn = Turn.NONE;
    private ByteBuffer record = NOTHING;
    private ByteBuffer answer = NOTHING;
    private @Nullable SSLException failure;
    private volatile boolean begun;
    private volatile boolean through;
    private volatile boolean finished;
    private volatile boolean abandoned;
    private boolean failed;
    private boolean brokenOff;
    private int records;

    BoringSslEngine(SSLEngine inner, BufferAllocator memory) {
        super(inner);
        Conscrypt.setBufferAllocator(inner, memory);
        Conscrypt.setUseSessionTickets(inner, false);
        // the state of the inner engine does not tell a handshake that is complete from one that was broken off
        Conscrypt.setHandshakeListener(inner, new HandshakeListener() {
            @Override
            public void onHandshakeFinished() {
                finished = true;
            }
        });
    }

    private static SSLSession nobody() {
        try {
            SSLContext context = SSLContext.getInstance(BoringSslProvider.PROTOCOL);
            context.init(new KeyManager[0], new TrustManager[0], null);
            return context.createSSLEngine().getSession();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no " + BoringSslProvider.PROTOCOL, e);
        }
    }

    @Override
    public synchronized void beginHandshake() throws SSLException {
        if (!begun) {
            inner.beginHandshake();
            begun = true;
        }
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        // without waiting for it
        return turn == Turn.NONE ? quietStatus() : HandshakeStatus.NEED_TASK;
    }

    private synchronized HandshakeStatus quietStatus() {
        if (answer.hasRemaining() || failure != null) {
            return HandshakeStatus.NEED_WRAP;
        }
        return !begun || failed ? HandshakeStatus.NOT_HANDSHAKING : inner.getHandshakeStatus();
    }

    @Override
    public synchronized @Nullable Runnable getDelegatedTask() {
        if (turn != Turn.WAITS) {
            return null;
        }
        turn = Turn.RUNS;
        return this::compute;
    }

    private synchronized void compute() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!abandoned && !brokenOff) {
                read(out);
            }
        } catch (SSLException e) {
            failure = Alerts.translated(e);
            alert(out);
        } catch (Throwable e) {
            // also an Error, such as a class that is gone with its bundle: the caller that waits for the task goes on
            failure = new SSLException("TLS failed: " + e, e);
            alert(out);
        } finally {
            record = NOTHING;
            answer = ByteBuffer.wrap(out.toByteArray());
            turn = Turn.NONE;
            if (abandoned) {
                free();
            }
        }
    }

    private void read(ByteArrayOutputStream out) throws SSLException {
        ByteBuffer said = ByteBuffer.allocate(inner.getSession().getApplicationBufferSize());
        while (record.hasRemaining()) {
            int before = record.remaining();
            inner.unwrap(record, said);
            flush(out);
            if (record.remaining() == before) {
                return;
            }
        }
    }

    private void flush(ByteArrayOutputStream out) throws SSLException {
        boolean more = inner.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        while (more) {
            // also when all has been taken that there was room for: a long flight goes on then
            more = wrapped(out) > 0;
        }
    }

    private int wrapped(ByteArrayOutputStream out) throws SSLException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        int count = inner.wrap(NOTHING.duplicate(), piece).bytesProduced();
        out.write(piece.array(), 0, count);
        return count;
    }

    /** Conscrypt has closed itself then, and does not say that there is something to send. */
    private void alert(ByteArrayOutputStream out) {
        try {
            while (!inner.isOutboundDone()) {
                if (wrapped(out) == 0) {
                    return;
                }
            }
        } catch (SSLException | RuntimeException e) {
            // the peer is not told, then
            return;
        }
    }

    @Override
    public synchronized SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length)
            throws SSLException {
        if (through()) {
            return translated(() -> inner.unwrap(source, targets, offset, length));
        }
        if (!begun) {
            beginHandshake();
        }
        HandshakeStatus status = getHandshakeStatus();
        if (failed || brokenOff || inner.isInboundDone()) {
            return new SSLEngineResult(Status.CLOSED, status, 0, 0);
        }
        if (status != HandshakeStatus.NEED_UNWRAP) {
            return new SSLEngineResult(Status.OK, status, 0, 0);
        }
        int size = size(source);
        if (size > MOST) {
            failed = true;
            inner.closeOutbound();
            throw new SSLException("a TLS record of " + size + " bytes, at most " + MOST + " are allowed");
        }
        if (source.remaining() < size) {
            return new SSLEngineResult(Status.BUFFER_UNDERFLOW, status, 0, 0);
        }
        if (++records > MOST_RECORDS) {
            failed = true;
            inner.closeOutbound();
            throw new SSLException("more than " + MOST_RECORDS + " TLS records before the handshake was complete");
        }
        byte[] taken = new byte[size];
        source.get(taken);
        record = ByteBuffer.wrap(taken);
        turn = Turn.WAITS;
        return new SSLEngineResult(Status.OK, HandshakeStatus.NEED_TASK, size, 0);
    }

    private static int size(ByteBuffer source) {
        return source.remaining() < HEADER
                ? HEADER
                : HEADER + Short.toUnsignedInt(source.getShort(source.position() + 3));
    }

    @Override
    public synchronized SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target)
            throws SSLException {
        if (through()) {
            return translated(() -> inner.wrap(sources, offset, length, target));
        }
        if (turn != Turn.NONE) {
            return new SSLEngineResult(Status.OK, HandshakeStatus.NEED_TASK, 0, 0);
        }
        if (answer.hasRemaining()) {
            int count = Math.min(answer.remaining(), target.remaining());
            target.put(answer.slice(answer.position(), count));
            answer.position(answer.position() + count);
            return new SSLEngineResult(count == 0 ? Status.BUFFER_OVERFLOW : Status.OK, finished(), 0, count);
        }
        SSLException thrown = failure;
        if (thrown != null) {
            failure = null;
            failed = true;
            inner.closeOutbound();
            throw thrown;
        }
        if (failed) {
            return new SSLEngineResult(Status.CLOSED, HandshakeStatus.NOT_HANDSHAKING, 0, 0);
        }
        if (!begun) {
            beginHandshake();
        }
        return translated(() -> inner.wrap(sources, offset, length, target));
    }

    private HandshakeStatus finished() {
        HandshakeStatus status = getHandshakeStatus();
        return status == HandshakeStatus.NOT_HANDSHAKING && finished && !failed ? HandshakeStatus.FINISHED : status;
    }

    /** Whether nothing of this class is needed any more. */
    private boolean through() {
        if (!through
                && finished
                && turn == Turn.NONE
                && failure == null
                && !failed
                && !brokenOff
                && !answer.hasRemaining()
                && inner.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            through = true;
        }
        return through;
    }

    private interface Step {
        SSLEngineResult run() throws SSLException;
    }

    private static SSLEngineResult translated(Step step) throws SSLException {
        try {
            return step.run();
        } catch (SSLException e) {
            throw Alerts.translated(e);
        }
    }

    @Override
    public synchronized void closeInbound() throws SSLException {
        brokenOff |= !finished;
        inner.closeInbound();
    }

    @Override
    public synchronized void closeOutbound() {
        brokenOff |= !finished;
        inner.closeOutbound();
    }

    /**
     * Lets go of native memory and descriptors without a word to the peer; does not wait for a task that computes, which does
     * it at its end. Any thread, any number of times; nothing else may be called afterwards.
     */
    @Override
    public void close() {
        abandoned = true;
        if (turn != Turn.RUNS) {
            free();
        }
    }

    private synchronized void free() {
        failed = true;
        answer = NOTHING;
        record = NOTHING;
        try {
            inner.closeOutbound();
            // Conscrypt frees nothing while it has something to send
            ByteArrayOutputStream unsaid = new ByteArrayOutputStream();
            int more = wrapped(unsaid);
            while (more > 0) {
                more = wrapped(unsaid);
            }
            inner.closeInbound();
        } catch (SSLException | RuntimeException e) {
            // then it is left to the garbage collector
            return;
        }
    }

    @Override
    public boolean isInboundDone() {
        return inner.isInboundDone();
    }

    @Override
    public synchronized boolean isOutboundDone() {
        return !answer.hasRemaining() && inner.isOutboundDone();
    }

    /** As with the Java runtime's engines, there is nobody in it before the handshake is complete. */
    @Override
    public SSLSession getSession() {
        // without waiting for a task
        return through || (turn == Turn.NONE && isThrough()) ? inner.getSession() : NOBODY;
    }

    private synchronized boolean isThrough() {
        return through();
    }

    @Override
    public synchronized @Nullable String getApplicationProtocol() {
        if (!through()) {
            // by the interface: not known yet
            return null;
        }
        String agreed = inner.getApplicationProtocol();
        return agreed == null ? "" : agreed;
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        inner.setEnabledCipherSuites(withKeyTypes(suites));
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        String[] suites = parameters.getCipherSuites();
        if (suites == null) {
            inner.setSSLParameters(parameters);
            return;
        }
        parameters.setCipherSuites(withKeyTypes(suites));
        inner.setSSLParameters(parameters);
        // they are the caller's
        parameters.setCipherSuites(suites);
    }

    private static String[] withKeyTypes(String[] suites) {
        Set<String> all = new LinkedHashSet<>(List.of(suites));
        all.addAll(KEY_TYPES);
        return all.toArray(new String[0]);
    }
}
