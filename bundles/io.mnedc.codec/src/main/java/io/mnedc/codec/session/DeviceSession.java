package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Part;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/**
 * A control stream as the device sees it, after the preambles:
 *
 * <pre>
 *  NEW --start--> AWAIT_WELCOME --WELCOME--> REGISTERED
 *                       |                        |
 *                       +-- error, silence, BYE -+--> CLOSED
 * </pre>
 */
public final class DeviceSession {
    /** How far the session is. */
    public enum State {
        /** Nothing is sent yet. */
        NEW,
        /** The hello is sent. */
        AWAIT_WELCOME,
        /** The relay has welcomed this device. */
        REGISTERED,
        /** Over. */
        CLOSED
    }

    /** How much longer than the welcome a snapshot may take: a large one over a slow link takes minutes. */
    private static final int SNAPSHOT_TIME = 30;

    private final Hello hello;
    private final long handshakeNanos;
    private final long handshakeEnd;
    private final PeerBound bound;
    private final List<NodeRecord> snapshot = new ArrayList<>();
    private long snapshotBytes;
    private boolean ownThere;
    private long announced;
    private long leftOut;
    private long snapshotEnd;
    private Keepalive keepalive;
    private State state = State.NEW;
    private boolean inSnapshot;
    private boolean hadSnapshot;
    private long sequence;
    private int broadcastNode;
    private int own;

    /**
     * Begins.
     *
     * @param hello who this device is
     * @param handshakeNanos how long the relay may take until it welcomes
     * @param now the present time
     */
    public DeviceSession(Hello hello, long handshakeNanos, long now) {
        this(hello, handshakeNanos, PeerBound.NONE, now);
    }

    /**
     * Begins.
     *
     * @param hello who this device is
     * @param handshakeNanos how long the relay may take until it welcomes
     * @param bound how many other devices of a snapshot are kept
     * @param now the present time
     */
    public DeviceSession(Hello hello, long handshakeNanos, PeerBound bound, long now) {
        this.bound = bound;
        this.hello = hello;
        this.handshakeNanos = handshakeNanos;
        this.handshakeEnd = now + handshakeNanos;
        this.keepalive = new Keepalive(handshakeNanos, now);
    }

    /** {@return how far the session is} */
    public State state() {
        return state;
    }

    /** {@return what to do first; nothing if that was done before or time ran out} */
    public List<Effect> start() {
        if (state != State.NEW) {
            return List.of();
        }
        state = State.AWAIT_WELCOME;
        return List.of(new Effect.Send(hello));
    }

    /**
     * A message came.
     *
     * @param message from the relay
     * @param now the present time
     * @return what to do
     */
    public List<Effect> received(ControlMessage message, long now) {
        keepalive.heard(now);
        if (state == State.CLOSED || message instanceof Unknown || message instanceof Pong) {
            return List.of();
        }
        if (message instanceof Ping ping) {
            return List.of(new Effect.Send(new Pong(ping.token())));
        }
        if (message instanceof ErrorReport report) {
            return reported(report);
        }
        if (message instanceof Bye bye) {
            state = State.CLOSED;
            return List.of(new Effect.Close("relay leaves: " + bye.reason()));
        }
        if (state == State.AWAIT_WELCOME && message instanceof Welcome welcome) {
            return welcomed(welcome, now);
        }
        if (state == State.REGISTERED && message instanceof Announce announce) {
            return announced(announce, now);
        }
        if (state == State.REGISTERED && message instanceof Envelope envelope) {
            return List.of(new Effect.Forward(envelope));
        }
        if (state == State.REGISTERED && message instanceof Relays relays) {
            return List.of(new Effect.RelaysTold(relays));
        }
        if (state == State.REGISTERED
                && hello.security() == Protocol.SECURITY_TLS
                && message instanceof Credentials credentials) {
            return List.of(new Effect.Credentialed(credentials));
        }
        return fail(message.getClass().getSimpleName() + " is not allowed in state " + state);
    }

    private List<Effect> reported(ErrorReport report) {
        Effect reported = new Effect.Reported(report);
        if (!report.fatal()) {
            return List.of(reported);
        }
        state = State.CLOSED;
        return List.of(reported, new Effect.Close("relay reports: " + report.sentence()));
    }

    private List<Effect> welcomed(Welcome welcome, long now) {
        if (welcome.minor() > Protocol.MINOR) {
            return fail(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "relay wants to speak minor version " + welcome.minor() + ", this device has " + Protocol.MINOR);
        }
        state = State.REGISTERED;
        broadcastNode = -1 >>> welcome.prefixLength();
        own = welcome.node();
        keepalive = new Keepalive(welcome.keepaliveMillis() * 1_000_000L, now);
        return List.of(new Effect.Registered(welcome));
    }

    private List<Effect> announced(Announce announce, long now) {
        if (announce.sequence() != sequence + 1) {
            return fail("announcement " + announce.sequence() + " follows " + sequence);
        }
        sequence = announce.sequence();
        Part part = announce.part();
        boolean continues = part == Part.SNAPSHOT_MORE || part == Part.SNAPSHOT_END;
        if (continues != inSnapshot) {
            return fail("announcement part " + part + (inSnapshot ? " inside" : " outside") + " a snapshot");
        }
        for (Change change : announce.changes()) {
            if (change instanceof Change.Present present && present.node().node() >= broadcastNode) {
                return fail("announced node " + present.node().node() + " is outside the pool");
            }
        }
        if (part == Part.DELTA) {
            return hadSnapshot
                    ? List.of(new Effect.Changes(announce.changes()))
                    : fail("announced changes before the first snapshot");
        }
        if (!continues) {
            snapshotEnd = now + SNAPSHOT_TIME * handshakeNanos;
        }
        return snapshotPart(part, announce.changes());
    }

    private List<Effect> snapshotPart(Part part, List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof Change.Present present) {
                announced++;
                collect(present.node());
            }
        }
        if (announced >= broadcastNode) {
            return fail("snapshot of " + announced + " devices is larger than the pool");
        }
        inSnapshot = part == Part.SNAPSHOT_BEGIN || part == Part.SNAPSHOT_MORE;
        if (inSnapshot) {
            return List.of();
        }
        hadSnapshot = true;
        List<NodeRecord> nodes = List.copyOf(snapshot);
        long beyond = leftOut;
        forgetSnapshot();
        return List.of(new Effect.Snapshot(nodes, beyond));
    }

    /** Keeps the first ones, as many as the bound allows, and this device beside them. */
    private void collect(NodeRecord node) {
        if (node.node() == own) {
            if (!ownThere) {
                ownThere = true;
                snapshot.add(node);
            }
            return;
        }
        long cost = PeerBound.cost(node);
        int others = snapshot.size() - (ownThere ? 1 : 0);
        // once one was left out, smaller ones that follow are not taken instead
        if (leftOut == 0 && bound.fits(others, snapshotBytes, cost)) {
            snapshot.add(node);
            snapshotBytes += cost;
        } else {
            leftOut++;
        }
    }

    private void forgetSnapshot() {
        snapshot.clear();
        snapshotBytes = 0;
        ownThere = false;
        announced = 0;
        leftOut = 0;
    }

    /**
     * The device wants to leave.
     *
     * @param reason for the relay's log
     * @return what to do
     */
    public List<Effect> leave(String reason) {
        if (state == State.CLOSED) {
            return List.of();
        }
        state = State.CLOSED;
        return List.of(new Effect.Send(new Bye(reason)), new Effect.Close(reason));
    }

    /**
     * The relay's bytes break the protocol.
     *
     * @param broken how
     * @return what to do
     */
    public List<Effect> broken(ProtocolException broken) {
        return fail(broken.code(), String.valueOf(broken.getMessage()));
    }

    /**
     * Time passes. To be called a few times per keepalive interval.
     *
     * @param now the present time
     * @return what to do
     */
    public List<Effect> tick(long now) {
        switch (state) {
            case NEW, AWAIT_WELCOME -> {
                return now - handshakeEnd >= 0
                        ? fail(ErrorCode.TIMED_OUT, "the relay did not welcome this device in time")
                        : List.of();
            }
            case REGISTERED -> {
                if (inSnapshot && now - snapshotEnd >= 0) {
                    return fail(ErrorCode.TIMED_OUT, "the relay does not come to an end with its list of devices");
                }
                return switch (keepalive.poll(now)) {
                    case NOTHING -> List.of();
                    case PROBE -> List.of(new Effect.Send(new Ping(now)));
                    case DEAD -> fail(ErrorCode.TIMED_OUT, "nothing heard for three keepalive intervals");
                };
            }
            case CLOSED -> {
                return List.of();
            }
        }
        throw new IllegalStateException(state.name());
    }

    private List<Effect> fail(String sentence) {
        return fail(ErrorCode.PROTOCOL_VIOLATION, sentence);
    }

    private List<Effect> fail(ErrorCode code, String sentence) {
        if (state == State.CLOSED) {
            return List.of();
        }
        state = State.CLOSED;
        forgetSnapshot();
        return List.of(new Effect.Send(ErrorReport.fatal(code, sentence)), new Effect.Close(sentence));
    }
}
