package io.mnedc.relay.trust;

import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.authority.JoinTokens;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes certificates that other relays of the overlay ask for, which have no CA key. What they pass on is checked as if it came from
 * the device itself; of the relay only its link is believed. Nothing is passed on again. Thread-safe.
 */
public final class PassedOn {
    private static final Logger LOG = LoggerFactory.getLogger(PassedOn.class);

    private final TrustServices services;
    private final RelaySecurity security;
    private final RelayIdentity identity;
    /** A hostile relay could have the same device renewed all the time. */
    private final Reenrolments renewals = new Reenrolments();

    PassedOn(TrustServices services, RelaySecurity security, RelayIdentity identity) {
        this.services = services;
        this.security = security;
        this.identity = identity;
    }

    /**
     * Answers a request.
     *
     * @param relayId who asks
     * @param relayKey which that relay has proved that it has
     * @param answer told once what to answer; on any thread
     */
    public void asked(String relayId, PublicKey relayKey, SignRequest request, Consumer<ControlMessage> answer) {
        From from = new From(relayId, answer);
        ControlMessage message;
        try {
            message = ControlCodec.decode(ByteBuffer.wrap(request.message().bytes()));
        } catch (ProtocolException e) {
            from.refuse("a request", ErrorReport.fatal(e.code(), String.valueOf(e.getMessage())));
            return;
        }
        if (message instanceof Enrol enrol && request.chain().isEmpty()) {
            enrol(enrol, from);
        } else if (message instanceof Renew renew && request.chain().isEmpty()) {
            renewRelay(relayKey, renew.request(), from);
        } else if (message instanceof Renew renew) {
            renew(request.chain(), renew.request(), from);
        } else {
            from.refuse(
                    "a request",
                    ErrorReport.fatal(
                            ErrorCode.PROTOCOL_VIOLATION,
                            message.getClass().getSimpleName() + " is not allowed here: only ENROL and RENEW"));
        }
    }

    /** Where a request comes from, and its answer goes. */
    private final class From {
        private final String relayId;
        private final Consumer<ControlMessage> answer;

        From(String relayId, Consumer<ControlMessage> answer) {
            this.relayId = relayId;
            this.answer = answer;
        }

        String remote() {
            return "relay " + relayId;
        }

        void give(ControlMessage message) {
            services.counters().add(Counter.SIGN_MADE, 1);
            answer.accept(message);
        }

        void refuse(String what, ErrorReport report) {
            Counter kind = Counter.of(report);
            services.refusals()
                    .add(
                            kind == null ? Counter.REFUSED_CERTIFICATE : kind,
                            remote(),
                            what + " that it has passed on: " + report.sentence());
            answer.accept(report);
        }
    }

    private void enrol(Enrol request, From from) {
        security.enrolHere(
                request,
                issued -> {
                    services.counters().add(Counter.ENROLMENTS, 1);
                    String how = "token " + JoinTokens.name(request.joinId()) + ", passed on by " + from.remote();
                    if (request.role() == Protocol.ROLE_RELAY) {
                        services.events().record(Kind.RELAY_ENROLLED, "", from.remote(), how + ", " + issued.number());
                        LOG.info("A relay joins: {}, {}", issued.number(), how);
                    } else {
                        services.events().record(Kind.ENROLLED, issued.deviceId(), from.remote(), how);
                        services.log().info(issued.deviceId(), "enrolled by " + from.remote());
                    }
                    from.give(issued.message());
                },
                report -> from.refuse("an enrolment of " + request.deviceId(), report));
    }

    private void renew(List<Opaque> chain, Opaque request, From from) {
        security.onFiles(report -> from.refuse("a renewal", report), () -> {
            Peer peer = identity.admit(RelayIdentity.parsed(chain));
            Optional<ErrorReport> wait = untilNext(peer.deviceId());
            if (wait.isPresent()) {
                from.refuse("a renewal of " + peer.deviceId(), wait.get());
                return;
            }
            Issued issued = security.issued(identity.renew(peer, request));
            renewals.enrolled(peer.deviceId(), System.nanoTime());
            services.counters().add(Counter.RENEWALS, 1);
            services.events().record(Kind.RENEWED, peer.deviceId(), from.remote(), "passed on by " + from.remote());
            from.give(issued.message());
        });
    }

    private void renewRelay(PublicKey relayKey, Opaque request, From from) {
        security.onFiles(report -> from.refuse("a request for its own certificate", report), () -> {
            // a device ID has no blank
            Optional<ErrorReport> wait = untilNext(from.remote());
            if (wait.isPresent()) {
                from.refuse("a request for its own certificate", wait.get());
                return;
            }
            ControlMessage made = identity.renewRelay(relayKey, request);
            renewals.enrolled(from.remote(), System.nanoTime());
            services.counters().add(Counter.RENEWALS, 1);
            services.events().record(Kind.RENEWED, "", from.remote(), "the certificate of " + from.remote());
            LOG.info("another certificate was made for {}", from.remote());
            from.give(made);
        });
    }

    private Optional<ErrorReport> untilNext(String who) {
        Duration wait = renewals.untilNext(who, System.nanoTime());
        return wait.isZero()
                ? Optional.empty()
                : Optional.of(new ErrorReport(
                        ErrorCode.LIMIT_EXCEEDED.number(),
                        "too many certificates were made for " + who + ": wait " + (wait.toSeconds() + 1) + " s",
                        true,
                        (int) wait.toMillis() + 1));
    }
}
