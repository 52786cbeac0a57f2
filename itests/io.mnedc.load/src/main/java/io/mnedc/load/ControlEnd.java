package io.mnedc.load;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DeviceSession;
import io.mnedc.codec.session.Effect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A device's control stream, behind TLS. On its event loop. */
final class ControlEnd extends ByteToMessageDecoder {
    /** As long as a device waits, from the connection to the welcome. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private static final int TICKS_PER_KEEPALIVE = 5;
    /** Told to the session for each announcement that it is not shown: something was heard. */
    private static final ControlMessage HEARD = new Unknown(0);

    private final LoadDevice device;
    private final Crowd crowd;
    private final Roll roll;
    private final DeviceSession session;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> ticks;
    private @Nullable ErrorReport refusal;
    private String why = "closed by the relay";
    private long registeredAt;
    private boolean registered;
    private boolean greeted;
    private boolean over;

    ControlEnd(LoadDevice device, Crowd crowd, Roll roll, Hello hello) {
        this.device = device;
        this.crowd = crowd;
        this.roll = roll;
        this.session = new DeviceSession(hello, HANDSHAKE.toNanos(), System.nanoTime());
    }

    boolean registered() {
        return registered;
    }

    long registeredNanos() {
        return registered ? System.nanoTime() - registeredAt : 0;
    }

    /** What the relay said when it ended this, if it said something. */
    @Nullable
    ErrorReport refusal() {
        return refusal;
    }

    /** Why it ended, for people. */
    String why() {
        return why;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.channelActive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                tickEvery(ctx, HANDSHAKE.dividedBy(2).toMillis());
                ctx.write(Unpooled.wrappedBuffer(
                        Preamble.of(Preamble.StreamKind.CONTROL).encode()));
                perform(session.start());
            } else {
                why = "TLS: " + completion.cause().getMessage();
            }
        }
        super.userEventTriggered(ctx, event);
    }

    private void tickEvery(ChannelHandlerContext ctx, long millis) {
        cancelTicks();
        ticks = ctx.executor()
                .scheduleAtFixedRate(
                        () -> perform(session.tick(System.nanoTime())), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void cancelTicks() {
        Future<?> running = ticks;
        if (running != null) {
            running.cancel(false);
        }
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
        while (in.readableBytes() >= ControlCodec.LENGTH_FIELD) {
            int length = ControlCodec.checkLength(in.getInt(in.readerIndex()), Protocol.MAX_MESSAGE);
            if (in.readableBytes() < ControlCodec.LENGTH_FIELD + length) {
                return;
            }
            in.skipBytes(ControlCodec.LENGTH_FIELD);
            received(in, in.readerIndex(), length);
            in.skipBytes(length);
        }
    }

    private void received(ByteBuf in, int at, int length) throws ProtocolException {
        boolean announcement = AnnouncementReader.isAnnouncement(in, at);
        if (announcement) {
            crowd.announcements.increment();
            crowd.announcedBytes.add(length + ControlCodec.LENGTH_FIELD);
        }
        if (announcement && !crowd.settings().whole()) {
            AnnouncementReader.read(in, at, at + length, roll);
            perform(session.received(HEARD, System.nanoTime()));
        } else {
            ControlMessage message = ControlCodec.decode(in.nioBuffer(at, length));
            long now = System.nanoTime();
            if (message instanceof Pong pong) {
                crowd.pings.add(now - pong.token());
            } else if (message instanceof Announce announce) {
                note(announce);
            }
            perform(session.received(message, now));
        }
        if (announcement) {
            device.announced();
        }
    }

    private void note(Announce announce) {
        roll.begin(announce.sequence(), announce.part());
        for (Change change : announce.changes()) {
            if (change instanceof Change.Present present) {
                roll.present(LoadDevice.number(present.node().deviceId()));
            } else if (change instanceof Change.Absent absent) {
                roll.absent(LoadDevice.number(absent.deviceId()));
            }
        }
        roll.end(announce.part());
    }

    private void perform(List<Effect> effects) {
        ChannelHandlerContext ctx = context;
        for (Effect effect : effects) {
            if (ctx == null) {
                return;
            }
            if (effect instanceof Effect.Send send) {
                ctx.writeAndFlush(Unpooled.wrappedBuffer(ControlCodec.encode(send.message())), ctx.voidPromise());
            } else if (effect instanceof Effect.Close close) {
                why = close.why();
                ctx.close();
            } else if (effect instanceof Effect.Reported reported
                    && reported.report().fatal()) {
                refusal = reported.report();
            } else if (effect instanceof Effect.Registered welcomed) {
                welcomed(ctx, welcomed.welcome());
            }
        }
    }

    private void welcomed(ChannelHandlerContext ctx, Welcome welcome) {
        registered = true;
        registeredAt = System.nanoTime();
        tickEvery(ctx, Math.max(20, welcome.keepaliveMillis() / TICKS_PER_KEEPALIVE));
        device.welcomed(welcome);
    }

    /** Says good-bye and closes. */
    void leave() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.executor().execute(() -> perform(session.leave("the crowd goes home")));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        why = String.valueOf(cause.getMessage());
        if (!(cause instanceof java.io.IOException)) {
            crowd.fault(LoadDevice.id(device.index()) + ": " + cause);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        ended();
    }

    /** No connection could be made. */
    void failed(Throwable cause) {
        why = String.valueOf(cause.getMessage());
        ended();
    }

    private void ended() {
        if (!over) {
            over = true;
            cancelTicks();
            device.ended(this);
        }
    }
}
