package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Part;
import io.mnedc.codec.ProtocolException;
import java.util.List;

/**
 * A control stream between two relays as each of them sees it, after the preambles. The two ends differ only until the link is up.
 *
 * <pre>
 *  dialling                                   dialled
 *    | -- RELAY_HELLO -------------------------> |
 *    | <------------------------- RELAY_HELLO -- |
 *    | <----------------------- RELAY_WELCOME -- |
 *    | <-- REGISTRATIONS, ENVELOPE, PING ------> |
 *    | <-- SIGN_REQUEST, SIGN_ANSWER ----------> |
 *    | <-- REVOCATION -------------------------> |
 * </pre>
 */
public final class LinkSession {
    /** How far the session is. */
    public enum State {
        /** Nothing was said by the other end. */
        AWAIT_HELLO,
        /** Dialled: the caller decides about the other end. Dialling: it waits for the other end to decide. */
        AWAIT_WELCOME,
        /** The link is up. */
        UP,
        /** Over. */
        CLOSED
    }

    private final RelayHello own;
    private final boolean dialling;
    private final long end;
    private Keepalive keepalive;
    private long keepaliveNanos;
    private State state = State.AWAIT_HELLO;
    private long received;
    private boolean inSnapshot;
    private boolean hadSnapshot;

    /**
     * Begins.
     *
     * @param own what this relay says of itself
     * @param dialling whether this end has dialled
     * @param handshakeNanos how long it may take until the link is up
     * @param now the present time
     */
    public LinkSession(RelayHello own, boolean dialling, long handshakeNanos, long now) {
        this.own = own;
        this.dialling = dialling;
        this.end = now + handshakeNanos;
        this.keepaliveNanos = nanos(own);
        this.keepalive = new Keepalive(keepaliveNanos, now);
    }

    private static long nanos(RelayHello hello) {
        return hello.keepaliveMillis() * 1_000_000L;
    }

    /** {@return how far the session is} */
    public State state() {
        return state;
    }

    /** {@return what to do first: nothing, unless this end has dialled} */
    public List<Effect> start() {
        return dialling ? List.of(new Effect.Send(own)) : List.of();
    }

    /**
     * A message came.
     *
     * @param message from the other relay
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
            return report.fatal()
                    ? gone("the other relay reports: " + report.sentence())
                    : List.of(new Effect.Reported(report));
        }
        if (message instanceof Bye bye) {
            return gone("the other relay leaves: " + bye.reason());
        }
        if (state == State.AWAIT_HELLO && message instanceof RelayHello hello) {
            state = State.AWAIT_WELCOME;
            // the one that is given up later decides: both ends may have other settings
            keepaliveNanos = Math.max(nanos(own), nanos(hello));
            return List.of(new Effect.Greeted(hello));
        }
        if (state == State.AWAIT_WELCOME && dialling && message instanceof RelayWelcome welcome) {
            up(now);
            return List.of(new Effect.Linked(welcome));
        }
        if (state == State.UP && message instanceof Registrations registrations) {
            return registrations(registrations);
        }
        if (state == State.UP && message instanceof Envelope envelope) {
            return List.of(new Effect.Forward(envelope));
        }
        if (state == State.UP && message instanceof SignRequest request) {
            return List.of(new Effect.SignatureWanted(request));
        }
        if (state == State.UP && message instanceof Revocation revocation) {
            return List.of(new Effect.RevokedThere(revocation));
        }
        if (state == State.UP && message instanceof SignAnswer answer) {
            return List.of(new Effect.SignatureAnswered(answer));
        }
        return fail(
                ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " is not allowed in state " + state);
    }

    private List<Effect> registrations(Registrations now) {
        if (now.sequence() != received + 1) {
            return fail(ErrorCode.PROTOCOL_VIOLATION, "registrations " + now.sequence() + " follow " + received);
        }
        received = now.sequence();
        Part part = now.part();
        boolean continues = part == Part.SNAPSHOT_MORE || part == Part.SNAPSHOT_END;
        if (continues != inSnapshot || (part == Part.DELTA) != hadSnapshot) {
            return fail(ErrorCode.PROTOCOL_VIOLATION, "registrations of part " + part + " are out of order");
        }
        inSnapshot = part == Part.SNAPSHOT_BEGIN || part == Part.SNAPSHOT_MORE;
        hadSnapshot = hadSnapshot || part == Part.SNAPSHOT_END || part == Part.SNAPSHOT_WHOLE;
        return List.of(new Effect.RegisteredThere(part, now.changes()));
    }

    /**
     * The other relay, which has dialled, is one of the overlay.
     *
     * @param welcome what to tell it
     * @param now the present time
     * @return what to do; nothing if the session ended meanwhile
     */
    public List<Effect> accepted(RelayWelcome welcome, long now) {
        if (dialling || state != State.AWAIT_WELCOME) {
            return List.of();
        }
        up(now);
        return List.of(new Effect.Send(own), new Effect.Send(welcome));
    }

    private void up(long now) {
        state = State.UP;
        keepalive = new Keepalive(keepaliveNanos, now);
    }

    /**
     * The link cannot be, or must end.
     *
     * @param report why; sent as it is
     * @return what to do
     */
    public List<Effect> refused(ErrorReport report) {
        if (state == State.CLOSED) {
            return List.of();
        }
        state = State.CLOSED;
        return List.of(new Effect.Send(report), new Effect.Close(report.sentence()));
    }

    /**
     * The other relay's bytes break the protocol.
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
        if (state == State.CLOSED) {
            return List.of();
        }
        if (state != State.UP) {
            return now - end >= 0
                    ? fail(ErrorCode.TIMED_OUT, "the link was not up in time (state " + state + ")")
                    : List.of();
        }
        return switch (keepalive.poll(now)) {
            case NOTHING -> List.of();
            case PROBE -> List.of(new Effect.Send(new Ping(now)));
            case DEAD -> fail(ErrorCode.TIMED_OUT, "nothing heard for three keepalive intervals");
        };
    }

    private List<Effect> fail(ErrorCode code, String sentence) {
        return refused(ErrorReport.fatal(code, sentence));
    }

    private List<Effect> gone(String why) {
        state = State.CLOSED;
        return List.of(new Effect.Close(why));
    }
}
