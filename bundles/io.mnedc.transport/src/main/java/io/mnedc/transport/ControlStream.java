package io.mnedc.transport;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A connection that carries control messages, served by a Netty event loop. Its methods may be called by any thread. */
public final class ControlStream {
    /** What may wait for a peer that does not read: some messages of the largest kind. */
    static final int MOST_WAITING = 1 << 20;

    /** The same for a peer that is not registered yet. */
    static final int MOST_WAITING_BEFORE = 64 << 10;

    private static final String FIRST_BYTES = "first-bytes";

    /** What is done with the stream. All calls come from the stream's event loop, one at a time, and must not block. */
    public interface Handler {
        /**
         * TCP is connected; with TLS, the handshake begins.
         *
         * @param stream the stream; nothing can be sent yet
         */
        default void connected(ControlStream stream) {
            // most wait for more
        }

        /**
         * It is connected and the TLS handshake is complete: the peer has the key of its certificate, if it has one.
         * Whether that certificate is any good is to be found out now, unless the engine's trust manager did. Nothing
         * is read until {@link ControlStream#authenticated} is called. Not called for a stream without TLS; unless
         * overridden, a stream with TLS is closed.
         *
         * @param stream the stream; a preamble and an error may be sent
         * @param session with the peer's certificates
         * @param protocol the ALPN name that was agreed on
         */
        default void secured(ControlStream stream, SSLSession session, String protocol) {
            stream.close();
        }

        /**
         * It is connected; with TLS: and {@link ControlStream#authenticated}.
         *
         * @param stream the stream
         */
        void opened(ControlStream stream);

        /**
         * The peer's preamble came; its version is not checked yet.
         *
         * @param preamble what came
         */
        void preamble(Preamble preamble);

        /**
         * A message came.
         *
         * @param message what came
         */
        void message(ControlMessage message);

        /**
         * The peer's bytes break the protocol; nothing more is read.
         *
         * @param broken how
         */
        void broken(ProtocolException broken);

        /** A period of {@link ControlStream#tickEvery} has passed. */
        void tick();

        /**
         * It is closed; called exactly once, also when it never opened.
         *
         * @param cause why, or null if it was closed in order
         */
        void closed(@Nullable Throwable cause);

        /**
         * A call of this handler, or a task of its stream, has thrown what nobody expects, such as for want of memory; the
         * log has it. The stream is closed, if it was not. Not called before {@link #opened}.
         *
         * @param cause what was thrown
         */
        default void fault(Throwable cause) {
            // most go on with other streams
        }
    }

    private final Channel channel;
    private final ControlDecoder decoder;

    private ControlStream(Channel channel, ControlDecoder decoder) {
        this.channel = channel;
        this.decoder = decoder;
    }

    /**
     * Puts the handlers of a stream in their order.
     *
     * @param begun bytes that were read from the connection already
     */
    static void fill(ChannelPipeline pipeline, ByteBuffer begun, @Nullable SslHandler ssl, ControlDecoder decoder) {
        pipeline.addLast(FIRST_BYTES, new PreAuthLimit(begun, decoder));
        if (ssl != null) {
            pipeline.addLast(ssl);
        }
        pipeline.addLast(decoder);
    }

    /**
     * Connects without TLS.
     *
     * @param loop serves it
     * @param remote where to; resolved already
     * @param timeout how long to try
     * @param handler told that it is opened, or closed if that fails
     * @return the stream, to be {@link #cut} at any time, also before it is connected; empty if it could not be begun
     */
    public static Optional<ControlStream> connect(
            ControlLoop loop, InetSocketAddress remote, Duration timeout, Handler handler) {
        return connect(loop, remote, timeout, null, handler);
    }

    /**
     * Connects.
     *
     * @param loop serves it
     * @param remote where to; resolved already
     * @param timeout how long to try; a TLS handshake comes on top
     * @param tls with client engines, or null for a stream without TLS
     * @param handler told that it is secured and opened, or closed if that fails; its cause then says what is likely
     *     wrong
     * @return the stream, to be {@link #cut} at any time, also before it is connected; empty if it could not be begun
     */
    public static Optional<ControlStream> connect(
            ControlLoop loop, InetSocketAddress remote, Duration timeout, @Nullable ControlTls tls, Handler handler) {
        return connect(loop, remote, timeout, tls, null, handler);
    }

    /**
     * Connects, as {@link #connect(ControlLoop, InetSocketAddress, Duration, ControlTls, Handler)} does.
     *
     * @param setup prepares the socket; null: nothing is to be prepared
     */
    public static Optional<ControlStream> connect(
            ControlLoop loop,
            InetSocketAddress remote,
            Duration timeout,
            @Nullable ControlTls tls,
            @Nullable SocketSetup setup,
            Handler handler) {
        return ControlDial.connect(loop, remote, timeout, tls, setup, handler);
    }

    /**
     * Serves an accepted socket without TLS.
     *
     * @param loop serves it
     * @param socket connected and non-blocking, owned by the stream from now on
     * @param begun bytes that were read from it already
     * @param handler told that it is opened, or closed if that fails
     * @return the stream, to be closed at any time; empty if it could not even be begun
     */
    public static Optional<ControlStream> adopt(
            ControlLoop loop, SocketChannel socket, ByteBuffer begun, Handler handler) {
        return adopt(loop, socket, begun, null, handler);
    }

    /**
     * Serves an accepted socket.
     *
     * @param loop serves it
     * @param socket connected and non-blocking, owned by the stream from now on
     * @param begun bytes that were read from it already
     * @param tls with server engines, or null for a stream without TLS
     * @param handler told that it is secured and opened, or closed if that fails
     * @return the stream, to be closed at any time, also before it is secured; empty if it could not even be begun
     */
    public static Optional<ControlStream> adopt(
            ControlLoop loop, SocketChannel socket, ByteBuffer begun, @Nullable ControlTls tls, Handler handler) {
        return adopt(loop, socket, begun, tls, new SendBudget(MOST_WAITING), handler);
    }

    /**
     * Serves an accepted socket as one of many.
     *
     * @param loop serves it
     * @param socket connected and non-blocking, owned by the stream from now on
     * @param begun bytes that were read from it already
     * @param tls with server engines, or null for a stream without TLS
     * @param budget what may wait in all streams that share it
     * @param handler told that it is secured and opened, or closed if that fails
     * @return the stream, to be closed at any time, also before it is secured; empty if it could not even be begun
     */
    public static Optional<ControlStream> adopt(
            ControlLoop loop,
            SocketChannel socket,
            ByteBuffer begun,
            @Nullable ControlTls tls,
            SendBudget budget,
            Handler handler) {
        return ControlAccept.adopt(loop, socket, begun, tls, budget, handler);
    }

    static ControlStream of(Channel channel, ControlDecoder decoder) {
        return new ControlStream(channel, decoder);
    }

    /**
     * Sends a preamble, in order with messages.
     *
     * @param preamble what to send
     */
    public void send(Preamble preamble) {
        write(preamble.encode());
    }

    /**
     * Sends a message. Messages leave in the order of the calls, from whatever threads. A peer that does not take
     * them is disconnected.
     *
     * @param message what to send
     */
    public void send(ControlMessage message) {
        write(ControlCodec.encode(message));
    }

    private void write(ByteBuffer bytes) {
        Outbox outbox = decoder.outbox();
        int cost = Outbox.cost(bytes);
        outbox.announce(cost);
        // never directly, even on the event loop: a call from another thread may wait in its queue already
        boolean taken = offer(() -> {
            outbox.arrived(cost);
            send(true, bytes);
        });
        if (!taken) {
            outbox.arrived(cost);
        }
    }

    private void send(boolean answer, ByteBuffer... parts) {
        if (channel.isActive()) {
            decoder.outbox().send(answer, parts);
        }
        decoder.outbox().look();
    }

    /**
     * Sends a message that is encoded already, at once: behind what tasks of {@link #execute} and calls of {@code send}
     * before them have sent. To be called on the stream's event loop.
     *
     * @param parts together one message or preamble; never written to, so that streams can share them. Neither they nor
     *     what they stand for may change afterwards
     */
    public void sendNow(ByteBuffer... parts) {
        send(false, parts);
    }

    /**
     * Has a task run when all that was sent before has left for the network; dropped if the stream is closed first. To be
     * called on the stream's event loop, where the task will run.
     *
     * @param task must not block
     */
    public void afterSent(Runnable task) {
        decoder.outbox().afterSent(task);
    }

    /**
     * Closes the connection when everything that was sent before has left and the peer has closed its side, or after two
     * seconds. What the peer sends from now on is not looked at.
     */
    public void closeAfterSent() {
        offer(() -> {
            decoder.lastWords();
            LingeringClose.begin(channel, FIRST_BYTES, decoder.outbox());
        });
    }

    /**
     * The peer is who it says, or may try to prove that by messages: opens the stream. To be called once, on the
     * stream's event loop, at or after {@link Handler#secured}; nothing happens if the stream is closed.
     *
     * @param next told that it is opened, then of everything that comes
     */
    public void authenticated(Handler next) {
        decoder.authenticated(next);
    }

    /** Closes the connection; with TLS within a second, else at once. */
    public void close() {
        channel.close();
    }

    /** Cuts the connection at once: nothing more leaves, not even TLS's last word, and no handshake is gone on with. */
    public void cut() {
        if (!channel.isRegistered()) {
            channel.unsafe().closeForcibly();
            return;
        }
        ControlLoop.offer(channel.eventLoop(), () -> cut(channel));
    }

    static void cut(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().context(FIRST_BYTES);
        if (first != null) {
            // from here it passes TLS by
            first.close();
        } else {
            channel.close();
        }
    }

    /** {@return about how many bytes wait for a peer that reads slower than it is sent to, with what they cost beside} */
    public long waitingBytes() {
        return decoder.outbox().waiting();
    }

    /**
     * How long the peer has read nothing of what waits for it. To be called on the stream's event loop, regularly.
     *
     * @param now the present time, by {@link System#nanoTime}
     * @return nanoseconds; 0 if nothing waits
     */
    public long stuckNanos(long now) {
        return decoder.outbox().stuck(now);
    }

    /** {@return whether nothing is read now, because the peer does not read the answers} */
    public boolean paused() {
        return decoder.paused();
    }

    /**
     * The peer is registered: from now on, messages up to {@link Protocol#MAX_MESSAGE} are read, any number of them, and
     * more may wait for it. A peer that sends over 64 KiB, TLS included, before this is called is disconnected.
     */
    public void allowLargeMessages() {
        if (channel.pipeline().get(FIRST_BYTES) instanceof PreAuthLimit first) {
            first.unlimited();
        }
        decoder.allow(Protocol.MAX_MESSAGE);
        decoder.outbox().allow(MOST_WAITING);
    }

    /**
     * Has {@link Handler#tick} called regularly until the stream is closed. To be called on the stream's event loop; a
     * later call replaces the period.
     *
     * @param period how often
     */
    public void tickEvery(Duration period) {
        decoder.tickEvery(period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Runs a task in the order of the handler's calls; dropped after the end of the loop. A task that throws ends the
     * stream.
     *
     * @param task must not block
     */
    public void execute(Runnable task) {
        offer(task);
    }

    private boolean offer(Runnable task) {
        return ControlLoop.offer(channel.eventLoop(), () -> decoder.run(channel, task));
    }

    /** {@return this end; null if it is not connected} */
    public @Nullable InetSocketAddress local() {
        return channel.localAddress() instanceof InetSocketAddress inet ? inet : null;
    }

    /** {@return the other end} */
    public @Nullable InetSocketAddress remote() {
        SocketAddress remote = channel.remoteAddress();
        return remote instanceof InetSocketAddress inet ? inet : null;
    }
}
