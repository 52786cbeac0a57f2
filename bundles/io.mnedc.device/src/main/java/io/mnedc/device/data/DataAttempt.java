package io.mnedc.device.data;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import io.mnedc.device.network.Membership;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One data stream, from the attempt to connect to its end: the handshake, then frames. On the data loop. */
final class DataAttempt implements DataHandler {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What comes of it; called by the data loop. */
    interface Events {
        /** It is connected; the handshake begins. */
        void opened(DataAttempt attempt, DataStream stream);

        /** Frames may flow. */
        void bound(DataAttempt attempt, DataStream stream);

        /**
         * It is over; called once.
         *
         * @param refusal what the relay said, if anything
         */
        void closed(DataAttempt attempt, String why, @Nullable ErrorCode refusal);
    }

    private final Membership membership;
    private final DataBinding.Device binding;
    private final Downlink downlink;
    private final Events events;
    private @Nullable FrameSink path;
    private boolean greeted;
    private @Nullable ErrorCode refusal;
    private String why = "the relay closed the data stream";

    DataAttempt(Welcome welcome, Membership membership, Downlink downlink, Events events) {
        byte[] nonce = new byte[Protocol.NONCE];
        RANDOM.nextBytes(nonce);
        this.membership = membership;
        this.binding = new DataBinding.Device(welcome.sessionId(), welcome.secret(), Opaque.copyOf(nonce));
        this.downlink = downlink;
        this.events = events;
    }

    Membership membership() {
        return membership;
    }

    @Override
    public void opened(DataStream stream) {
        events.opened(this, stream);
        send(stream, Preamble.of(Preamble.StreamKind.DATA).encode());
        send(stream, ControlCodec.encode(binding.start()));
    }

    private static void send(DataStream stream, ByteBuffer message) {
        ByteBuffer direct = ByteBuffer.allocateDirect(message.remaining());
        direct.put(message);
        stream.send(direct, 0, direct.capacity());
    }

    @Override
    public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
        int at = from;
        if (!greeted) {
            if (to - at < Preamble.SIZE) {
                return at;
            }
            Preamble preamble = Preamble.decode(part(in, at, at + Preamble.SIZE));
            preamble.negotiate();
            greeted = true;
            at += Preamble.SIZE;
        }
        while (!binding.ready() && !binding.failed()) {
            int size = messageSize(in, at, to);
            if (size == 0) {
                return at;
            }
            run(stream, binding.received(ControlCodec.decode(part(in, at + ControlCodec.LENGTH_FIELD, at + size))));
            at += size;
        }
        return binding.failed() ? to : downlink.received(membership, path(stream), in, at, to);
    }

    private FrameSink path(DataStream stream) {
        FrameSink known = path;
        if (known == null) {
            known = new StreamSink(stream);
            path = known;
        }
        return known;
    }

    private static int messageSize(ByteBuffer in, int at, int to) throws ProtocolException {
        if (to - at < ControlCodec.LENGTH_FIELD) {
            return 0;
        }
        in.clear();
        int length = ControlCodec.checkLength(in.getInt(at), Protocol.MAX_HANDSHAKE_MESSAGE);
        return to - at < ControlCodec.LENGTH_FIELD + length ? 0 : ControlCodec.LENGTH_FIELD + length;
    }

    private static ByteBuffer part(ByteBuffer in, int from, int to) {
        return in.duplicate().clear().limit(to).position(from);
    }

    private void run(DataStream stream, List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                send(stream, ControlCodec.encode(send.message()));
            } else if (effect instanceof Effect.Close close) {
                why = close.why();
                stream.close();
            } else if (effect instanceof Effect.Reported reported) {
                refusal = ControlMessage.codeOf(reported.report()).orElse(ErrorCode.INTERNAL);
            } else if (effect instanceof Effect.Bound) {
                events.bound(this, stream);
            }
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        events.closed(this, cause == null ? why : PlainText.of(cause), refusal);
    }
}
