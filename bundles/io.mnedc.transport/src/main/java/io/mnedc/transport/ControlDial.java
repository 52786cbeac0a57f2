package io.mnedc.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connects control streams. */
final class ControlDial {
    private ControlDial() {}

    static Optional<ControlStream> connect(
            ControlLoop loop,
            InetSocketAddress remote,
            Duration timeout,
            @Nullable ControlTls tls,
            @Nullable SocketSetup setup,
            ControlStream.Handler handler) {
        ControlDecoder decoder = new ControlDecoder(handler, tls, true, new SendBudget(ControlStream.MOST_WAITING));
        SslHandler ssl = null;
        NioSocketChannel prepared;
        try {
            ssl = tls == null ? null : tls.handler();
            prepared = setup == null ? new NioSocketChannel() : prepare(setup);
        } catch (IOException | RuntimeException | Error e) {
            ControlTls.release(ssl);
            loop.execute(() -> decoder.failed(e));
            return Optional.empty();
        }
        SslHandler securing = ssl;
        ChannelFuture begun = new Bootstrap()
                .group(loop.group())
                .channelFactory(() -> prepared)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        ControlStream.fill(made.pipeline(), ByteBuffer.allocate(0), securing, decoder);
                    }
                })
                .connect(remote);
        begun.addListener((ChannelFutureListener) connecting -> {
            if (!connecting.isSuccess()) {
                decoder.failed(connecting.cause());
                ControlTls.release(securing);
            } else {
                connecting.channel().closeFuture().addListener(closed -> ControlTls.release(securing));
            }
        });
        return Optional.of(ControlStream.of(begun.channel(), decoder));
    }

    private static NioSocketChannel prepare(SocketSetup setup) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            SocketSetup.apply(setup, socket);
            return new NioSocketChannel(null, socket);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }
}
