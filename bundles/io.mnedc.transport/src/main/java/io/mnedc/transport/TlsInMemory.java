package io.mnedc.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * One end of a short TLS 1.3 connection whose bytes are carried by somebody else. Bounded in what it takes. What the
 * engine wants to have computed is computed at once, by the caller's thread. Not thread-safe.
 */
public final class TlsInMemory {
    /** The most TLS bytes of a peer: two of the longest chains that the protocol allows, and then some. */
    public static final int MOST_RECEIVED = 64 << 10;

    /** The most bytes that a peer may say inside. */
    public static final int MOST_HEARD = 4 << 10;

    /** What an engine says that has agreed on nothing. */
    private static final String NO_VERSION = "NONE";

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private byte[] pending = new byte[0];
    private ByteBuffer heard = ByteBuffer.allocate(0);
    private int received;
    private boolean begun;
    private boolean closed;

    /**
     * Makes one end.
     *
     * @param engine of its side, not begun
     */
    public TlsInMemory(SSLEngine engine) {
        this.engine = engine;
    }

    /**
     * Begins; a client has something to send then.
     *
     * @throws SSLException if the engine fails
     */
    public void begin() throws SSLException {
        engine.beginHandshake();
        begun = true;
        run();
    }

    /**
     * Takes bytes of the peer's TLS stream.
     *
     * @param bytes as they came, at most {@value #MOST_RECEIVED} in all
     * @throws SSLException if the peer may not send them; {@link #output} has an alert for it then
     */
    public void received(byte[] bytes) throws SSLException {
        received += bytes.length;
        if (received > MOST_RECEIVED) {
            throw new SSLException("the peer's handshake is over " + MOST_RECEIVED + " bytes");
        }
        pending = concat(pending, bytes, bytes.length);
        run();
    }

    /** {@return whether the handshake is finished, as far as this end knows; with which version, the session tells} */
    public boolean secured() {
        return begun
                && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && !NO_VERSION.equals(engine.getSession().getProtocol());
    }

    /** {@return whether the peer has ended the connection in order} */
    public boolean closed() {
        return closed;
    }

    /** {@return the session, once it is secured} */
    public SSLSession session() {
        return engine.getSession();
    }

    /** {@return the protocol that was agreed on; empty for none} */
    public String applicationProtocol() {
        return String.valueOf(engine.getApplicationProtocol());
    }

    /**
     * Says something to the peer, once it is secured.
     *
     * @param message what; taken whole
     * @throws SSLException if the engine takes nothing
     */
    public void say(ByteBuffer message) throws SSLException {
        while (message.hasRemaining()) {
            wrap(message);
        }
    }

    /** {@return what the peer has said and nobody has taken; its position is to be moved behind what is taken} */
    public ByteBuffer heard() {
        return heard;
    }

    /** {@return TLS bytes for the peer, which are taken} */
    public byte[] output() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    /**
     * Ends the connection: the peer is told in order.
     *
     * @throws SSLException if the engine fails
     */
    public void close() throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            if (wrap(NOTHING.duplicate()).bytesProduced() == 0) {
                return;
            }
        }
    }

    /**
     * Forgets the connection without a word to the peer. Not to be left to the garbage collector: engines may hold memory and
     * descriptors that are not the heap's. Nothing else may be called afterwards.
     */
    public void release() {
        ControlTls.release(engine);
        closed = true;
        out.reset();
    }

    private void run() throws SSLException {
        try {
            boolean goesOn = true;
            while (goesOn && !closed) {
                goesOn = switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> compute();
                    case NEED_WRAP -> wrap(NOTHING.duplicate()).getStatus() == SSLEngineResult.Status.OK;
                    default -> unwrap();
                };
            }
        } catch (SSLException e) {
            alert();
            throw e;
        } catch (RuntimeException e) {
            // an engine of some provider that does not expect what peers may send
            throw new SSLException("TLS failed: " + e, e);
        }
    }

    private boolean compute() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        return true;
    }

    /** What went wrong here, the peer is told by an alert that the engine has ready. */
    private void alert() {
        try {
            while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                if (wrap(NOTHING.duplicate()).bytesProduced() == 0) {
                    return;
                }
            }
        } catch (SSLException | RuntimeException e) {
            // then it is not told, and waits in vain for a second
            out.reset();
        }
    }

    private SSLEngineResult wrap(ByteBuffer message) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(message, record);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("a TLS record is larger than the engine says");
        }
        if (result.bytesProduced() == 0 && message.hasRemaining()) {
            throw new SSLException("the TLS connection takes nothing: " + result);
        }
        out.write(record.array(), 0, record.position());
        return result;
    }

    /** {@return whether there may be more to do} */
    private boolean unwrap() throws SSLException {
        ByteBuffer in = ByteBuffer.wrap(pending);
        ByteBuffer message = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        SSLEngineResult result = engine.unwrap(in, message);
        pending = Arrays.copyOfRange(pending, in.position(), pending.length);
        if (message.position() > 0) {
            hear(message.flip());
        }
        switch (result.getStatus()) {
            case OK -> {
                return result.bytesConsumed() > 0 || isBusy(result.getHandshakeStatus());
            }
            case CLOSED -> {
                closed = true;
                return false;
            }
            case BUFFER_UNDERFLOW -> {
                return false;
            }
            default -> throw new SSLException("a TLS record is larger than allowed");
        }
    }

    private static boolean isBusy(SSLEngineResult.HandshakeStatus status) {
        return status == SSLEngineResult.HandshakeStatus.NEED_TASK
                || status == SSLEngineResult.HandshakeStatus.NEED_WRAP;
    }

    private void hear(ByteBuffer message) throws SSLException {
        if (heard.remaining() + message.remaining() > MOST_HEARD) {
            throw new SSLException("the peer says more than " + MOST_HEARD + " bytes");
        }
        ByteBuffer all = ByteBuffer.allocate(heard.remaining() + message.remaining());
        heard = all.put(heard).put(message).flip();
    }

    private static byte[] concat(byte[] first, byte[] second, int length) {
        byte[] both = Arrays.copyOf(first, first.length + length);
        System.arraycopy(second, 0, both, first.length, length);
        return both;
    }
}
