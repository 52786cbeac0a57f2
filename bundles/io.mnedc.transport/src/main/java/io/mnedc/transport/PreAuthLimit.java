package io.mnedc.transport;

import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;

/**
 * Stands before everything else, TLS included: gives on what was read before the connection was handed over, and closes
 * a connection whose peer sends more than {@value #MOST} bytes before it is registered.
 */
final class PreAuthLimit extends ChannelInboundHandlerAdapter {
    static final int MOST = 64 << 10;

    private final ByteBuffer begun;
    private final ControlDecoder decoder;
    private volatile boolean unlimited;
    private long received;

    /**
     * @param begun the connection's first bytes, as far as they have been read already
     */
    PreAuthLimit(ByteBuffer begun, ControlDecoder decoder) {
        this.begun = begun;
        this.decoder = decoder;
    }

    void unlimited() {
        unlimited = true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        super.channelActive(ctx);
        if (begun.hasRemaining()) {
            channelRead(ctx, Unpooled.wrappedBuffer(begun));
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!unlimited && message instanceof ByteBuf bytes) {
            received += bytes.readableBytes();
            if (received > MOST) {
                ReferenceCountUtil.release(message);
                decoder.failed(new ProtocolException(
                        ErrorCode.TOO_LARGE, "more than " + MOST + " bytes came before the peer was registered"));
                // from here it passes TLS by: the connection is cut at once
                ctx.close();
                return;
            }
        }
        super.channelRead(ctx, message);
    }
}
