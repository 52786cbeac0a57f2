package io.mnedc.relay.mesh;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.Effect;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.forward.Destination;
import io.mnedc.relay.session.Envelopes;
import io.mnedc.relay.session.OtherRelays;
import io.mnedc.relay.session.RemoteDevice;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.trust.Links;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.trust.Signing;
import io.mnedc.relay.work.Workers;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.Scheduler;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This relay among the others of its overlay. Of two relays, the one whose ID comes first dials the other. Each tells the other its
 * devices; a frame for a device of another relay goes there and no further.
 */
public final class Mesh implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);
    /** How many devices of another relay are kept while it is not known how many addresses there are. */
    private static final int MOST_WITHOUT_POOL = 1 << 16;

    private static final int STORE_SECONDS = 30;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofHours(1);
    /** How many looks there are from one look at all devices of other relays to the next. */
    private static final int LOOKS_AT_DEVICES = 10;

    /** What the mesh works with. */
    public record Services(SessionServices session, ControlLoop loop, List<DataLoop> data, RelaySecurity security) {
        /** Copies the list. */
        public Services {
            data = List.copyOf(data);
        }
    }

    private final Services services;
    private final String own;
    private final Supplier<List<String>> addresses;
    private final Sessions sessions;
    private final Envelopes envelopes;
    private final Membership membership;
    private final Claims claims;
    private final ThreadPoolExecutor lookUps = Workers.start("relay-mesh", 1, 64);
    // changed on the control loop only; looked at by any thread
    private final Map<String, Neighbour> neighbours = new ConcurrentHashMap<>();
    private final List<Scheduler.Timer> timers;
    private final RelayAnnouncer announcer;
    private final Drain drain;
    /** What was asked for last. */
    private final AtomicBoolean draining = new AtomicBoolean();

    private final Load load = new Load();
    private volatile @Nullable Member self;
    /** The fingerprint of this relay's key; empty: it is not known yet. */
    private volatile String key = "";

    private final LocalDevices local = new LocalDevices();
    private final SigningRequests signing;
    private final SigningForOthers signingForOthers;

    private boolean closed;
    private int looks;

    private Mesh(Services services, String own, Supplier<List<String>> addresses) {
        this.services = services;
        this.own = own;
        this.addresses = addresses;
        this.sessions = services.session.sessions();
        this.envelopes = new Envelopes(sessions, services.session.counters());
        this.announcer = new RelayAnnouncer(services.loop, local::all, System::nanoTime);
        this.drain = new Drain(services.loop, local::all, this::isLinked, announcer::isDone);
        this.claims = new Claims(own, services.loop, sessions, neighbours::isEmpty);
        this.membership = new Membership(services.loop, new Members());
        this.signing = new SigningRequests(services.loop, this::signers, services.session.counters());
        this.signingForOthers = new SigningForOthers(
                services.loop, services.security.passedOn(), services.session.refusals(), System::nanoTime);
        this.timers = List.of(
                services.loop.repeat(LOOK, this::look),
                services.loop.repeat(
                        SWEEP,
                        () -> claims.sweep(id -> {
                            var allocator = services.session.leases().allocator();
                            return allocator == null || allocator.lease(id).isPresent();
                        })));
    }

    /**
     * Begins. The other relays become known by {@link #store}.
     *
     * @param own this relay's ID, of the form of a device ID; no other relay of the overlay has it
     * @param addresses where other relays reach this one now, each {@code HOST:PORT}
     */
    public static Mesh start(Services services, String own, Supplier<List<String>> addresses) {
        Mesh mesh = new Mesh(services, own, addresses);
        services.session.sessions().others(mesh.new Told());
        services.security.links(mesh.new Accepted());
        services.security.signing(mesh.signing);
        return mesh;
    }

    /** What the relays share is there, or, with null, is not there now: then the links stay, and what was known counts. */
    public void store(@Nullable OverlayStore now) {
        services.loop.execute(() -> {
            if (now == null || closed) {
                membership.detach();
                claims.detach();
            } else {
                membership.attach(now);
                claims.attach(now);
                look();
            }
        });
    }

    private void look() {
        if (closed) {
            return;
        }
        Workers.offer(lookUps, this::lookAtKey);
        enter();
        membership.again();
        claims.again();
        announce();
        services.security.renewOwn();
        if (++looks % LOOKS_AT_DEVICES == 0) {
            allocatorChanged();
        }
    }

    /** Keys may be in files or in slow hardware, so not on the control loop. */
    private void lookAtKey() {
        try {
            String now = services.security.identity().keyFingerprint();
            if (!now.equals(key)) {
                key = now;
                services.loop.execute(this::look);
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            LOG.debug("no identity now", e);
        }
    }

    private void enter() {
        if (!key.isEmpty()) {
            Member now = new Member(
                    own,
                    key,
                    addresses.get().stream().limit(Member.MOST_ADDRESSES).toList(),
                    services.session.identity().software(),
                    load.now(local.count(), services.session.budget(), drain.isOn(), System.nanoTime()),
                    services.security
                            .identity()
                            .authority()
                            .filter(OverlayAuthority::issues)
                            .isPresent());
            self = now;
            membership.own(now);
        }
    }

    /** Tells the devices of the relays, if there is something new. */
    private void announce() {
        if (!closed) {
            announcer.relays(new Relays(membership.all().stream()
                    .limit(Protocol.MAX_RELAYS)
                    .map(Member::told)
                    .toList()));
        }
    }

    /** Who leases addresses is another one, or leases others: what was told of devices is looked at again. */
    public void allocatorChanged() {
        services.loop.execute(
                () -> neighbours.values().forEach(each -> each.devices().tellAgain()));
    }

    /**
     * Another relay, as people see it.
     *
     * @param relayId its ID
     * @param addresses where it is dialled
     * @param software what it runs
     * @param up whether it is connected
     * @param frames whether frames flow
     * @param devices how many devices are registered there
     * @param load how busy it says it is, as {@link Member#load}
     * @param signs whether it says that it can make certificates
     * @param problem why it is not connected; empty if it is, or nobody has tried yet
     */
    public record View(
            String relayId,
            List<String> addresses,
            String software,
            boolean up,
            boolean frames,
            int devices,
            int load,
            boolean signs,
            String problem) {}

    /** {@return the other relays of the overlay; any thread} */
    public List<View> view() {
        return neighbours.values().stream().map(Neighbour::view).toList();
    }

    /** {@return this relay in the same form; any thread} */
    public View self() {
        Member now = self;
        int devices = local.count();
        return now == null
                ? new View(own, List.of(), "", true, true, devices, 0, false, "")
                : new View(own, now.addresses(), now.software(), true, true, devices, now.load(), now.signs(), "");
    }

    /** The links to relays that can make certificates; any thread. */
    private List<LinkStream> signers() {
        return neighbours.values().stream()
                .flatMap(each -> each.signer().stream())
                .toList();
    }

    /** Whether another relay is connected; any thread. */
    private boolean isLinked() {
        return neighbours.values().stream().anyMatch(Neighbour::isUp);
    }

    /**
     * Begins to empty this relay: its devices are asked to go to other relays, a few at a time. Any thread.
     *
     * @return how many devices are registered here now
     * @throws IllegalStateException if no other relay is connected
     */
    public int drain() {
        if (!isLinked()) {
            throw new IllegalStateException(
                    "no other relay of the overlay is connected, so this one's devices have nowhere to go");
        }
        int devices = local.count();
        draining.set(true);
        services.loop.execute(() -> {
            drain.begin();
            look();
        });
        return devices;
    }

    /**
     * Takes devices again. Any thread.
     *
     * @return whether this relay was being emptied
     */
    public boolean undrain() {
        boolean was = draining.getAndSet(false);
        services.loop.execute(() -> {
            drain.end();
            look();
        });
        return was;
    }

    /**
     * Takes a relay out of the overlay for good; this one, too. Any thread; waits for the store.
     *
     * @return whether it was one of the overlay
     * @throws IllegalStateException if it is this one, and no other one is connected
     * @throws IOException if the store does not answer
     */
    public boolean remove(String relayId) throws IOException {
        if (relayId.equals(own) && !isLinked()) {
            throw new IllegalStateException(
                    "no other relay of the overlay is connected: if this one leaves, nobody can serve its devices");
        }
        try {
            return membership.remove(relayId).toCompletableFuture().get(STORE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the store that the relays share did not answer: try again later", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Tells the other relays that a device was shut out, or is let in again: the store of one of them may be silent. Any thread. */
    public void revoked(String deviceId, boolean out) {
        var news = new Revocation(deviceId, out);
        neighbours.values().forEach(each -> each.tell(news));
    }

    private final class Members implements Membership.Watcher {
        @Override
        public void removedSelf() {
            LOG.error("This relay was taken out of the overlay: its devices are asked to go to other relays."
                    + " To bring it back, it must join again by a token, with another key");
            drain.leave();
        }

        @Override
        public void member(Member now) {
            if (closed) {
                return;
            }
            Neighbour neighbour = neighbours.get(now.relayId());
            if (neighbour == null) {
                LOG.info("relay {} at {} is one of this overlay", now.relayId(), now.addresses());
                neighbour = new Neighbour(now, new Linking(), services, lookUps, own.compareTo(now.relayId()) < 0);
                neighbours.put(now.relayId(), neighbour);
                neighbour.begin();
            } else {
                neighbour.member(now);
            }
            announce();
        }

        @Override
        public void removed(String relayId) {
            Neighbour neighbour = neighbours.remove(relayId);
            if (neighbour != null) {
                LOG.info("relay {} is none of this overlay any more", relayId);
                neighbour.end("this relay is none of the overlay any more");
            }
            announce();
        }
    }

    /** What happens to devices that are registered here. */
    private final class Told implements OtherRelays {
        @Override
        public String own() {
            return own;
        }

        @Override
        public boolean alone() {
            return neighbours.isEmpty();
        }

        @Override
        public Fence known(String deviceId) {
            return claims.known(deviceId);
        }

        @Override
        public void registered(Session session) {
            if (local.put(session)) {
                announcer.registered(session);
            }
            if (!session.fence().settled()) {
                services.loop.execute(() -> claims.claim(session));
            }
        }

        @Override
        public void left(Session session) {
            local.remove(session);
            services.loop.execute(() -> {
                claims.forget(session);
                // it may have been at another relay all the time, which was beaten by this session
                neighbours.values().forEach(each -> each.devices().offer(session.deviceId()));
            });
        }

        @Override
        public Optional<ErrorReport> refusal() {
            return drain.refusal();
        }
    }

    /** Connections of relays that have dialled. */
    private final class Accepted implements Links {
        @Override
        public ControlStream.Handler accept(HalfOpen.Entry entry, List<X509Certificate> chain) {
            return new LinkStream(
                    new Linking(),
                    hello(),
                    "",
                    services.session.settings().get().handshake(),
                    chain,
                    entry::release);
        }
    }

    private RelayHello hello() {
        return new RelayHello(
                own,
                services.session.identity().epoch(),
                services.session.identity().software(),
                (int) services.session.settings().get().keepalive().toMillis());
    }

    /** What links ask and tell. */
    final class Linking implements LinkStream.Owner, RemoteDevices.Watcher {
        RelayHello greeting() {
            return hello();
        }

        @Override
        public void check(List<X509Certificate> chain, Runnable accepted, Consumer<String> refused) {
            services.security.admitRelay(chain, accepted, report -> refused.accept(report.sentence()));
        }

        @Override
        public Optional<RelayWelcome> greeted(LinkStream link, RelayHello hello) throws ProtocolException {
            Neighbour neighbour = neighbour(link, hello);
            if (link.dialling()) {
                return Optional.empty();
            }
            RelayWelcome offer = new RelayWelcome(
                    services.session.random().id(), services.session.random().opaque(Protocol.SECRET));
            neighbour.offer(offer);
            return Optional.of(offer);
        }

        private Neighbour neighbour(LinkStream link, RelayHello hello) throws ProtocolException {
            if (hello.relayId().equals(own)) {
                throw new ProtocolException(
                        ErrorCode.ID_MISMATCH,
                        "both relays are called " + own
                                + ": if the data directory of one is a copy, remove relay.id there");
            }
            Neighbour neighbour = neighbours.get(hello.relayId());
            Optional<Member> member = membership.find(hello.relayId());
            if (closed || neighbour == null || member.isEmpty()) {
                throw new ProtocolException(
                        ErrorCode.CERTIFICATE_REFUSED,
                        "relay " + hello.relayId() + " is not, or not yet, among the relays of this overlay");
            }
            if (!Fingerprints.of(link.chain().get(0).getPublicKey())
                    .equals(member.get().key())) {
                throw new ProtocolException(
                        ErrorCode.CERTIFICATE_REFUSED,
                        "the key is not the one by which relay " + hello.relayId() + " has entered the overlay");
            }
            if (!link.dialling() && neighbour.dials()) {
                throw new ProtocolException(
                        ErrorCode.PROTOCOL_VIOLATION, "of these two relays, " + own + " is the one that dials");
            }
            return neighbour;
        }

        @Override
        public RegistrationFeed up(LinkStream link, ControlStream stream) {
            Neighbour neighbour = neighbours.get(link.relayId());
            if (neighbour != null) {
                neighbour.up(link);
            }
            return local.feed(link, stream);
        }

        @Override
        public void welcomed(LinkStream link, RelayWelcome welcome) {
            of(link).ifPresent(neighbour -> neighbour.welcomed(link, welcome));
        }

        @Override
        public void heard(LinkStream link, Effect effect) {
            Optional<Neighbour> neighbour = of(link);
            if (neighbour.isEmpty()) {
                return;
            }
            if (effect instanceof Effect.RegisteredThere there) {
                if (!neighbour.get().devices().take(there.part(), there.changes(), mostDevices())) {
                    link.end(
                            ErrorCode.LIMIT_EXCEEDED,
                            "relay " + link.relayId() + " tells of more devices than the pool has addresses");
                }
            } else if (effect instanceof Effect.SignatureWanted wanted) {
                signingForOthers.wanted(link, wanted.request());
            } else if (effect instanceof Effect.RevokedThere there) {
                services.session
                        .access()
                        .hear(
                                link.relayId(),
                                there.revocation().deviceId(),
                                there.revocation().revoked());
            } else if (effect instanceof Effect.SignatureAnswered answered) {
                signing.answered(link, answered.answer());
            } else if (effect instanceof Effect.Forward forward
                    && sessions.to(forward.envelope().source()) instanceof RemoteDevice device
                    && device.home().equals(neighbour.get().relay())) {
                envelopes.pass(device, forward.envelope());
            }
        }

        private Optional<Neighbour> of(LinkStream link) {
            return Optional.ofNullable(neighbours.get(link.relayId())).filter(neighbour -> neighbour.isLinkedBy(link));
        }

        private int mostDevices() {
            AddressAllocator allocator = services.session.leases().allocator();
            return allocator == null ? MOST_WITHOUT_POOL : allocator.network().capacity();
        }

        @Override
        public String deviceAt(int node) {
            Destination device = sessions.to(node);
            return device == null ? "" : device.deviceId();
        }

        @Override
        public void dataLost(LinkStream link) {
            of(link).ifPresent(Neighbour::dataLost);
        }

        @Override
        public void tick(LinkStream link) {
            of(link).ifPresent(Neighbour::tick);
        }

        @Override
        public void down(LinkStream link, String why) {
            local.end(link);
            Neighbour neighbour = neighbours.get(link.relayId());
            if (neighbour != null) {
                neighbour.down(link, why);
            }
            // now that this one is not asked any more
            signing.lost(link);
            signingForOthers.lost(link);
        }

        @Override
        public void arrived(RemoteDevice device) {
            if (services.session.leases().mayHave(device.deviceId(), device.node())) {
                services.session.leases().named(device.deviceId());
                sessions.arrived(device);
            }
        }

        @Override
        public void gone(RemoteDevice device) {
            sessions.gone(device);
            // another relay may have told of it before, and have lost against this one
            neighbours.values().forEach(each -> each.devices().offer(device.deviceId()));
        }
    }

    /** Ends all links; the devices of other relays are not known any more. Called on the control loop, or after its end. */
    @Override
    public void close() {
        services.security.links(null);
        services.security.signing(Signing.NONE);
        sessions.others(OtherRelays.NONE);
        services.loop.execute(() -> {
            closed = true;
            timers.forEach(Scheduler.Timer::cancel);
            drain.end();
            announcer.close();
            signing.close();
            List.copyOf(neighbours.values()).forEach(each -> each.end("the relay stops"));
            neighbours.clear();
            membership.detach();
            claims.detach();
        });
        Workers.end(lookUps);
    }
}
