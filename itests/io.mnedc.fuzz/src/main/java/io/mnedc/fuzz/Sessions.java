package io.mnedc.fuzz;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.DeviceSession;
import io.mnedc.codec.session.Effect;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.codec.session.RelaySession;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The state machines of both streams at both ends. The first byte says which one and in what security mode; then come
 * events: {@code 0..3} and a u16 length, a message (type and records), {@code 4} and a u16, so many milliseconds,
 * {@code 5} the way on (leased, started), {@code 6} the way out, {@code 7} broken bytes.
 */
public final class Sessions {
    private static final Opaque SECRET = Opaque.copyOf(new byte[32]);
    private static final long SESSION = 0x1122334455667788L; // that of the test vectors
    private static final long KEEPALIVE = 1_000_000_000L;
    private static final long HANDSHAKE = 10 * KEEPALIVE;
    private static final long MILLI = 1_000_000L;
    private static final int MOST_PEERS = 3;
    private static final Welcome WELCOME =
            new Welcome(0, SESSION, SECRET, 2, 0x0a000000, 24, 0xfd00L << 48, 1_000, 7, "fuzz");
    private static final ErrorReport REFUSAL = ErrorReport.fatal(ErrorCode.POOL_EXHAUSTED, "no address is left");

    private Sessions() {}

    /** One of the state machines, as the events need it. */
    private interface Machine {
        List<Effect> received(ControlMessage message, long now);

        List<Effect> tick(long now);

        List<Effect> on(long now);

        List<Effect> out();

        List<Effect> broken(ProtocolException broken);

        boolean registered();

        boolean closed();
    }

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(data, 1, data.length - 1);
        int security = data[0] >> 2 & 1;
        Machine machine = switch (data[0] & 3) {
            case 0 -> new Relay(new RelaySession(security, HANDSHAKE, KEEPALIVE, 0));
            case 1 ->
                new Device(new DeviceSession(
                        new Hello("fuzz", 1, "", 0, security, NodeInfo.NONE),
                        HANDSHAKE,
                        new PeerBound(MOST_PEERS, 1 << 16),
                        0));
            case 2 -> new Binding(new DataBinding.Relay(id -> id == SESSION ? SECRET : null, SECRET, SECRET), false);
            default -> new Binding(new DataBinding.Device(SESSION, SECRET, SECRET), true);
        };
        long now = 0;
        while (in.hasRemaining()) {
            int event = in.get() & 7;
            if (event == 4) {
                now += (in.remaining() < 2 ? 1 : in.getShort() & 0xffff) * MILLI;
            }
            step(machine, event, in, now);
        }
    }

    private static void step(Machine machine, int event, ByteBuffer in, long now) {
        boolean wasClosed = machine.closed();
        boolean wasRegistered = machine.registered();
        List<Effect> effects = switch (event) {
            case 4 -> machine.tick(now);
            case 5 -> machine.on(now);
            case 6 -> machine.out();
            case 7 -> machine.broken(new ProtocolException(ErrorCode.TOO_LARGE, "larger than is allowed"));
            default -> message(machine, in, now);
        };
        Checks.that(!wasClosed || machine.closed(), "a closed session stays closed");
        Checks.that(!wasClosed || effects.isEmpty(), "a closed session wants nothing", effects);
        Checks.that(
                !wasRegistered || machine.registered() || machine.closed(), "a registered session can only be closed");
        for (int i = 0; i < effects.size(); i++) {
            effect(machine, effects.get(i), wasRegistered, i == effects.size() - 1);
        }
    }

    private static List<Effect> message(Machine machine, ByteBuffer in, long now) {
        int length = in.remaining() < 2 ? 0 : Math.min(in.getShort() & 0xffff, in.remaining() - 2);
        ByteBuffer bytes = in.slice(in.position(), Math.max(length, 0));
        in.position(in.position() + bytes.limit());
        try {
            return machine.received(ControlCodec.decode(bytes), now);
        } catch (ProtocolException broken) {
            return machine.broken(broken);
        }
    }

    private static void effect(Machine machine, Effect effect, boolean wasRegistered, boolean last) {
        if (effect instanceof Effect.Send send) {
            boolean fatal = send.message() instanceof ErrorReport report && report.fatal();
            Checks.that(!fatal || machine.closed(), "a fatal report closes");
            Checks.that(ControlCodec.encode(send.message()).hasRemaining(), "what is to be sent can be sent");
        } else if (effect instanceof Effect.Close) {
            Checks.that(machine.closed() && last, "closing is the last thing");
        } else if (effect instanceof Effect.Snapshot snapshot) {
            Checks.that(wasRegistered, "only a registered session has peers");
            Checks.that(snapshot.nodes().size() <= MOST_PEERS + 1, "as many as are remembered, and the device itself");
            snapshot.nodes().forEach(node -> Checks.that(node.node() > 1, "a peer's node is a device's"));
        } else if (effect instanceof Effect.Changes changes) {
            Checks.that(wasRegistered, "only a registered session has peers");
            changes.changes()
                    .forEach(change -> Checks.that(
                            !(change instanceof Change.Present present)
                                    || present.node().node() > 1,
                            "a peer's node is a device's"));
        } else if (effect instanceof Effect.Published
                || effect instanceof Effect.Forward
                || effect instanceof Effect.Renewal
                || effect instanceof Effect.Credentialed) {
            Checks.that(wasRegistered, "only a registered session may do this", effect);
        } else if (effect instanceof Effect.Lease || effect instanceof Effect.Registered) {
            Checks.that(!wasRegistered && !machine.closed(), "a session is registered once");
        } else if (effect instanceof Effect.Bound bound) {
            Checks.same(bound.sessionId(), SESSION, "a stream is bound to a known session");
        }
    }

    private record Relay(RelaySession session) implements Machine {
        @Override
        public List<Effect> received(ControlMessage message, long now) {
            return session.received(message, now);
        }

        @Override
        public List<Effect> tick(long now) {
            return session.tick(now);
        }

        @Override
        public List<Effect> on(long now) {
            return session.leased(WELCOME, now);
        }

        @Override
        public List<Effect> out() {
            return session.refused(REFUSAL);
        }

        @Override
        public List<Effect> broken(ProtocolException broken) {
            return session.broken(broken);
        }

        @Override
        public boolean registered() {
            return session.state() == RelaySession.State.REGISTERED;
        }

        @Override
        public boolean closed() {
            return session.state() == RelaySession.State.CLOSED;
        }
    }

    private record Device(DeviceSession session) implements Machine {
        @Override
        public List<Effect> received(ControlMessage message, long now) {
            return session.received(message, now);
        }

        @Override
        public List<Effect> tick(long now) {
            return session.tick(now);
        }

        @Override
        public List<Effect> on(long now) {
            return session.start();
        }

        @Override
        public List<Effect> out() {
            return session.leave("fuzz");
        }

        @Override
        public List<Effect> broken(ProtocolException broken) {
            return session.broken(broken);
        }

        @Override
        public boolean registered() {
            return session.state() == DeviceSession.State.REGISTERED;
        }

        @Override
        public boolean closed() {
            return session.state() == DeviceSession.State.CLOSED;
        }
    }

    /** A data stream's handshake knows neither time nor broken bytes: its caller closes then. */
    private record Binding(DataBinding binding, boolean device) implements Machine {
        @Override
        public List<Effect> received(ControlMessage message, long now) {
            List<Effect> effects = binding.received(message);
            Checks.that(!(binding.ready() && binding.failed()), "a stream is not both bound and failed");
            return effects;
        }

        @Override
        public List<Effect> tick(long now) {
            return List.of();
        }

        @Override
        public List<Effect> on(long now) {
            boolean starts = device && !binding.ready() && !binding.failed();
            return starts && binding instanceof DataBinding.Device mine
                    ? List.of(new Effect.Send(mine.start()))
                    : List.of();
        }

        @Override
        public List<Effect> out() {
            return List.of();
        }

        @Override
        public List<Effect> broken(ProtocolException broken) {
            return List.of();
        }

        @Override
        public boolean registered() {
            return binding.ready();
        }

        @Override
        public boolean closed() {
            return binding.failed();
        }
    }
}
