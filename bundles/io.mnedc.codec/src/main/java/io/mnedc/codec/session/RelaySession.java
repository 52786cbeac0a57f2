package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import java.util.List;

/**
 * A control stream as the relay sees it, after the preambles:
 *
 * <pre>
 *  AWAIT_HELLO --HELLO--> LEASING --leased--> REGISTERED
 *       |                    |                    |
 *       +---- error, time-out, silence, BYE ------+--> CLOSED
 * </pre>
 */
public final class RelaySession {
    /** How far the session is. */
    public enum State {
        /** Connected. */
        AWAIT_HELLO,
        /** Waiting for the allocator. */
        LEASING,
        /** The device is welcomed. */
        REGISTERED,
        /** Over. */
        CLOSED
    }

    private final int security;
    private final long keepaliveNanos;
    private final long handshakeEnd;
    private Keepalive keepalive;
    private State state = State.AWAIT_HELLO;

    /**
     * Begins.
     *
     * @param security the relay's {@code SECURITY_…} mode
     * @param handshakeNanos how long the device may take until it is registered
     * @param keepaliveNanos how often each side sends something at least
     * @param now the present time
     */
    public RelaySession(int security, long handshakeNanos, long keepaliveNanos, long now) {
        this.security = security;
        this.keepaliveNanos = keepaliveNanos;
        this.handshakeEnd = now + handshakeNanos;
        this.keepalive = new Keepalive(keepaliveNanos, now);
    }

    /** {@return how far the session is} */
    public State state() {
        return state;
    }

    /**
     * A message came.
     *
     * @param message from the device
     * @param now the present time
     * @return what to do
     */
    public List<Effect> received(ControlMessage message, long now) {
        keepalive.heard(now);
        if (state == State.CLOSED || message instanceof Unknown) {
            return List.of();
        }
        if (message instanceof Ping ping) {
            // thousands of devices: half of all keepalive messages
            keepalive.answered(now);
            return List.of(new Effect.Send(new Pong(ping.token())));
        }
        if (message instanceof Pong) {
            return List.of();
        }
        if (message instanceof ErrorReport report) {
            return report.fatal() ? gone("device reports: " + report.sentence()) : List.of(new Effect.Reported(report));
        }
        if (message instanceof Bye bye) {
            return gone("device leaves: " + bye.reason());
        }
        if (state == State.AWAIT_HELLO && message instanceof Hello hello) {
            return hello(hello);
        }
        if (state == State.REGISTERED && message instanceof Publish publish) {
            return List.of(new Effect.Published(publish));
        }
        if (state == State.REGISTERED && message instanceof Envelope envelope) {
            return List.of(new Effect.Forward(envelope));
        }
        if (state == State.REGISTERED && security == Protocol.SECURITY_TLS && message instanceof Renew renew) {
            return List.of(new Effect.Renewal(renew.request()));
        }
        return fail(
                ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " is not allowed in state " + state);
    }

    private List<Effect> hello(Hello hello) {
        if (hello.security() != security) {
            return fail(
                    ErrorCode.SECURITY_MISMATCH,
                    "device has security mode " + hello.security() + ", relay has " + security
                            + "; set `security` to the same value on both");
        }
        state = State.LEASING;
        return List.of(new Effect.Lease(hello));
    }

    /**
     * The device got its lease.
     *
     * @param welcome what to tell it
     * @param now the present time
     * @return what to do; nothing if the session ended meanwhile
     */
    public List<Effect> leased(Welcome welcome, long now) {
        if (state != State.LEASING) {
            return List.of();
        }
        state = State.REGISTERED;
        keepalive = new Keepalive(keepaliveNanos, now);
        return List.of(new Effect.Send(welcome));
    }

    /**
     * The device cannot be registered, or must go.
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
     * The device's bytes break the protocol.
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
            case AWAIT_HELLO, LEASING -> {
                return now - handshakeEnd >= 0
                        ? fail(ErrorCode.TIMED_OUT, "the device did not register in time (state " + state + ")")
                        : List.of();
            }
            case REGISTERED -> {
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

    private List<Effect> fail(ErrorCode code, String sentence) {
        return refused(ErrorReport.fatal(code, sentence));
    }

    private List<Effect> gone(String why) {
        state = State.CLOSED;
        return List.of(new Effect.Close(why));
    }
}
