package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.accept.ConnectionDispatcher;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.audit.DataDirectory;
import io.mnedc.relay.audit.Events;
import io.mnedc.relay.session.ControlSession;
import io.mnedc.relay.session.ControlSessions;
import io.mnedc.relay.session.DeviceLog;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.trust.IdentityProviders;
import io.mnedc.relay.trust.Peer;
import io.mnedc.relay.trust.RelayIdentity;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.Memory;
import io.mnedc.relay.work.Randomness;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.SendBudget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running relay. Its public methods are called by one thread at a time; the rest is thread-safe. */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final Duration RENEW = Duration.ofSeconds(20);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final String CONTROL_LOOP = "the control loop";

    private final Counter.Set counters;
    private final Randomness random = new Randomness();
    private final ControlSessions controls = new ControlSessions();
    private final DeviceLog deviceLog = new DeviceLog();
    private final long epoch = random.id();
    private final RelayStatus status = new RelayView(this);
    private final Reach reach = new Reach(this);
    private final String software;
    private final DataDirectory data;
    private final Events events;
    private final Refusals refusals;
    private final Sessions sessions;
    private final AccessControl guard;
    private final HalfOpen halfOpen;
    private final SendBudget budget = SendBudget.ofMemory(Memory.most());
    private final ConnectionDispatcher reception;
    private final ControlLoop group;
    private final List<DataLoop> loops;
    private volatile RelaySettings settings;
    private volatile @Nullable AddressAllocator allocator;
    private volatile @Nullable Acceptor acceptor;
    private volatile @Nullable RelaySecurity overlay;
    private volatile boolean closed;

    private Relay(
            RelaySettings settings,
            String software,
            Counter.Set counters,
            DataDirectory data,
            ControlLoop group,
            List<DataLoop> loops) {
        this.settings = settings;
        this.counters = counters;
        this.software = software;
        this.group = group;
        this.loops = loops;
        this.data = data;
        this.events = data.events();
        this.refusals = new Refusals(counters, events);
        this.sessions = new Sessions(
                counters, events, deviceLog, () -> this.settings.policy().cloneSwapsPerMinute(), group);
        this.guard = AccessControl.start(sessions, data, settings.policy().rules());
        this.halfOpen = new HalfOpen(() -> this.settings.security().halfOpenPerSource(), refusals);
        this.reception = new ConnectionDispatcher(this, group, loops, () -> overlay);
    }

    /**
     * Starts a relay. If it cannot listen yet, because an address is in use or not there yet, it keeps trying.
     *
     * @param identities who may supply the relay's key and trust
     * @param tls who makes TLS beside the Java runtime, now; null: nobody
     * @throws IOException if keys, certificates or other files cannot be used; the message has the cure. After this and
     *     any other failure nothing that was begun is left
     */
    static Relay start(
            RelaySettings settings, String software, IdentityProviders identities, Supplier<@Nullable Provider> tls)
            throws IOException {
        return start(settings, software, identities, tls, InstantSource.system(), what -> {});
    }

    /**
     * The same with a clock of one's own.
     *
     * @param failed told what has ended by itself, for want of memory, say: the relay is of no use any more and must be
     *     closed. On any thread; must not block
     */
    static Relay start(
            RelaySettings settings,
            String software,
            IdentityProviders identities,
            Supplier<@Nullable Provider> tls,
            InstantSource clock,
            Consumer<String> failed)
            throws IOException {
        AtomicReference<@Nullable Relay> served = new AtomicReference<>();
        ControlLoop group = new ControlLoop("relay-control", fault -> taskFailed(served.get(), fault, failed));
        List<DataLoop> loops = new ArrayList<>();
        Counter.Set counters = new Counter.Set();
        DataDirectory data = DataDirectory.none();
        Relay relay = null;
        try {
            RelayIdentity admission = null;
            Path directory = settings.directory();
            if (directory != null) {
                data = DataDirectory.open(directory, counters);
            }
            if (settings.security().tls()) {
                admission = RelayIdentity.open(settings.security(), data, identities, tls, clock);
                data = data.sharing(admission.authority());
            }
            ChunkPool pool = new ChunkPool(settings.queueMemory());
            for (int i = 0; i < settings.loops(); i++) {
                loops.add(new DataLoop("relay-data-" + i, pool, () -> failed.accept("a data loop")));
            }
            relay = new Relay(settings, software, counters, data, group, loops);
            relay.secure(admission);
            Relay begun = relay;
            served.set(begun);
            group.whenEnded(() -> {
                if (!begun.closed) {
                    failed.accept(CONTROL_LOOP);
                }
            });
            group.repeat(RENEW, relay::renewLeases);
            relay.listenOrRetry("");
            return relay;
        } catch (IOException | RuntimeException | Error e) {
            if (relay == null) {
                end(group, loops);
                data.close();
            } else {
                relay.close();
            }
            throw e;
        }
    }

    /**
     * A task of the control loop has thrown. After a mistake the others go on; an Error, such as want of memory, may have left
     * anything half done.
     */
    private static void taskFailed(@Nullable Relay relay, Throwable fault, Consumer<String> failed) {
        if (relay != null && relay.closed) {
            LOG.debug("a task of the control loop has failed after the end", fault);
            return;
        }
        LOG.error("a task of the relay's control loop has failed", fault);
        if (fault instanceof Error) {
            failed.accept(CONTROL_LOOP);
        }
    }

    /**
     * Looks whether a relay with these settings finds its files, and starts none. What is missing is made.
     *
     * @throws IOException if it does not; the message has the cure
     */
    static void rehearse(
            RelaySettings settings, IdentityProviders identities, Supplier<@Nullable Provider> tls, InstantSource clock)
            throws IOException {
        Path directory = settings.directory();
        try (DataDirectory data =
                directory == null ? DataDirectory.none() : DataDirectory.open(directory, new Counter.Set())) {
            if (settings.security().tls()) {
                RelayIdentity.open(settings.security(), data, identities, tls, clock);
            }
        }
    }

    private void secure(@Nullable RelayIdentity admission) {
        events.record(
                Events.Kind.STARTED,
                "",
                "",
                software + " security=" + settings.security().mode());
        guard.tell();
        Path directory = data.path();
        if (admission == null || directory == null) {
            LOG.warn("security = none: nobody is authenticated and nothing is encrypted; for laboratories only");
        } else {
            overlay = RelaySecurity.start(this, group, admission, directory);
        }
    }

    private synchronized void listenOrRetry(String complaint) {
        if (closed || acceptor != null) {
            return;
        }
        String problem;
        try {
            acceptor = accept(settings.listen());
            tellReady();
            return;
        } catch (IOException e) {
            problem = PlainText.of(e);
        }
        if (!problem.equals(complaint)) {
            LOG.error("the relay cannot listen and tries again every {} s: {}", RETRY.toSeconds(), problem);
        }
        group.schedule(RETRY, () -> listenOrRetry(problem));
    }

    private Acceptor accept(List<InetSocketAddress> listen) throws IOException {
        return Acceptor.start(
                listen, () -> settings.handshake(), reception, halfOpen, counters, refusals, this::listenAgain);
    }

    /** The acceptor has ended by itself. */
    private void listenAgain() {
        group.schedule(Duration.ofSeconds(1), this::replaceAcceptor);
    }

    private synchronized void replaceAcceptor() {
        Acceptor present = acceptor;
        if (present != null && !present.listens()) {
            acceptor = null;
            listenOrRetry("");
        }
    }

    /** Whether these settings can be taken on without losing a connection. */
    boolean canBecome(RelaySettings next) {
        return next.loops() == settings.loops()
                && next.queueMemory() == settings.queueMemory()
                && Objects.equals(next.directory(), settings.directory())
                && next.security().sameIdentity(settings.security());
    }

    /** Takes on other settings; registered devices stay. If it cannot listen there, nothing changes. */
    public synchronized void become(RelaySettings next) throws IOException {
        List<String> rules = next.policy().rules();
        boolean moves = !next.listen().equals(settings.listen());
        try {
            guard.check(rules);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (moves) {
            moveTo(next.listen());
        }
        try {
            guard.rules(rules);
        } catch (IllegalArgumentException e) {
            // the file of rules has changed in this moment
            if (moves) {
                moveTo(settings.listen());
            }
            throw new IOException(e.getMessage(), e);
        }
        RelaySecurity secured = overlay;
        if (secured != null) {
            secured.admission().become(next.security());
        }
        settings = next;
    }

    private void moveTo(List<InetSocketAddress> listen) throws IOException {
        Acceptor before = acceptor;
        if (before != null) {
            // an address in both lists can be bound only after it is let go
            before.close();
            acceptor = null;
        }
        try {
            acceptor = accept(listen);
        } catch (IOException e) {
            listenOrRetry("");
            throw e;
        }
        tellReady();
    }

    /** Tells who leases addresses now, or that nobody does, or that the pool has changed. */
    public void allocator(@Nullable AddressAllocator now) {
        allocator = now;
        if (now == null) {
            LOG.warn("no address allocator: registered devices stay, new ones are told to try again");
            return;
        }
        tellReady();
        sessions.all().forEach(this::dismissIfReaddressed);
    }

    /** Has a device register again if it was told another address plan than the one that is in force now. */
    public void dismissIfReaddressed(Session session) {
        AddressAllocator present = allocator;
        if (present != null && !session.network().equals(present.network())) {
            session.dismiss(ErrorReport.fatal(
                    ErrorCode.READDRESSED,
                    "the virtual network is now " + present.network().cidr() + " and "
                            + present.network().ulaPrefix().getHostAddress() + "/64: register again"));
        }
    }

    private void tellReady() {
        AddressAllocator present = allocator;
        if (present != null && acceptor != null) {
            LOG.info(
                    "relay ready: listening on {} pool {}",
                    String.join(" ", listening()),
                    present.network().cidr());
        }
    }

    List<String> listening() {
        List<String> texts = new ArrayList<>();
        Acceptor accepting = acceptor;
        if (accepting != null) {
            accepting.listening().forEach(address -> texts.add(Acceptor.text(address)));
        }
        return texts;
    }

    /**
     * Makes the session of a new control stream.
     *
     * @param peer whose it is; null if this relay has no security
     */
    public ControlSession session(HalfOpen.Entry entry, @Nullable Peer peer) {
        ControlSession control = new ControlSession(this, settings, entry, peer);
        controls.add(control);
        return control;
    }

    /** The control streams that sessions were made for. */
    public ControlSessions controls() {
        return controls;
    }

    private void renewLeases() {
        deviceLog.tell(System.nanoTime());
        AddressAllocator present = allocator;
        if (present == null) {
            return;
        }
        try {
            for (Session session : sessions.all()) {
                present.renew(session.deviceId());
                if (present.lease(session.deviceId()).stream().noneMatch(lease -> lease.node() == session.node())) {
                    session.dismiss(ErrorReport.fatal(ErrorCode.READDRESSED, "the lease has ended: register again"));
                }
            }
        } catch (RuntimeException | Error e) {
            // or it would never be tried again: an allocator that is being stopped, say
            LOG.error("leases could not be renewed; trying again in {} s", RENEW.toSeconds(), e);
        }
    }

    public RelaySettings settings() {
        return settings;
    }

    /** What secures this relay; null for a relay without security. */
    @Nullable
    public RelaySecurity overlay() {
        return overlay;
    }

    /** Who has not proved yet who he is. */
    public HalfOpen halfOpen() {
        return halfOpen;
    }

    /** What serves the control streams. */
    ControlLoop controlLoop() {
        return group;
    }

    /** Where people read what devices do. */
    public DeviceLog deviceLog() {
        return deviceLog;
    }

    /** What may wait in all control streams together. */
    public SendBudget budget() {
        return budget;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Counter.Set counters() {
        return counters;
    }

    public Events events() {
        return events;
    }

    /** What the audit log has told already. */
    public AuditState noted() {
        return data.noted();
    }

    public AccessControl guard() {
        return guard;
    }

    /** What each device may send now. */
    public Limits limits() {
        return settings.policy().limits();
    }

    public Refusals refusals() {
        return refusals;
    }

    public Randomness random() {
        return random;
    }

    public long epoch() {
        return epoch;
    }

    public String software() {
        return software;
    }

    @Nullable
    public AddressAllocator allocator() {
        return allocator;
    }

    public RelayStatus status() {
        return status;
    }

    /** Who may join; empty for a relay without security. */
    public Optional<Administration> administration() {
        RelaySecurity secured = overlay;
        return Optional.ofNullable(secured)
                .map(present -> new Administration(
                        guard,
                        events,
                        data.noted(),
                        present.admission().authority(),
                        reach,
                        new RequestedToken(settings.directory())));
    }

    /** Where it is reached, which must not be inside the overlay. */
    OutsideAddresses outside() {
        return reach;
    }

    /** The join tokens that name addresses of this relay; none if it makes no certificates. */
    Optional<JoinTokens> tokens() {
        return Optional.ofNullable(overlay)
                .flatMap(secured -> secured.admission().authority())
                .map(OverlayAuthority::tokens);
    }

    /** The sockets that are bound now. */
    List<InetSocketAddress> bound() {
        Acceptor accepting = acceptor;
        return accepting == null ? List.of() : accepting.listening();
    }

    /** Tells everybody, closes everything and ends all threads within a few seconds. */
    @Override
    public void close() {
        Acceptor accepting;
        synchronized (this) {
            closed = true;
            accepting = acceptor;
            acceptor = null;
        }
        if (accepting != null) {
            accepting.close();
        }
        controls.end(ErrorReport.fatal(ErrorCode.STOPPING, "the relay stops"));
        guard.close();
        RelaySecurity secured = overlay;
        if (secured != null) {
            secured.close();
        }
        end(group, loops);
        halfOpen.close();
        events.record(Events.Kind.STOPPED, "", "", "");
        data.close();
        LOG.info("relay stopped");
    }

    private static void end(ControlLoop group, List<DataLoop> loops) {
        group.close();
        loops.forEach(DataLoop::close);
    }
}
