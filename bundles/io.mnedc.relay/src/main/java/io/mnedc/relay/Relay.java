package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.accept.ListeningPort;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.access.DataDirectory;
import io.mnedc.relay.audit.AuditLog;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.events.EventRecorder;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.mesh.Mesh;
import io.mnedc.relay.session.Leases;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.settings.RelayIdFile;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.share.Sharing;
import io.mnedc.relay.trust.RelayIdentity;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import io.mnedc.settings.IdentityProviders;
import io.mnedc.settings.SettingsInForce;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.DataLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Provider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running relay: starts its parts, takes on other settings, and ends its parts. Its public methods are called by one thread
 * at a time.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final String CONTROL_LOOP = "the control loop";

    /** The threads of a relay that serve streams. */
    private record Loops(ControlLoop control, List<DataLoop> data) {
        void end() {
            control.close();
            data.forEach(DataLoop::close);
        }
    }

    private final RelayServices services;
    private final Loops loops;
    private final EventListeners listeners;
    private final SettingsInForce<RelaySettings> settings;
    private final AtomicBoolean closed;
    private final @Nullable RelaySecurity security;
    private final @Nullable Sharing sharing;
    private final ListeningPort port;
    private final RelayStatus status;
    private final Reach reach;
    private @Nullable Mesh mesh;

    private Relay(
            RelayServices services,
            Loops loops,
            EventListeners listeners,
            SettingsInForce<RelaySettings> settings,
            AtomicBoolean closed,
            @Nullable RelaySecurity security,
            @Nullable Sharing sharing) {
        this.services = services;
        this.loops = loops;
        this.listeners = listeners;
        this.settings = settings;
        this.closed = closed;
        this.security = security;
        this.sharing = sharing;
        ConnectionDispatcher dispatcher = new ConnectionDispatcher(services, loops.data(), security);
        SessionServices session = services.session();
        this.port = new ListeningPort(
                loops.control(),
                settings.get().listen(),
                (listen, failed) -> Acceptor.start(
                        listen,
                        new Acceptor.Services(
                                () -> settings.get().handshake(),
                                dispatcher,
                                services.halfOpen(),
                                session.counters(),
                                session.refusals()),
                        failed),
                this::tellReady);
        this.status = new RelayView(session, port, security, this::mesh);
        this.reach = new Reach(settings, port, session.leases(), tokens());
        if (sharing != null && security != null) {
            security.identity().authority().ifPresent(own -> sharing.also(() -> own.tellSigner(dialled())));
        }
    }

    /**
     * Starts a relay. If it cannot listen yet, because an address is in use or not there yet, it keeps trying.
     *
     * @param identities who may supply the relay's key and trust
     * @param tls who makes TLS beside the Java runtime, now; null: nobody
     * @param clock of certificates
     * @param others who is told of what happens, beside the audit log
     * @param store what relays share, for settings that want it; null: there is no such store now
     * @param remarks told, in a sentence, what the administrator must know now of that store; empty: nothing. On any thread
     * @param failed told what has ended by itself, such as for want of memory: the relay is useless then and must be
     *     closed. On any thread; must not block
     * @throws IOException if keys, certificates or other files cannot be used; the message has the cure. After this and
     *     any other failure nothing that was begun is left
     */
    static Relay start(
            RelaySettings settings,
            String software,
            IdentityProviders identities,
            Supplier<@Nullable Provider> tls,
            InstantSource clock,
            EventListeners others,
            @Nullable OverlayStore store,
            Consumer<String> remarks,
            Consumer<String> failed)
            throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        Loops loops = new Loops(
                new ControlLoop("relay-control", fault -> taskFailed(closed.get(), fault, failed)), new ArrayList<>());
        DataDirectory data = DataDirectory.none();
        EventListeners listeners = new EventListeners();
        Relay relay = null;
        SharedStore shared = settings.shared() ? new SharedStore(checked(store), clock) : null;
        Sharing sharing = null;
        try {
            Counter.Set counters = new Counter.Set();
            RelayIdentity identity = null;
            Path directory = settings.directory();
            if (directory != null) {
                data = DataDirectory.open(directory, counters);
                AuditLog audit = Objects.requireNonNull(data.audit());
                listeners.add(audit, audit::passes, audit::quiet);
            }
            Events events = new EventRecorder(InstantSource.system(), counters, listeners, others);
            if (settings.security().tls()) {
                identity = RelayIdentity.open(settings.security(), data, identities, tls, clock, shared);
                data = data.sharing(identity.authority());
            }
            sharing = shared == null ? null : share(shared, data, identity, remarks);
            ChunkPool pool = new ChunkPool(settings.queueMemory());
            for (int i = 0; i < settings.loops(); i++) {
                loops.data().add(new DataLoop("relay-data-" + i, pool, () -> failed.accept("a data loop")));
            }
            relay = build(settings, software, counters, data, events, listeners, loops, closed, identity, sharing);
            loops.control().whenEnded(() -> {
                if (!closed.get()) {
                    failed.accept(CONTROL_LOOP);
                }
            });
            loops.control().repeat(Leases.RENEWAL, relay::look);
            if (settings.shared()) {
                relay.join(checked(store));
            }
            relay.port.open();
            return relay;
        } catch (IOException | RuntimeException | Error e) {
            closed.set(true);
            if (relay == null) {
                if (sharing != null) {
                    sharing.close();
                } else if (shared != null) {
                    shared.close();
                }
                loops.end();
                listeners.close();
                data.close();
            } else {
                relay.close();
            }
            throw e;
        }
    }

    private static OverlayStore checked(@Nullable OverlayStore store) throws IOException {
        if (store == null) {
            throw new StoreAwaitedException(
                    "store = shared: the store that the relays share is not there; it comes with the bundle"
                            + " io.mnedc.cluster, which says why it does not");
        }
        return store;
    }

    /** Makes the files and the store the same before anybody is let in. */
    private static Sharing share(
            SharedStore shared, DataDirectory data, @Nullable RelayIdentity identity, Consumer<String> remarks)
            throws IOException {
        Path directory = data.path();
        Revocations revocations = data.revocations();
        if (directory == null || revocations == null) {
            throw new IOException("store = shared needs a directory for files, too: set data.dir");
        }
        // revocations first: who is shut out must not be let in by what follows
        List<SharedFiles> kinds = new ArrayList<>(List.of(revocations.share(shared, directory)));
        Optional.ofNullable(identity)
                .flatMap(RelayIdentity::authority)
                .ifPresent(own -> kinds.addAll(own.sharedFiles()));
        return Sharing.start(shared, kinds, remarks);
    }

    private static Relay build(
            RelaySettings settings,
            String software,
            Counter.Set counters,
            DataDirectory data,
            Events events,
            EventListeners listeners,
            Loops loops,
            AtomicBoolean closed,
            @Nullable RelayIdentity identity,
            @Nullable Sharing sharing) {
        SettingsInForce<RelaySettings> inForce = new SettingsInForce<>(settings);
        RelayServices services = RelayServices.of(inForce, software, counters, data, events, loops.control());
        RelaySecurity security = null;
        try {
            String how = software + " security=" + settings.security().mode();
            events.record(Kind.STARTED, "", "", how);
            Path directory = data.path();
            if (sharing != null) {
                sharing.whenRevoked(services.access()::lookSoon);
                sharing.add(services.access().share(sharing.store(), Objects.requireNonNull(directory)));
            }
            services.access().tell();
            if (identity == null || directory == null) {
                LOG.warn("security = none: nobody is authenticated and nothing is encrypted; for laboratories only");
            } else {
                security = RelaySecurity.start(services.trust(), identity);
                services.access().alsoLook(security::lookSoon);
            }
            if (sharing != null && security != null) {
                sharing.whenEnrolled(security::enrolledElsewhere);
            }
            return new Relay(services, loops, listeners, inForce, closed, security, sharing);
        } catch (RuntimeException | Error e) {
            services.access().close();
            if (security != null) {
                security.close();
            }
            throw e;
        }
    }

    /**
     * A task of the control loop has thrown. After a mistake the others go on; an Error, such as want of memory, may have left
     * anything half done.
     */
    private static void taskFailed(boolean closed, Throwable fault, Consumer<String> failed) {
        if (closed) {
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
    static void checkFiles(
            RelaySettings settings,
            IdentityProviders identities,
            Supplier<@Nullable Provider> tls,
            InstantSource clock,
            @Nullable OverlayStore store)
            throws IOException {
        if (settings.shared()) {
            checked(store);
        }
        Path directory = settings.directory();
        try (DataDirectory data =
                directory == null ? DataDirectory.none() : DataDirectory.open(directory, new Counter.Set())) {
            // the CA of several relays is not made here
            if (settings.security().tls() && !settings.shared()) {
                RelayIdentity.open(settings.security(), data, identities, tls, clock, null);
            }
        }
    }

    /** Where devices dial this relay, as far as it knows. */
    private List<String> dialled() {
        List<String> addresses = reach.addresses();
        return addresses.isEmpty() ? port.listening() : addresses;
    }

    private void look() {
        services.session().log().tell(System.nanoTime());
        services.session().leases().renew();
    }

    /** Whether these settings can be taken on without losing a connection. */
    boolean canBecome(RelaySettings next) {
        RelaySettings now = settings.get();
        return next.loops() == now.loops()
                && next.queueMemory() == now.queueMemory()
                && Objects.equals(next.directory(), now.directory())
                && next.mesh().relayId().equals(now.mesh().relayId())
                && next.shared() == now.shared()
                && next.security().sameIdentity(now.security());
    }

    /** Takes on other settings; registered devices stay. If it cannot listen there, nothing changes. */
    public synchronized void become(RelaySettings next) throws IOException {
        RelaySettings before = settings.get();
        AccessControl access = services.access();
        List<String> rules = next.policy().rules();
        boolean moves = !next.listen().equals(before.listen());
        try {
            access.check(rules);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (moves) {
            port.move(next.listen());
        }
        try {
            access.rules(rules);
        } catch (IllegalArgumentException e) {
            // the file of rules has changed in this moment
            if (moves) {
                port.move(before.listen());
            }
            throw new IOException(e.getMessage(), e);
        }
        if (security != null) {
            security.identity().become(next.security());
        }
        settings.set(next);
    }

    /** Tells who leases addresses now, or that nobody does, or that the pool has changed. */
    void allocator(@Nullable AddressAllocator now) {
        services.session().leases().allocator(now);
        Mesh others = mesh();
        if (others != null) {
            others.allocatorChanged();
        }
        tellReady();
    }

    /**
     * Takes its place among the relays of the overlay.
     *
     * @throws IOException if the relay cannot have an ID among them; the message has the cure
     */
    private synchronized void join(OverlayStore shared) throws IOException {
        Path directory = settings.get().directory();
        if (security == null || directory == null) {
            LOG.warn(
                    "security = none: this relay has no links to the others of its overlay, for they could not prove who"
                            + " they are");
            return;
        }
        String given = settings.get().mesh().relayId();
        Mesh begun = Mesh.start(
                new Mesh.Services(services.session(), services.loop(), loops.data(), security),
                given.isEmpty() ? RelayIdFile.of(directory) : given,
                this::reachedAt);
        mesh = begun;
        if (sharing != null) {
            sharing.whenRevoked(begun::revoked);
        }
        begun.store(shared);
    }

    private List<String> reachedAt() {
        List<String> given = settings.get().mesh().addresses();
        return given.isEmpty() ? reach.addresses() : given;
    }

    /** Tells what relays share now; null: nothing is there. */
    void store(@Nullable OverlayStore now) {
        if (sharing != null) {
            sharing.become(now);
        }
        Mesh others = mesh();
        if (others != null) {
            others.store(now);
        }
    }

    private void tellReady() {
        AddressAllocator present = services.session().leases().allocator();
        if (present != null && port.isOpen()) {
            LOG.info(
                    "relay ready: listening on {} pool {}",
                    String.join(" ", port.listening()),
                    present.network().cidr());
        }
    }

    /** The other relays of the overlay; null if this one is alone. */
    synchronized @Nullable Mesh mesh() {
        return mesh;
    }

    RelaySettings settings() {
        return settings.get();
    }

    /** The parts that others use. */
    public RelayServices services() {
        return services;
    }

    /** What secures this relay; null for a relay without security. */
    @Nullable
    public RelaySecurity security() {
        return security;
    }

    /** Where it listens now. */
    public List<String> listening() {
        return port.listening();
    }

    public RelayStatus status() {
        return status;
    }

    /** Who may join; empty for a relay without security. */
    public Optional<Administration> administration() {
        return Optional.ofNullable(security)
                .map(present -> new Administration(
                        services.access(),
                        services.session().events(),
                        services.data().auditState(),
                        present.identity().authority(),
                        reach,
                        new RequestedToken(settings.get().directory()),
                        this::mesh));
    }

    /** Where it is reached, which must not be inside the overlay. */
    OutsideAddresses outside() {
        return reach;
    }

    /** The join tokens that name addresses of this relay; none if it makes no certificates. */
    private Optional<JoinTokens> tokens() {
        return Optional.ofNullable(security)
                .flatMap(secured -> secured.identity().authority())
                .map(OverlayAuthority::tokens);
    }

    /** Tells everybody, closes everything and ends all threads within a few seconds. */
    @Override
    public void close() {
        closed.set(true);
        port.close();
        Mesh others = mesh();
        if (others != null) {
            others.close();
        }
        services.controls().end(ErrorReport.fatal(ErrorCode.STOPPING, "the relay stops"));
        services.access().close();
        if (sharing != null) {
            sharing.close();
        }
        if (security != null) {
            security.close();
        }
        loops.end();
        services.halfOpen().close();
        services.session().events().record(Kind.STOPPED, "", "", "");
        listeners.close();
        services.data().close();
        LOG.info("relay stopped");
    }
}
