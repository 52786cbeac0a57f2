package io.mnedc.relay.forward;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.Randomness;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.DataStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A data stream until it has proved which session it belongs to; then it is handed to a {@link Forwarder}. Anybody can open
 * one, and the loop that serves it forwards the frames of others. So it may send little, and leaves nothing behind.
 */
public final class BindingHandler implements DataHandler {
    /** Twice what a device has to say, and a notice or two. */
    private static final int MOST_BYTES = 1024;

    private static final int MOST_MESSAGES = 4;

    private final DataLoop loop;
    private final Duration limit;
    private final Routes routes;
    private final Counter.Set counters;
    private final Refusals refusals;
    private final DataBinding.Relay binding;
    private final HalfOpen.Entry entry;
    private ByteBuffer ready = ByteBuffer.allocate(0);
    private DataLoop.@Nullable Timer timer;
    private int bytes;
    private int messages;
    private boolean done;

    /**
     * For one connection.
     *
     * @param entry the connection, released when the stream is bound, after which it has another handler, or closed
     */
    public BindingHandler(
            DataLoop loop,
            Duration limit,
            Routes routes,
            Counter.Set counters,
            Refusals refusals,
            Randomness random,
            HalfOpen.Entry entry) {
        this.loop = loop;
        this.limit = limit;
        this.routes = routes;
        this.counters = counters;
        this.refusals = refusals;
        this.entry = entry;
        this.binding =
                new DataBinding.Relay(this::secret, random.opaque(Protocol.NONCE), random.opaque(Protocol.SECRET));
    }

    private @Nullable Opaque secret(long sessionId) {
        StreamOwner owner = routes.owner(sessionId);
        return owner == null ? null : owner.secret();
    }

    @Override
    public void opened(DataStream stream) {
        send(stream, Preamble.of(Preamble.StreamKind.DATA).encode());
        timer = loop.schedule(limit, () -> {
            if (!done) {
                entry.refuse(Counter.REFUSED_TIMEOUT, "the data stream was not bound in time");
                stream.close();
            }
        });
    }

    /** Or loop and timer would keep this, the secrets and the stream for as long as a stream may take. */
    private void inTime() {
        DataLoop.Timer running = timer;
        timer = null;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
        int at = from;
        while (!done && to - at >= ControlCodec.LENGTH_FIELD) {
            int length = ControlCodec.checkLength(in.getInt(at), MOST_BYTES);
            int next = at + ControlCodec.LENGTH_FIELD + length;
            if (next > to) {
                break;
            }
            bytes += next - at;
            if (bytes > MOST_BYTES || ++messages > MOST_MESSAGES) {
                throw new ProtocolException(
                        ErrorCode.TOO_LARGE,
                        "more than " + MOST_BYTES + " bytes or " + MOST_MESSAGES
                                + " messages before the stream is bound");
            }
            ControlMessage message = ControlCodec.decode(in.slice(at + ControlCodec.LENGTH_FIELD, length));
            at = next;
            for (Effect effect : binding.received(message)) {
                perform(stream, effect);
            }
        }
        return at;
    }

    private void perform(DataStream stream, Effect effect) throws ProtocolException {
        if (effect instanceof Effect.Send send && send.message() instanceof DataReady) {
            ready = ControlCodec.encode(send.message());
        } else if (effect instanceof Effect.Send send) {
            send(stream, ControlCodec.encode(send.message()));
        } else if (effect instanceof Effect.Close close) {
            done = true;
            throw new ProtocolException(ErrorCode.BIND_FAILED, close.why());
        } else if (effect instanceof Effect.Bound bound) {
            done = true;
            StreamOwner owner = routes.owner(bound.sessionId());
            if (owner == null) {
                throw new ProtocolException(ErrorCode.BIND_FAILED, "the session ended while its data stream was bound");
            }
            stream.handler(new Forwarder(owner, stream, owner.reach(routes), counters, refusals));
            entry.release();
            inTime();
            // from the moment the device knows, nothing that is sent to it may be lost
            stream.sendBeforeOthers(ready, () -> owner.bind(stream));
            // the session may have ended since it was looked up
            if (routes.owner(bound.sessionId()) == null) {
                owner.unbind();
            }
        }
    }

    private static void send(DataStream stream, ByteBuffer bytes) {
        stream.send(bytes, 0, bytes.limit());
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        done = true;
        inTime();
        entry.release();
        if (cause instanceof ProtocolException) {
            entry.refuse(Counter.REFUSED_BIND, "data stream: " + cause.getMessage());
        } else if (cause instanceof IOException) {
            entry.refuse(Counter.REFUSED_BIND, "data stream: connection lost: " + cause.getMessage());
        }
    }
}
