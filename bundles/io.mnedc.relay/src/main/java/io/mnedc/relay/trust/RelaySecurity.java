package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.accept.FirstFlight;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.HandshakeQueue;
import io.mnedc.relay.accept.JoinDelays;
import io.mnedc.relay.trust.Signing.Outcome;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.SourceNetwork;
import io.mnedc.relay.work.Workers;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.Role;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import io.mnedc.work.LogLimiter;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secured side of a relay: TLS, certificates, enrolment, renewal. Cryptography of handshakes has its own threads, work
 * on files another one, so the control loop never waits. Thread-safe.
 */
public final class RelaySecurity implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySecurity.class);
    private static final Duration FAULTS_APART = Duration.ofSeconds(10);
    private static final int MOST_FILES_WAITING = 1024;
    private static final int BUSY_RETRY_MILLIS = 2000;
    private static final int UNAVAILABLE_RETRY_MILLIS = 5000;
    private static final Set<String> PROTOCOLS = Set.of(OverlayTls.CONTROL, OverlayTls.ENROL, OverlayTls.LINK);

    private final TrustServices services;
    private final RelayIdentity identity;
    private final JoinDelays delays = new JoinDelays();
    private final Reenrolments reenrolments = new Reenrolments();
    private final Handshakes handshakes = new Handshakes(this::adopt);
    private final ThreadPoolExecutor files = Workers.start("relay-files", 1, MOST_FILES_WAITING);
    private final LogLimiter faults = new LogLimiter(FAULTS_APART);
    private final DataDirectoryWatcher watch;
    private final PassedOn passedOn;
    private final OwnCertificate ownCertificate;
    private volatile @Nullable Links links;
    private volatile Signing signing = Signing.NONE;

    private RelaySecurity(TrustServices services, RelayIdentity identity) {
        this.services = services;
        this.identity = identity;
        this.watch = new DataDirectoryWatcher(services, this, identity);
        this.passedOn = new PassedOn(services, this, identity);
        this.ownCertificate = new OwnCertificate(identity, () -> signing, this::onFiles);
    }

    /** Begins; files are read. */
    public static RelaySecurity start(TrustServices services, RelayIdentity identity) {
        RelaySecurity security = new RelaySecurity(services, identity);
        security.onFiles(security.watch::look);
        security.handshakes.whenIdle(new WarmUp(identity));
        return security;
    }

    /** Has it looked at what others have changed in the data directory; to be called once a second, on any thread. */
    public void lookSoon() {
        onFiles(this::look);
    }

    private void look() {
        watch.look();
        identity.descriptors().count();
    }

    public RelayIdentity identity() {
        return identity;
    }

    /** What a device is told after the welcome: time and trust. */
    public Credentials greeting() {
        return watch.told();
    }

    /** Serves a connection that begins as TLS does. */
    public void secure(HalfOpen.Entry entry, ByteBuffer begun) {
        handshakes.arrive(entry, begun);
    }

    /** On one of the handshakes' threads: the identity may come from slow hardware. */
    private void adopt(HandshakeQueue.Arrival arrival) {
        HalfOpen.Entry entry = arrival.entry();
        ByteBuffer said = entry.evicted() ? null : FirstFlight.of(entry.socket(), arrival.begun());
        if (said == null) {
            entry.refuse(Counter.REFUSED_TLS, "it was closed before it was its turn");
            entry.discard();
            return;
        }
        if (!entry.begin()) {
            // the part that dropped it has said why
            entry.discard();
            return;
        }
        Duration left = Duration.ofNanos(Math.max(1_000_000, entry.deadline() - System.nanoTime()));
        TlsGate gate = new TlsGate(services.admissions(), this, entry);
        ControlTls tls = new ControlTls(() -> identity.engine(links != null), PROTOCOLS, gate, left);
        ControlStream.adopt(services.loop(), entry.socket(), said, tls, services.budget(), gate)
                .ifPresent(stream -> entry.servedBy(stream::cut));
    }

    /** Other relays may connect from now on, or not any more. */
    public void links(@Nullable Links now) {
        links = now;
    }

    /** Who takes connections of other relays; null: nobody. */
    @Nullable
    Links links() {
        return links;
    }

    /** How a connection to another relay is secured. */
    public ControlTls linking(Duration handshake) {
        return new ControlTls(identity::linkEngine, Set.of(OverlayTls.LINK), this::handshake, handshake);
    }

    /**
     * Checks another relay's certificates.
     *
     * @param admitted run on any thread if they are those of a relay of the overlay
     * @param refused told why not; on any thread
     */
    public void admitRelay(List<X509Certificate> chain, Runnable admitted, Consumer<ErrorReport> refused) {
        admitRelay(this::handshake, chain, admitted, refused);
    }

    void admitRelay(Executor on, List<X509Certificate> chain, Runnable admitted, Consumer<ErrorReport> refused) {
        run(on, refused, () -> {
            identity.admitRelay(chain);
            admitted.run();
        });
    }

    /** Answers requests of a registered device for another certificate. */
    public Renewals renewals(Peer peer, ControlStream stream) {
        return new Renewals(services, this, peer, stream);
    }

    /** Serves a connection that asks for a first certificate. */
    ControlStream.Handler enrolment(HalfOpen.Entry entry) {
        return new EnrolmentSession(services, this, entry);
    }

    /** Runs what a handshake needs. */
    public void handshake(Runnable task) {
        handshakes.execute(task);
    }

    /**
     * Checks a device's certificates.
     *
     * @param on where
     * @param admitted told who it is; on one of the overlay's threads, or the caller's
     * @param refused told why not; on one of the overlay's threads, or the caller's
     */
    void admit(Executor on, List<X509Certificate> chain, Consumer<Peer> admitted, Consumer<ErrorReport> refused) {
        run(on, refused, () -> admitted.accept(identity.admit(chain)));
    }

    /** Enrols a device, or has another relay do it; as {@link #admit}. */
    void enrol(Enrol request, Consumer<Issued> enrolled, Consumer<ErrorReport> refused) {
        Outcome outcome = Outcome.of(made -> checked(request, made, enrolled, refused), refused);
        enrol(request, () -> signing.enrol(request, outcome), enrolled, refused);
    }

    /** Enrols a device, but asks no other relay; as {@link #admit}. */
    void enrolHere(Enrol request, Consumer<Issued> enrolled, Consumer<ErrorReport> refused) {
        enrol(request, () -> false, enrolled, refused);
    }

    private void enrol(
            Enrol request, BooleanSupplier passOn, Consumer<Issued> enrolled, Consumer<ErrorReport> refused) {
        if (request.role() != Protocol.ROLE_DEVICE && request.role() != Protocol.ROLE_RELAY) {
            refused.accept(ErrorReport.fatal(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "ENROL: role " + request.role() + " is unknown here: the relay may be older than who asks"));
            return;
        }
        String name = reenrolmentName(request);
        Duration wait = reenrolments.untilNext(name, System.nanoTime());
        if (!wait.isZero()) {
            refused.accept(new ErrorReport(
                    ErrorCode.LIMIT_EXCEEDED.number(),
                    "too many certificates were made for this device or by this token: wait " + (wait.toSeconds() + 1)
                            + " s",
                    true,
                    (int) wait.toMillis() + 1));
            return;
        }
        orPassOn(passOn, refused, () -> done(request, issued(identity.enrol(request)), enrolled));
    }

    /** Does what needs the CA's key. If only that is wanting, another relay is asked: whom this relay refuses is not passed on. */
    private void orPassOn(BooleanSupplier passOn, Consumer<ErrorReport> refused, Attempt attempt) {
        run(files, refused, () -> {
            try {
                attempt.run();
            } catch (RefusedException e) {
                if (e.reason() != Reason.ENROLMENT_UNAVAILABLE || identity.signs() || !passOn.getAsBoolean()) {
                    throw e;
                }
            }
        });
    }

    private void done(Enrol request, Issued issued, Consumer<Issued> enrolled) {
        reenrolments.enrolled(
                issued.deviceId().isEmpty() ? reenrolmentName(request) : issued.deviceId(), System.nanoTime());
        enrolled.accept(issued);
        services.admissions().recheck(peer -> peer.deviceId().equals(issued.deviceId()), this::stillGood);
    }

    /** Relays have no ID before they have joined: those with the same token are counted together. */
    private static String reenrolmentName(Enrol request) {
        return request.role() == Protocol.ROLE_RELAY
                ? "/relay/" + JoinTokens.name(request.joinId())
                : request.deviceId();
    }

    /** Another relay has made a certificate: it must be the one that was asked for, and this relay must know of it. */
    private void checked(Enrol request, Credentials made, Consumer<Issued> enrolled, Consumer<ErrorReport> refused) {
        run(files, refused, () -> {
            Issued issued = identity.checked(
                    made,
                    request.request(),
                    request.role() == Protocol.ROLE_RELAY ? Role.RELAY : Role.DEVICE,
                    request.deviceId());
            // or this relay would not let the device in for a moment, if it had another key before
            identity.catchUp();
            done(request, issued, enrolled);
        });
    }

    /** Answers what other relays pass on. */
    public PassedOn passedOn() {
        return passedOn;
    }

    /** Asks for another certificate of this relay by {@link Signing}, if it needs one. To be called once in a while. */
    public void renewOwn() {
        onFiles(ownCertificate::look);
    }

    /** Has somebody else sign what this relay cannot, from now on. */
    public void signing(Signing now) {
        signing = now;
    }

    /** Another relay has enrolled a device, empty: perhaps any; one that is connected here by an older key must go. */
    public void enrolledElsewhere(Optional<String> deviceId) {
        Workers.offer(
                handshakes,
                () -> services.admissions()
                        .recheck(
                                peer -> deviceId.isEmpty() || peer.deviceId().equals(deviceId.get()), this::stillGood));
    }

    /** Renews a device's certificate; as {@link #admit}. */
    void renew(Peer peer, Opaque request, Consumer<Credentials> renewed, Consumer<ErrorReport> refused) {
        Outcome outcome = Outcome.of(
                made -> run(
                        files,
                        refused,
                        () -> renewed.accept(identity.checked(made, request, Role.DEVICE, peer.deviceId())
                                .message())),
                refused);
        orPassOn(
                () -> signing.renew(peer, request, outcome),
                refused,
                () -> renewed.accept(issued(identity.renew(peer, request)).message()));
    }

    /** What an enrolled device or relay is sent. */
    Issued issued(Enrolled enrolled) {
        return new Issued(
                enrolled.deviceId(), enrolled.groups(), identity.message(enrolled.credentials(), enrolled.overlay()));
    }

    /** Does what reads or writes files. */
    void onFiles(Consumer<ErrorReport> refused, Attempt attempt) {
        run(files, refused, attempt);
    }

    /** How long a refused enrolment from there waits for its answer. */
    Duration delay(SourceNetwork source) {
        return delays.refused(source, System.nanoTime());
    }

    /** How long the next enrolment from there has to wait. */
    public Duration untilNext(SourceNetwork source) {
        return delays.untilNext(source, System.nanoTime());
    }

    /** Something that may be refused. */
    interface Attempt {
        void run() throws RefusedException;
    }

    /** At the will of strangers, so not a line for each of them. */
    private void failed(Throwable fault) {
        if (faults.may(System.nanoTime())) {
            LOG.error("checking or making a certificate failed", fault);
        }
    }

    private void run(Executor on, Consumer<ErrorReport> refused, Attempt attempt) {
        boolean taken = Workers.offer(on, () -> {
            try {
                attempt.run();
            } catch (RefusedException e) {
                refused.accept(report(e));
            } catch (RuntimeException | Error e) {
                // an Error too, or the device that waits would never hear of it
                failed(e);
                refused.accept(
                        ErrorReport.fatal(ErrorCode.INTERNAL, "the relay could not do its part; its log tells why"));
            }
        });
        if (!taken) {
            refused.accept(new ErrorReport(
                    ErrorCode.LIMIT_EXCEEDED.number(),
                    "the relay is busy with others: try again",
                    true,
                    BUSY_RETRY_MILLIS));
        }
    }

    private static ErrorReport report(RefusedException refusal) {
        ErrorCode code = switch (refusal.reason()) {
            case CERTIFICATE_REFUSED, UNDECIDED -> ErrorCode.CERTIFICATE_REFUSED;
            case REVOKED -> ErrorCode.REVOKED;
            case ID_MISMATCH -> ErrorCode.ID_MISMATCH;
            case JOIN_REFUSED -> ErrorCode.JOIN_REFUSED;
            case JOIN_EXPIRED -> ErrorCode.JOIN_EXPIRED;
            case JOIN_USED -> ErrorCode.JOIN_USED;
            case ID_TAKEN -> ErrorCode.ID_TAKEN;
            case ENROLMENT_UNAVAILABLE -> ErrorCode.ENROLMENT_UNAVAILABLE;
        };
        int retry = code == ErrorCode.ENROLMENT_UNAVAILABLE ? UNAVAILABLE_RETRY_MILLIS : 0;
        return new ErrorReport(code.number(), String.valueOf(refusal.getMessage()), true, retry);
    }

    /** Checks a device again that is let in already: the reason may have ended between its check and its listing. */
    void recheck(Peer peer, Consumer<ErrorReport> refused) {
        run(handshakes, refused, () -> stillGood(peer).ifPresent(refused));
    }

    /** Why a connected device must go; not because its certificate cannot be judged at this moment. */
    Optional<ErrorReport> stillGood(Peer peer) {
        try {
            identity.admit(peer.chain());
            return Optional.empty();
        } catch (RefusedException e) {
            return e.reason() == Reason.UNDECIDED ? Optional.empty() : Optional.of(report(e));
        }
    }

    private void onFiles(Runnable task) {
        if (!Workers.offer(files, task)) {
            LOG.debug("too much to do with files: later");
        }
    }

    /** Ends its threads. */
    @Override
    public void close() {
        handshakes.close();
        Workers.end(files);
    }
}
