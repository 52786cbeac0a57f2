package io.mnedc.transport;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes preamble and messages from a connection's bytes; nothing is allocated for a length that is not allowed. */
final class ControlDecoder extends ByteToMessageDecoder {
    private final ControlStream.Handler handler;
    private final ByteBuffer begun;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> ticks;
    private @Nullable Throwable cause;
    private boolean greeted;
    private boolean ended;
    private boolean closed;
    private volatile int most = Protocol.MAX_HANDSHAKE_MESSAGE;

    /**
     * Makes a decoder.
     *
     * @param begun the connection's first bytes, as far as they have been read already
     */
    ControlDecoder(ControlStream.Handler handler, ByteBuffer begun) {
        this.handler = handler;
        this.begun = begun;
    }

    void allow(int bytes) {
        most = bytes;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        handler.opened(ControlStream.of(ctx.channel(), this));
        if (begun.hasRemaining()) {
            channelRead(ctx, Unpooled.wrappedBuffer(begun));
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws ProtocolException {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
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
        while (!ended && in.readableBytes() >= ControlCodec.LENGTH_FIELD) {
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
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable reason = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        ended = true;
        failed(reason);
        if (reason instanceof ProtocolException broken) {
            handler.broken(broken);
        } else {
            ctx.close();
        }
    }

    /** Notes why the connection ends; for one that never opened, ends it. */
    void failed(Throwable reason) {
        if (cause == null) {
            cause = reason;
        }
        if (context == null) {
            end();
        }
    }

    void tickEvery(long period, TimeUnit unit) {
        ChannelHandlerContext ctx = context;
        if (ctx != null && !closed) {
            ticks = ctx.executor().scheduleAtFixedRate(handler::tick, period, period, unit);
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
        ScheduledFuture<?> running = ticks;
        if (running != null) {
            running.cancel(false);
        }
        handler.closed(cause);
    }
}
