package io.mnedc.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes control streams of accepted sockets. */
final class ControlAccept {
    private ControlAccept() {}

    static Optional<ControlStream> adopt(
            ControlLoop loop,
            SocketChannel socket,
            ByteBuffer begun,
            @Nullable ControlTls tls,
            SendBudget budget,
            ControlStream.Handler handler) {
        ControlDecoder decoder = new ControlDecoder(handler, tls, false, budget);
        NioSocketChannel channel = new NioSocketChannel(null, socket);
        SslHandler ssl;
        try {
            ssl = tls == null ? null : tls.handler();
            ControlStream.fill(channel.pipeline(), begun, ssl, decoder);
        } catch (RuntimeException | Error e) {
            channel.unsafe().closeForcibly();
            loop.execute(() -> decoder.failed(e));
            return Optional.empty();
        }
        channel.config().setTcpNoDelay(true);
        loop.group().register(channel).addListener((ChannelFutureListener) registering -> {
            if (!registering.isSuccess()) {
                decoder.failed(registering.cause());
                socket.close();
                ControlTls.release(ssl);
            } else {
                channel.closeFuture().addListener(closed -> ControlTls.release(ssl));
            }
        });
        return Optional.of(ControlStream.of(channel, decoder));
    }
}
