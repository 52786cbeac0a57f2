package io.mnedc.load;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A device's data stream: binds it, keeps it alive, answers what other devices of the crowd ask. On its event loop. */
final class DataEnd extends ByteToMessageDecoder {
    private static final byte REQUEST = 1;
    private static final byte REPLY = 2;
    /** Bytes of a question, about a full packet of an Ethernet. */
    private static final int PAYLOAD = 1400;

    private final LoadDevice device;
    private final Crowd crowd;
    private final Welcome welcome;
    private final DataBinding.Device binding;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> echoes;
    private long counter;
    private boolean greeted;
    private boolean over;

    DataEnd(LoadDevice device, Crowd crowd, Welcome welcome) {
        this.device = device;
        this.crowd = crowd;
        this.welcome = welcome;
        byte[] nonce = new byte[Protocol.NONCE];
        ThreadLocalRandom.current().nextBytes(nonce);
        this.binding = new DataBinding.Device(welcome.sessionId(), welcome.secret(), Opaque.copyOf(nonce));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        ctx.write(Unpooled.wrappedBuffer(Preamble.of(Preamble.StreamKind.DATA).encode()));
        send(ctx, binding.start());
        super.channelActive(ctx);
    }

    private static void send(ChannelHandlerContext ctx, ControlMessage message) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(ControlCodec.encode(message)), ctx.voidPromise());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws ProtocolException {
        if (!greeted) {
            if (in.readableBytes() < Preamble.SIZE) {
                return;
            }
            Preamble.decode(in.nioBuffer(in.readerIndex(), Preamble.SIZE)).negotiate();
            in.skipBytes(Preamble.SIZE);
            greeted = true;
        }
        while (!binding.ready() && in.readableBytes() >= ControlCodec.LENGTH_FIELD) {
            int length = ControlCodec.checkLength(in.getInt(in.readerIndex()), Protocol.MAX_HANDSHAKE_MESSAGE);
            if (in.readableBytes() < ControlCodec.LENGTH_FIELD + length) {
                return;
            }
            in.skipBytes(ControlCodec.LENGTH_FIELD);
            ControlMessage message = ControlCodec.decode(in.nioBuffer(in.readerIndex(), length));
            in.skipBytes(length);
            perform(ctx, binding.received(message));
        }
        if (binding.ready()) {
            frames(ctx, in);
        }
    }

    private void perform(ChannelHandlerContext ctx, List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                send(ctx, send.message());
            } else if (effect instanceof Effect.Close) {
                ctx.close();
            } else if (effect instanceof Effect.Bound) {
                int millis = welcome.keepaliveMillis();
                echoes = ctx.executor()
                        .scheduleAtFixedRate(
                                () -> frame(DataFrame.ECHO, Protocol.RELAY_NODE, new byte[Long.BYTES]),
                                ThreadLocalRandom.current().nextInt(millis),
                                millis,
                                TimeUnit.MILLISECONDS);
                device.bound(this);
            }
        }
    }

    private void frames(ChannelHandlerContext ctx, ByteBuf in) throws ProtocolException {
        ByteBuffer all = in.nioBuffer();
        int at = all.position();
        int end = all.limit();
        for (int size = DataFrame.complete(all, at, end); size > 0; size = DataFrame.complete(all, at, end)) {
            if (DataFrame.type(all, at) == DataFrame.PACKET) {
                packet(all, at);
            }
            at += size;
            in.skipBytes(size);
        }
        assert ctx.channel().isRegistered();
    }

    private void packet(ByteBuffer in, int at) {
        byte kind = in.get(at + DataFrame.HEADER);
        long asked = in.getLong(at + DataFrame.HEADER + 1);
        if (kind == REQUEST) {
            packet(REPLY, DataFrame.source(in, at), asked);
        } else if (kind == REPLY) {
            crowd.answered(System.nanoTime() - asked);
        }
    }

    /** Asks another device, which answers. Any thread. */
    void ask(int node) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.executor().execute(() -> packet(REQUEST, node, System.nanoTime()));
        }
    }

    private void packet(byte kind, int node, long asked) {
        byte[] payload = new byte[PAYLOAD];
        ByteBuffer.wrap(payload).put(kind).putLong(asked);
        frame(DataFrame.PACKET, node, payload);
    }

    private void frame(int type, int node, byte[] payload) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        ByteBuffer frame = ByteBuffer.allocate(DataFrame.HEADER + payload.length);
        DataFrame.putHeader(frame, 0, type, welcome.node(), node, ++counter, payload.length);
        frame.put(DataFrame.HEADER, payload);
        ctx.writeAndFlush(Unpooled.wrappedBuffer(frame), ctx.voidPromise());
    }

    /** Closes it. Any thread. */
    void close() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            crowd.fault(LoadDevice.id(device.index()) + ", data stream: " + cause);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        ended();
    }

    /** It is over, or never began. */
    void ended() {
        if (!over) {
            over = true;
            Future<?> running = echoes;
            if (running != null) {
                running.cancel(false);
            }
            device.unbound(this);
        }
    }
}
