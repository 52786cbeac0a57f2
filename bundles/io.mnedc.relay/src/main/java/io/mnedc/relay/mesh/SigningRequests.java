package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.trust.Peer;
import io.mnedc.relay.trust.Signing;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.Scheduler;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests for certificates that this relay cannot make: each goes to a linked relay that has the CA's key. If that link breaks, or
 * that relay cannot, another one is asked. On the control loop, but for the methods of {@link Signing}.
 */
final class SigningRequests implements Signing {
    /** How many wait for an answer, in all and of one link. */
    static final int MOST = 256;

    static final int MOST_OF_A_LINK = 128;
    /** How many relays are asked for one certificate. */
    static final int MOST_TRIES = 3;

    /** All tries together take less time than a device waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(7);

    private static final int RETRY_MILLIS = 5000;

    /** One link to a relay that can sign. */
    interface Signer {
        /** Sends a request; any thread. Whether it does: not if the link is over, or too much waits there already. */
        boolean ask(SignRequest request);
    }

    private static final class Waiting {
        private final Opaque message;
        private final List<Opaque> chain;
        private final Outcome outcome;
        private final Set<Signer> tried = new HashSet<>();
        private @Nullable Signer by;
        private Scheduler.@Nullable Timer timer;
        private ErrorReport report = unavailable("no relay that has it is linked with this one now");

        Waiting(Opaque message, List<Opaque> chain, Outcome outcome) {
            this.message = message;
            this.chain = chain;
            this.outcome = outcome;
        }

        private void stop() {
            Scheduler.Timer running = timer;
            if (running != null) {
                running.cancel();
            }
            by = null;
        }
    }

    private final Scheduler loop;
    private final Supplier<List<? extends Signer>> signers;
    private final Counter.Set counters;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private long last;
    private boolean closed;

    /**
     * Nothing waits yet.
     *
     * @param signers the links to relays that say that they can sign, now; any thread
     */
    SigningRequests(Scheduler loop, Supplier<List<? extends Signer>> signers, Counter.Set counters) {
        this.loop = loop;
        this.signers = signers;
        this.counters = counters;
    }

    @Override
    public boolean enrol(Enrol request, Outcome outcome) {
        return pass(request, List.of(), outcome);
    }

    @Override
    public boolean renew(Peer peer, Opaque request, Outcome outcome) {
        List<Opaque> chain = new ArrayList<>();
        try {
            for (X509Certificate certificate : peer.chain()) {
                chain.add(Opaque.copyOf(certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("certificates that were read cannot be written", e);
        }
        return pass(new Renew(request), chain, outcome);
    }

    @Override
    public boolean renewOwn(Opaque request, Outcome outcome) {
        return pass(new Renew(request), List.of(), outcome);
    }

    private boolean pass(ControlMessage request, List<Opaque> chain, Outcome outcome) {
        if (signers.get().isEmpty()) {
            return false;
        }
        Opaque message;
        try {
            message = ControlCodec.body(request);
            ControlCodec.encode(new SignRequest(0, message, chain));
        } catch (IllegalArgumentException e) {
            outcome.refused(ErrorReport.fatal(
                    ErrorCode.CERTIFICATE_REFUSED, "the request cannot be passed on: " + e.getMessage()));
            return true;
        }
        if (count.incrementAndGet() > MOST) {
            count.decrementAndGet();
            outcome.refused(busy());
            return true;
        }
        loop.execute(() -> next(new Waiting(message, chain, outcome)));
        return true;
    }

    private static ErrorReport busy() {
        return new ErrorReport(
                ErrorCode.LIMIT_EXCEEDED.number(),
                "too many devices ask for certificates at a time: try again",
                true,
                RETRY_MILLIS);
    }

    private static ErrorReport unavailable(String why) {
        return new ErrorReport(
                ErrorCode.ENROLMENT_UNAVAILABLE.number(),
                "this relay makes no certificates, because its CA key is kept elsewhere, and " + why + ": try again",
                true,
                RETRY_MILLIS);
    }

    /** Asks a relay that was not asked yet. */
    private void next(Waiting request) {
        request.stop();
        List<Signer> untried = new ArrayList<>(signers.get());
        untried.removeAll(request.tried);
        Collections.shuffle(untried);
        for (Signer signer : closed || request.tried.size() >= MOST_TRIES ? List.<Signer>of() : untried) {
            long number = ++last;
            boolean full = waiting.values().stream()
                            .filter(each -> signer.equals(each.by))
                            .count()
                    >= MOST_OF_A_LINK;
            if (!full && signer.ask(new SignRequest(number, request.message, request.chain))) {
                counters.add(Counter.SIGN_ASKED, 1);
                request.tried.add(signer);
                request.by = signer;
                waiting.put(number, request);
                request.timer = loop.schedule(PATIENCE, () -> silent(number));
                return;
            }
            request.report = busy();
        }
        count.decrementAndGet();
        request.outcome.refused(request.report);
    }

    private void silent(long number) {
        Waiting request = waiting.remove(number);
        if (request != null) {
            request.report = unavailable("the relay that has it does not answer in time");
            next(request);
        }
    }

    /** An answer has come; one that was not asked for on this link is dropped. */
    void answered(Signer by, SignAnswer answer) {
        Waiting request = waiting.get(answer.number());
        if (request == null || !by.equals(request.by)) {
            counters.add(Counter.SIGN_STRAY, 1);
            return;
        }
        waiting.remove(answer.number());
        ControlMessage message;
        try {
            message = ControlCodec.decode(ByteBuffer.wrap(answer.message().bytes()));
        } catch (ProtocolException e) {
            request.report = unavailable("the answer of the relay that has it cannot be read (" + e.getMessage() + ")");
            next(request);
            return;
        }
        if (message instanceof Credentials credentials) {
            request.stop();
            count.decrementAndGet();
            request.outcome.answered(credentials);
        } else if (message instanceof ErrorReport report) {
            refused(request, new ErrorReport(report.code(), report.sentence(), true, report.retryMillis()));
        } else {
            request.report = unavailable("the relay that has it answers something else");
            next(request);
        }
    }

    private void refused(Waiting request, ErrorReport report) {
        switch (ControlMessage.codeOf(report).orElse(ErrorCode.INTERNAL)) {
            case ENROLMENT_UNAVAILABLE, LIMIT_EXCEEDED, INTERNAL, STOPPING -> {
                // that relay cannot; another one perhaps
                request.report = report;
                next(request);
            }
            default -> {
                request.stop();
                count.decrementAndGet();
                request.outcome.refused(report);
            }
        }
    }

    /** A link is over: what waits there goes to another relay. */
    void lost(Signer signer) {
        Map<Long, Waiting> there = new HashMap<>(waiting);
        there.values().removeIf(each -> !signer.equals(each.by));
        waiting.keySet().removeAll(there.keySet());
        for (Waiting request : there.values()) {
            request.report = unavailable("the link to the relay that has it was lost");
            next(request);
        }
    }

    /** {@return how many wait; any thread} */
    int count() {
        return count.get();
    }

    /** Nobody is asked any more; who waits is told. */
    void close() {
        closed = true;
        List<Waiting> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(this::next);
    }
}
