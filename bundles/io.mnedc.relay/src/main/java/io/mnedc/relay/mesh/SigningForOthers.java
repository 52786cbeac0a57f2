package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.trust.PassedOn;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.Scheduler;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Requests for certificates that other relays pass on to this one, which has the CA's key. However many they send, this relay works on
 * few of each link at a time ({@link SigningAllowance}). On the control loop.
 */
final class SigningForOthers {
    private static final int RETRY_MILLIS = 2000;

    private final Scheduler loop;
    private final PassedOn passedOn;
    private final Refusals refusals;
    private final LongSupplier clock;
    private final Map<LinkStream, SigningAllowance> links = new HashMap<>();

    /**
     * Nobody has asked yet.
     *
     * @param clock as {@link System#nanoTime}
     */
    SigningForOthers(Scheduler loop, PassedOn passedOn, Refusals refusals, LongSupplier clock) {
        this.loop = loop;
        this.passedOn = passedOn;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** Another relay asks by this link, which is up. */
    void wanted(LinkStream link, SignRequest request) {
        SigningAllowance allowance = links.computeIfAbsent(link, unused -> new SigningAllowance());
        if (!allowance.take(clock.getAsLong())) {
            ErrorReport report = new ErrorReport(
                    ErrorCode.LIMIT_EXCEEDED.number(),
                    "relay " + link.relayId() + " passes on too many requests for certificates: try again",
                    true,
                    RETRY_MILLIS);
            refusals.add(Counter.REFUSED_LIMIT, "relay " + link.relayId(), report.sentence());
            answer(link, request, report);
            return;
        }
        passedOn.asked(
                link.relayId(),
                link.chain().get(0).getPublicKey(),
                request,
                message -> loop.execute(() -> {
                    allowance.done();
                    answer(link, request, message);
                }));
    }

    private static void answer(LinkStream link, SignRequest request, ControlMessage message) {
        SignAnswer answer;
        try {
            answer = new SignAnswer(request.number(), ControlCodec.body(message));
            ControlCodec.encode(answer);
        } catch (IllegalArgumentException e) {
            ErrorReport report = ErrorReport.fatal(
                    ErrorCode.INTERNAL, "the certificates cannot be sent to another relay: " + e.getMessage());
            answer = new SignAnswer(request.number(), ControlCodec.body(report));
        }
        link.answer(answer);
    }

    /** A link is over. */
    void lost(LinkStream link) {
        links.remove(link);
    }
}
