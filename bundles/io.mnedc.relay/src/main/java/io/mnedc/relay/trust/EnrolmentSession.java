package io.mnedc.relay.trust;

import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.transport.ControlStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection on which a device, or a relay that joins, asks for its first certificate: one request, one answer. Refusals come late, and
 * meanwhile further requests from the same source wait, so guessing takes long. All on the stream's event loop.
 */
final class EnrolmentSession implements ControlStream.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentSession.class);
    private static final Duration TICK = Duration.ofMillis(100);

    private enum State {
        WAITING,
        HELD,
        ASKED,
        REFUSED,
        DONE
    }

    private final TrustServices services;
    private final RelaySecurity security;
    private final HalfOpen.Entry entry;
    private State state = State.WAITING;
    private @Nullable ControlStream stream;
    private @Nullable Enrol held;
    private @Nullable ErrorReport refusal;
    private long due;

    EnrolmentSession(TrustServices services, RelaySecurity security, HalfOpen.Entry entry) {
        this.services = services;
        this.security = security;
        this.entry = entry;
    }

    @Override
    public void opened(ControlStream opened) {
        stream = opened;
        opened.tickEvery(TICK);
        opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
    }

    @Override
    public void preamble(Preamble preamble) {
        try {
            preamble.negotiate();
        } catch (ProtocolException e) {
            broken(e);
        }
    }

    @Override
    public void message(ControlMessage message) {
        ControlStream open = stream;
        if (state != State.WAITING || open == null || message instanceof Unknown) {
            return;
        }
        if (!(message instanceof Enrol request)) {
            refuse(ErrorReport.fatal(
                    ErrorCode.PROTOCOL_VIOLATION,
                    message.getClass().getSimpleName() + " is not allowed on an enrolment stream: only ENROL"));
            return;
        }
        long now = System.nanoTime();
        Duration wait = security.untilNext(entry.source());
        if (wait.isZero()) {
            ask(open, request);
        } else {
            state = State.HELD;
            held = request;
            due = now + wait.toNanos();
        }
    }

    private void ask(ControlStream open, Enrol request) {
        state = State.ASKED;
        security.enrol(
                request,
                enrolled -> back(open, () -> enrolled(enrolled, request)),
                report -> back(open, () -> refuseLate(report)));
    }

    private static void back(ControlStream to, Runnable task) {
        to.execute(task);
    }

    private void enrolled(Issued enrolled, Enrol request) {
        services.counters().add(Counter.ENROLMENTS, 1);
        String token = "token " + JoinTokens.name(request.joinId());
        if (request.role() == Protocol.ROLE_RELAY) {
            relayEnrolled(enrolled, token);
        } else {
            services.events()
                    .record(
                            Kind.ENROLLED,
                            enrolled.deviceId(),
                            entry.remote(),
                            token + (enrolled.groups().isEmpty() ? "" : " groups " + enrolled.groups()));
            services.log().info(enrolled.deviceId(), "enrolled from " + entry.remote());
        }
        answer(enrolled.message());
    }

    private void relayEnrolled(Issued enrolled, String token) {
        String number = enrolled.number();
        services.events().record(Kind.RELAY_ENROLLED, "", entry.remote(), token + " " + number);
        LOG.info("A relay joins from {}: {}, {}", entry.remote(), number, token);
    }

    private void refuseLate(ErrorReport report) {
        if (state == State.ASKED) {
            if (!suspicious(report)) {
                refuse(report);
                return;
            }
            state = State.REFUSED;
            refusal = report;
            due = System.nanoTime() + security.delay(entry.source()).toNanos();
        }
    }

    /** Whether it may come of guessing; if it is the relay's own fault, nobody is to wait for it. */
    private static boolean suspicious(ErrorReport report) {
        return switch (ControlMessage.codeOf(report).orElse(ErrorCode.INTERNAL)) {
            case ENROLMENT_UNAVAILABLE, LIMIT_EXCEEDED, INTERNAL -> false;
            default -> true;
        };
    }

    private void refuse(ErrorReport report) {
        if (state != State.DONE) {
            Counter kind = Counter.of(report);
            entry.refuse(kind == null ? Counter.REFUSED_ENROLMENT : kind, report.sentence());
            answer(report);
        }
    }

    private void answer(ControlMessage last) {
        ControlStream open = stream;
        if (state != State.DONE && open != null) {
            state = State.DONE;
            open.send(last);
            open.closeAfterSent();
        }
    }

    @Override
    public void broken(ProtocolException broken) {
        refuse(ErrorReport.fatal(broken.code(), String.valueOf(broken.getMessage())));
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        ErrorReport late = refusal;
        Enrol request = held;
        ControlStream open = stream;
        if (state == State.REFUSED && late != null && now - due >= 0) {
            refuse(late);
        } else if (state == State.HELD && request != null && open != null && now - due >= 0) {
            held = null;
            ask(open, request);
        } else if (state == State.WAITING && now - entry.deadline() >= 0) {
            refuse(ErrorReport.fatal(ErrorCode.TIMED_OUT, "no ENROL came in time"));
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        entry.release();
        ErrorReport unheard = refusal;
        if (state == State.REFUSED && unheard != null) {
            // who hangs up meanwhile counts all the same
            refuse(unheard);
        }
        state = State.DONE;
    }
}
