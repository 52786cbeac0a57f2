package io.mnedc.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A connection that carries data frames, served by a {@link DataLoop}. */
public final class DataStream {
    private final DataLoop loop;
    private final SocketChannel socket;
    private final SendQueue queue;
    private DataHandler handler;
    private volatile @Nullable SelectionKey key;
    private volatile long heard;
    private volatile long firstSent;
    private final long begun;

    // of the loop's thread only
    final ReadBuffers.Rest rest = new ReadBuffers.Rest();
    boolean closed;
    private boolean answered;

    DataStream(DataLoop loop, SocketChannel socket, SendQueue queue, DataHandler handler, long now) {
        this.loop = loop;
        this.socket = socket;
        this.queue = queue;
        this.handler = handler;
        this.heard = now;
        this.begun = now;
    }

    SocketChannel socket() {
        return socket;
    }

    SendQueue queue() {
        return queue;
    }

    DataHandler handler() {
        return handler;
    }

    void registered(SelectionKey registered) {
        this.key = registered;
    }

    void heard(long now) {
        heard = now;
        // the end that has accepted learns it from what it says first and the device answers at once
        if (!answered && firstSent != 0) {
            roundTrip(now);
        }
    }

    /** What came first from here, be it the request to connect, is answered now. */
    void roundTrip(long now) {
        answered = true;
        queue.roundTrip(now - (firstSent != 0 ? firstSent : begun));
    }

    /**
     * Tells how long the other end took to answer something that was sent while hardly anything was under way: how much may
     * be follows from it. Any thread.
     *
     * @param nanos from sending to the answer
     */
    public void answeredAfter(long nanos) {
        queue.roundTrip(nanos);
    }

    /**
     * Changes what is done with the stream from the next bytes on. Only from within a call to the present handler.
     *
     * @param next the new handler; its {@link DataHandler#opened} is not called
     */
    public void handler(DataHandler next) {
        this.handler = next;
    }

    /**
     * Sends whole frames, as they lie one after the other. Never blocks. What the socket does not take at once is
     * copied and waits, bounded in bytes and time; the oldest frames are dropped when it waits too long. On a closed
     * stream nothing happens. Any thread.
     *
     * @param frames a direct buffer; position and limit are changed, the caller may reuse it at once
     * @param from where the first frame begins
     * @param to where the last one ends
     */
    public void send(ByteBuffer frames, int from, int to) {
        long now = System.nanoTime();
        if (firstSent == 0) {
            firstSent = now;
        }
        try {
            if (queue.send(frames, from, to, now)) {
                awaitWritable();
            }
        } catch (IOException e) {
            loop.execute(() -> loop.close(this, e));
        }
    }

    /**
     * Makes the stream known to those who send to it, and sends something that must come before all they send.
     *
     * @param first what comes first
     * @param publish makes the stream known; must not block
     */
    public void sendBeforeOthers(ByteBuffer first, Runnable publish) {
        synchronized (queue) {
            publish.run();
            send(first, 0, first.limit());
        }
    }

    private void awaitWritable() {
        SelectionKey registered = key;
        if (registered == null) {
            return;
        }
        try {
            registered.interestOpsOr(SelectionKey.OP_WRITE);
            loop.wakeup();
        } catch (CancelledKeyException e) {
            // closed meanwhile: nothing is sent any more
            queue.release();
        }
    }

    /** Closes the stream, without waiting for what is queued. Any thread, any number of times. */
    public void close() {
        close(null);
    }

    /**
     * Closes the stream. Any thread, any number of times.
     *
     * @param cause what the handler is told
     */
    public void close(@Nullable Throwable cause) {
        loop.execute(() -> loop.close(this, cause));
    }

    /** {@return frames that waited too long, or found no room, since the stream was opened} */
    public long droppedFrames() {
        return queue.droppedFrames();
    }

    /** {@return bytes that wait for the socket now} */
    public int queuedBytes() {
        return queue.queuedBytes();
    }

    /** {@return when the last bytes came, or the stream was opened, as {@link System#nanoTime}} */
    public long lastHeardNanos() {
        return heard;
    }

    /** {@return this end; null if it is not connected} */
    public @Nullable InetSocketAddress local() {
        try {
            return (InetSocketAddress) socket.getLocalAddress();
        } catch (IOException e) {
            return null;
        }
    }

    /** {@return the other end} */
    public @Nullable InetSocketAddress remote() {
        try {
            return (InetSocketAddress) socket.getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }
}
