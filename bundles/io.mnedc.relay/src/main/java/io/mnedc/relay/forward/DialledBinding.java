package io.mnedc.relay.forward;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.DataStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A data stream that this relay has dialled, until it has proved to belong to a link; then it is handed to a {@link Forwarder}. */
public final class DialledBinding implements DataHandler {
    private final DataLoop loop;
    private final Duration limit;
    private final StreamOwner owner;
    private final DataBinding.Device binding;
    private final Routes routes;
    private final Counter.Set counters;
    private final Refusals refusals;
    private final Consumer<String> failed;
    private @Nullable Forwarder bound;
    private boolean greeted;
    private String why = "the other relay closed the data stream";

    /**
     * For one connection.
     *
     * @param limit how long it may take
     * @param owner what it belongs to, and is bound to
     * @param welcome names and proves the link
     * @param nonce {@value Protocol#NONCE} random bytes
     * @param routes where frames go that come on it
     * @param failed told why it was not bound; on the data loop
     */
    public DialledBinding(
            DataLoop loop,
            Duration limit,
            StreamOwner owner,
            RelayWelcome welcome,
            Opaque nonce,
            Routes routes,
            Counter.Set counters,
            Refusals refusals,
            Consumer<String> failed) {
        this.loop = loop;
        this.limit = limit;
        this.owner = owner;
        this.binding = new DataBinding.Device(welcome.sessionId(), welcome.secret(), nonce);
        this.routes = routes;
        this.counters = counters;
        this.refusals = refusals;
        this.failed = failed;
    }

    @Override
    public void opened(DataStream stream) {
        loop.schedule(limit, () -> {
            if (bound == null) {
                stream.close(new IOException("the other relay did not bind the data stream in time"));
            }
        });
        send(stream, Preamble.of(Preamble.StreamKind.DATA).encode());
        send(stream, ControlCodec.encode(binding.start()));
    }

    private static void send(DataStream stream, ByteBuffer bytes) {
        stream.send(bytes, 0, bytes.limit());
    }

    @Override
    public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
        int at = from;
        if (!greeted) {
            if (to - at < Preamble.SIZE) {
                return at;
            }
            Preamble.decode(in.slice(at, Preamble.SIZE)).negotiate();
            greeted = true;
            at += Preamble.SIZE;
        }
        while (!binding.ready() && !binding.failed() && to - at >= ControlCodec.LENGTH_FIELD) {
            int length = ControlCodec.checkLength(in.getInt(at), Protocol.MAX_HANDSHAKE_MESSAGE);
            int next = at + ControlCodec.LENGTH_FIELD + length;
            if (next > to) {
                break;
            }
            for (Effect effect :
                    binding.received(ControlCodec.decode(in.slice(at + ControlCodec.LENGTH_FIELD, length)))) {
                perform(stream, effect);
            }
            at = next;
        }
        Forwarder frames = bound;
        if (frames != null) {
            return frames.received(stream, in, at, to);
        }
        return binding.failed() ? to : at;
    }

    private void perform(DataStream stream, Effect effect) {
        if (effect instanceof Effect.Send send) {
            send(stream, ControlCodec.encode(send.message()));
        } else if (effect instanceof Effect.Close close) {
            why = close.why();
            stream.close(new IOException(why));
        } else if (effect instanceof Effect.Bound) {
            Forwarder forwarder = new Forwarder(owner, stream, routes, counters, refusals);
            bound = forwarder;
            stream.handler(forwarder);
            owner.bind(stream);
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        failed.accept(cause == null ? why : String.valueOf(cause.getMessage()));
    }
}
