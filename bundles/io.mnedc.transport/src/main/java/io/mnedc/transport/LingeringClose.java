package io.mnedc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose last message is to be read. Once that has left, only this direction is closed. What the
 * peer still sends is thrown away until it has closed the other. A socket that is closed while bytes arrive answers with a
 * reset (RFC 1122, section 4.2.2.13). A peer that writes then never reads why it was sent away.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
    private static final String NAME = "lingering-close";

    /** How long a peer may take to read the last messages and to close. */
    private static final int LINGER_SECONDS = 2;

    /** What may come meanwhile: what was under way when the peer was sent away, not a flood. */
    private static final int MOST = 256 << 10;

    private int received;

    private LingeringClose() {}

    /**
     * Begins it, if it has not been begun. On the event loop.
     *
     * @param behind the name of the handler that counts what comes before the peer is registered
     * @param outbox what is still to be sent
     */
    static void begin(Channel channel, String behind, Outbox outbox) {
        if (channel.pipeline().get(NAME) != null || channel.pipeline().get(behind) == null) {
            // begun already, or closed meanwhile
            return;
        }
        channel.pipeline().addAfter(behind, NAME, new LingeringClose());
        // what was sent may never leave: a peer that does not read must not keep the connection
        var forced = channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> forced.cancel(false));
        outbox.afterSent(() -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(left -> closeOutput(channel, left.isSuccess())));
    }

    private static void closeOutput(Channel channel, boolean left) {
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (!left || !(channel instanceof DuplexChannel duplex)) {
            channel.close();
        } else if (ssl == null) {
            shutDown(duplex);
        } else {
            ssl.closeOutbound().addListener(told -> shutDown(duplex));
        }
    }

    private static void shutDown(DuplexChannel channel) {
        ChannelFuture done = channel.shutdownOutput();
        done.addListener(shut -> {
            if (!shut.isSuccess()) {
                channel.close();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        received += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (received > MOST) {
            // from here it passes TLS by: the connection is cut at once
            context.close();
        }
    }
}
