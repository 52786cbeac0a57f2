package io.mnedc.transport;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes preamble and messages from a connection's bytes; nothing is allocated for a length that is not allowed. */
final class ControlDecoder extends ByteToMessageDecoder implements Outbox.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(ControlDecoder.class);
    /** A peer may know how to bring a fault about again and again. */
    private static final long FAULTS_APART_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final AtomicLong FAULT_TOLD = new AtomicLong(System.nanoTime() - FAULTS_APART_NANOS);

    private final @Nullable ControlTls tls;
    private final boolean client;
    private ControlStream.Handler handler;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ControlStream stream;
    private @Nullable ScheduledFuture<?> ticks;
    private @Nullable Throwable cause;
    private boolean secured;
    private boolean authenticated;
    private boolean greeted;
    private boolean ended;
    private boolean closed;
    private final Outbox outbox;
    private volatile int most = Protocol.MAX_HANDSHAKE_MESSAGE;
    private volatile boolean paused;

    /**
     * Makes a decoder.
     *
     * @param tls how the stream is secured, or null if it is not
     * @param client whether this end dialled
     * @param budget what may wait in this stream and others
     */
    ControlDecoder(ControlStream.Handler handler, @Nullable ControlTls tls, boolean client, SendBudget budget) {
        this.outbox = new Outbox(budget, ControlStream.MOST_WAITING_BEFORE, this);
        this.handler = handler;
        this.tls = tls;
        this.client = client;
    }

    void allow(int bytes) {
        most = bytes;
    }

    /** What is still to be sent. */
    Outbox outbox() {
        return outbox;
    }

    boolean paused() {
        return paused;
    }

    @Override
    public void overflown(String why) {
        ChannelHandlerContext ctx = context;
        failed(new ProtocolException(ErrorCode.LIMIT_EXCEEDED, why));
        if (ctx != null) {
            ended = true;
            // not in the midst of a write or a read
            ctx.executor().execute(() -> ControlStream.cut(ctx.channel()));
        }
    }

    @Override
    public void congested(boolean now) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || ended || paused == now) {
            return;
        }
        paused = now;
        if (now) {
            ctx.channel().config().setAutoRead(false);
        } else {
            ctx.executor().execute(() -> goOn(ctx));
        }
    }

    /** Looks at what had come before reading was paused; only when that is done, more is read. */
    private void goOn(ChannelHandlerContext ctx) {
        if (!paused && !closed) {
            try {
                channelRead(ctx, Unpooled.EMPTY_BUFFER);
            } catch (Exception e) {
                exceptionCaught(ctx, e);
            }
            if (!paused) {
                ctx.channel().config().setAutoRead(true);
            }
        }
    }

    /** Nothing that comes is looked at any more; it is read all the same, so that the peer's end is noticed. */
    void lastWords() {
        ended = true;
        ChannelHandlerContext ctx = context;
        paused = false;
        if (ctx != null) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        outbox.attach(ctx.channel());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        stream = ControlStream.of(ctx.channel(), this);
        handler.connected(stream);
        if (tls == null) {
            authenticated = true;
            handler.opened(stream);
        }
        super.channelActive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        ControlStream open = stream;
        if (event instanceof SslHandshakeCompletionEvent completion && tls != null && open != null && !secured) {
            if (completion.isSuccess()) {
                secured(open, ctx.pipeline().get(SslHandler.class).engine(), tls);
            } else {
                failed(completion.cause());
            }
        }
        super.userEventTriggered(ctx, event);
    }

    private void secured(ControlStream open, SSLEngine engine, ControlTls expected) throws SSLException {
        String version = engine.getSession().getProtocol();
        String protocol = engine.getApplicationProtocol();
        if (!version.equals(ControlTls.VERSION)) {
            throw new SSLException("the handshake ended with " + version + " instead of " + ControlTls.VERSION);
        }
        if (protocol == null || !expected.protocols().contains(protocol)) {
            throw new SSLException(
                    "the peer agreed on no protocol of " + expected.protocols() + ": is it an MNEDC peer?");
        }
        secured = true;
        handler.secured(open, engine.getSession(), protocol);
    }

    /** Goes on with another handler, which is given what has come meanwhile. On the event loop. */
    void authenticated(ControlStream.Handler next) {
        ChannelHandlerContext ctx = context;
        ControlStream open = stream;
        if (!secured || authenticated || closed || ctx == null || open == null) {
            return;
        }
        authenticated = true;
        handler = next;
        next.opened(open);
        try {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
        } catch (Exception e) {
            exceptionCaught(ctx, e);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws ProtocolException {
        try {
            decode(in);
        } finally {
            // until it is registered, its first bytes are limited and counted elsewhere
            boolean counts = most > Protocol.MAX_HANDSHAKE_MESSAGE && in.isReadable();
            outbox.inbound(counts ? in.capacity() : 0);
        }
    }

    private void decode(ByteBuf in) throws ProtocolException {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!authenticated) {
            return; // bounded by FirstBytes
        }
        if (!greeted) {
            if (in.readableBytes() < Preamble.SIZE) {
                return;
            }
            Preamble preamble = Preamble.decode(in.nioBuffer(in.readerIndex(), Preamble.SIZE));
            in.skipBytes(Preamble.SIZE);
            greeted = true;
            handler.preamble(preamble);
        }
        while (!ended && !paused && in.readableBytes() >= ControlCodec.LENGTH_FIELD) {
            if (outbox.full()) {
                outbox.pause();
                return;
            }
            int length = ControlCodec.checkLength(in.getInt(in.readerIndex()), most);
            if (in.readableBytes() < ControlCodec.LENGTH_FIELD + length) {
                return;
            }
            in.skipBytes(ControlCodec.LENGTH_FIELD);
            var message = ControlCodec.decode(in.nioBuffer(in.readerIndex(), length));
            in.skipBytes(length);
            handler.message(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // not the superclass's: it reads on although reading is paused, because no message of its own came of it
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable reason = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        ended = true;
        failed(reason);
        if (reason instanceof RuntimeException || reason instanceof Error) {
            fault(reason);
        }
        if (reason instanceof ProtocolException broken && authenticated) {
            handler.broken(broken);
        } else {
            ctx.close();
        }
    }

    /**
     * Runs a task of this stream on the event loop. If it fails, the stream ends and the others go on: Netty would log a
     * line, at most, and nobody would know what was not done.
     */
    void run(Channel channel, Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            ended = true;
            failed(e);
            fault(e);
            ControlStream.cut(channel);
        }
    }

    /** Says that something is wrong here, not at the peer. */
    private void fault(Throwable fault) {
        long now = System.nanoTime();
        long last = FAULT_TOLD.get();
        if (now - last >= FAULTS_APART_NANOS && FAULT_TOLD.compareAndSet(last, now)) {
            LOG.error("a control stream ends because of a fault", fault);
        }
        if (authenticated) {
            handler.fault(fault);
        }
    }

    /** Notes why the connection ends; for one that never opened, ends it. */
    void failed(Throwable reason) {
        if (cause == null) {
            boolean shakingHands = tls != null && context != null && !secured;
            cause = shakingHands && !(reason instanceof ProtocolException)
                    ? TlsFailure.explain(reason, client)
                    : reason;
        }
        if (context == null) {
            end();
        }
    }

    void tickEvery(long period, TimeUnit unit) {
        ChannelHandlerContext ctx = context;
        ScheduledFuture<?> before = ticks;
        if (before != null) {
            before.cancel(false);
        }
        if (ctx != null && !closed) {
            ticks = ctx.executor()
                    .scheduleAtFixedRate(() -> run(ctx.channel(), () -> handler.tick()), period, period, unit);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        end();
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        ended = true;
        outbox.end();
        ScheduledFuture<?> running = ticks;
        if (running != null) {
            running.cancel(false);
        }
        try {
            handler.closed(cause);
        } catch (RuntimeException | Error e) {
            fault(e);
        }
    }
}
