package io.mnedc.device;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A data stream of a {@link TestRelay}: handshake, then frames. */
final class TestBinding implements DataHandler {
    private final TestRelay relay;
    private final DataBinding.Relay binding = new DataBinding.Relay(this::secret, random(), random());

    TestBinding(TestRelay relay) {
        this.relay = relay;
    }

    private @Nullable Opaque secret(long id) {
        return relay.secret(id);
    }

    @Override
    public void opened(DataStream stream) {
        send(stream, Preamble.of(Preamble.StreamKind.DATA).encode());
    }

    @Override
    public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
        int at = from;
        while (!binding.ready()) {
            if (to - at < 4 || to - at < 4 + in.getInt(at)) {
                return at;
            }
            int end = at + 4 + in.getInt(at);
            ByteBuffer message = in.duplicate().clear().limit(end).position(at + 4);
            for (Effect effect : binding.received(ControlCodec.decode(message))) {
                if (effect instanceof Effect.Send send) {
                    send(stream, ControlCodec.encode(send.message()));
                } else if (effect instanceof Effect.Close) {
                    stream.close();
                    return to;
                } else if (effect instanceof Effect.Bound bound) {
                    relay.bound(bound.sessionId(), stream);
                }
            }
            at = end;
        }
        for (int size = DataFrame.complete(in, at, to); size > 0; size = DataFrame.complete(in, at, to)) {
            frame(stream, in, at, size);
            in.clear();
            at += size;
        }
        return at;
    }

    private void frame(DataStream stream, ByteBuffer in, int at, int size) {
        int destination = DataFrame.destination(in, at);
        if (relay.mute) {
            return;
        }
        if (destination == Protocol.RELAY_NODE && DataFrame.type(in, at) == DataFrame.ECHO) {
            DataFrame.reply(in, at);
            stream.send(in, at, at + size);
            return;
        }
        DataStream to = relay.stream(destination);
        if (to != null && relay.frames.pass(in, at, size)) {
            to.send(in, at, at + size);
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        // a stale entry is overwritten by the next binding
    }

    static Opaque random() {
        byte[] bytes = new byte[32];
        ThreadLocalRandom.current().nextBytes(bytes);
        return Opaque.copyOf(bytes);
    }

    static void send(DataStream stream, ByteBuffer bytes) {
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes);
        stream.send(direct, 0, direct.capacity());
    }
}
