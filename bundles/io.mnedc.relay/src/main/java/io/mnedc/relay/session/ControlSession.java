package io.mnedc.relay.session;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.Effect;
import io.mnedc.codec.session.Keepalive;
import io.mnedc.codec.session.RelaySession;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.forward.Allowance;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.trust.Admissions;
import io.mnedc.relay.trust.Peer;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.trust.Renewals;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's control stream: does what {@link RelaySession} says. All on the stream's event loop. */
final class ControlSession implements Admissions.Admitted {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final int RETRY_MILLIS = 500;

    private final SessionServices services;
    private final Envelopes envelopes;
    private final RelaySession machine;
    private final RelaySettings settings;
    private final Consumer<ControlSession> over;
    private final HalfOpen.Entry entry;
    private final @Nullable Peer peer;
    private final @Nullable RelaySecurity security;
    // set on the event loop; other threads that end the session read it
    private volatile @Nullable ControlStream stream;
    private @Nullable Session session;
    private @Nullable Publish unpublished;
    private int minor = Protocol.MINOR;
    private boolean greeted;
    private @Nullable Renewals renewals;

    /**
     * Begins.
     *
     * @param entry the connection, released once the device is registered
     * @param peer whose it is, as TLS has proved; null for a stream without TLS
     * @param security who has checked that; null for a stream without TLS
     * @param over told when the stream is closed
     */
    ControlSession(
            SessionServices services,
            HalfOpen.Entry entry,
            @Nullable Peer peer,
            @Nullable RelaySecurity security,
            Consumer<ControlSession> over) {
        this.services = services;
        this.envelopes = new Envelopes(services.sessions(), services.counters());
        this.settings = services.settings().get();
        this.security = security;
        this.over = over;
        this.entry = entry;
        this.peer = peer;
        long now = System.nanoTime();
        this.machine = new RelaySession(
                peer == null ? Protocol.SECURITY_NONE : Protocol.SECURITY_TLS,
                entry.deadline() - now,
                settings.keepalive().toNanos(),
                now);
    }

    /** Whose it is; null without TLS. */
    @Nullable
    Peer peer() {
        return peer;
    }

    private Set<String> groups() {
        return peer == null ? Set.of() : peer.groups();
    }

    @Override
    public void opened(ControlStream opened) {
        stream = opened;
        Duration shorter =
                settings.keepalive().compareTo(settings.handshake()) < 0 ? settings.keepalive() : settings.handshake();
        opened.tickEvery(shorter.dividedBy(Keepalive.POLLS));
    }

    @Override
    public void preamble(Preamble preamble) {
        greet();
        try {
            minor = preamble.negotiate();
        } catch (ProtocolException e) {
            perform(machine.broken(e));
        }
    }

    @Override
    public void message(ControlMessage message) {
        long now = System.nanoTime();
        Session registered = session;
        if (registered == null || registered.accepts(message, now)) {
            perform(machine.received(message, now));
        } else {
            services.counters().add(Counter.DROP_MESSAGES, 1);
        }
    }

    @Override
    public void broken(ProtocolException broken) {
        perform(machine.broken(broken));
        closeAfterSent();
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        long patience = settings.keepalive().toNanos() * Keepalive.INTERVALS
                - settings.keepalive().toNanos() / Keepalive.POLLS;
        ControlStream open = stream;
        if (open != null && open.stuckNanos(now) >= patience) {
            perform(machine.refused(ErrorReport.fatal(
                    ErrorCode.TIMED_OUT, "the device has read nothing for three keepalive intervals")));
        } else if (open == null || !open.paused()) {
            // while it is not read, its silence says nothing
            perform(machine.tick(now));
        }
        Session registered = session;
        Publish waiting = unpublished;
        if (registered != null && waiting != null) {
            publish(registered, waiting, now);
        }
        DataStream data = registered == null ? null : registered.data();
        if (data != null && now - data.lastHeardNanos() >= patience) {
            services.log().info(name(), "has a silent data stream, which is closed");
            data.close();
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        entry.release();
        if (session == null
                && cause instanceof ProtocolException broken
                && machine.state() != RelaySession.State.CLOSED) {
            count(ErrorReport.fatal(broken.code(), String.valueOf(broken.getMessage())));
        }
        leave(cause == null ? "connection closed" : String.valueOf(cause.getMessage()));
        // a lease that is still being made must not register a closed connection
        perform(machine.refused(ErrorReport.fatal(ErrorCode.STOPPING, "connection closed")));
        over.accept(this);
    }

    /** Everybody hears of it: what comes too fast waits for the next tick, and only the last of it counts. */
    private void publish(Session registered, Publish said, long now) {
        boolean due = registered.allowance().publish(now);
        unpublished = due ? null : said;
        if (due) {
            int told = services.sessions().publish(registered, said);
            registered.allowance().published(told, now);
        }
    }

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                if (send.message() instanceof ErrorReport report) {
                    count(report);
                }
                send(send.message());
            } else if (effect instanceof Effect.Close close) {
                leave(close.why());
                closeAfterSent();
            } else if (effect instanceof Effect.Lease lease) {
                lease(lease.hello());
            } else if (effect instanceof Effect.Published published && session != null) {
                publish(session, published.publication(), System.nanoTime());
            } else if (effect instanceof Effect.Forward forward && session != null) {
                envelopes.pass(session, forward.envelope());
            } else if (effect instanceof Effect.Renewal renewal && renewals != null) {
                renewals.requested(renewal.request(), System.nanoTime());
            } else if (effect instanceof Effect.Reported reported) {
                // at the device's will: not for the log of every day
                LOG.debug("{} reports: {}", name(), reported.report().sentence());
            }
        }
    }

    private void count(ErrorReport report) {
        Counter kind = Counter.of(report);
        if (session == null && kind == null && report.code() == ErrorCode.INTERNAL.number()) {
            kind = Counter.REFUSED_LEASE;
        }
        boolean ofRegistered = kind == Counter.REFUSED_TIMEOUT || kind == Counter.REFUSED_LIMIT;
        if (kind != null && session == null) {
            entry.refuse(kind, report.sentence());
        } else if (kind != null && !ofRegistered) {
            services.refusals().add(kind, name(), report.sentence());
        }
    }

    private void lease(Hello hello) {
        if (peer != null && !peer.deviceId().equals(hello.deviceId())) {
            perform(machine.refused(ErrorReport.fatal(
                    ErrorCode.ID_MISMATCH,
                    "the device calls itself " + hello.deviceId() + ", but its certificate is for " + peer.deviceId()
                            + ": set device.id = " + peer.deviceId() + ", or enrol it again")));
            return;
        }
        Optional<ErrorReport> refusal =
                services.access().refusal(hello.deviceId()).or(services.sessions()::refusal);
        if (refusal.isPresent()) {
            perform(machine.refused(refusal.get()));
            return;
        }
        AddressAllocator allocator = services.leases().allocator();
        if (allocator == null) {
            refuse(ErrorCode.LEASE_UNAVAILABLE, "the relay has no address allocator now");
            return;
        }
        allocator
                .allocate(hello.deviceId())
                .whenComplete((lease, failure) -> execute(() -> {
                    if (lease != null) {
                        leased(hello, lease);
                    } else {
                        refused(failure);
                    }
                }));
    }

    private void leased(Hello hello, Lease lease) {
        AddressAllocator allocator = services.leases().allocator();
        if (allocator == null || !Session.fits(lease, allocator.network())) {
            refuse(ErrorCode.LEASE_UNAVAILABLE, "the pool changed meanwhile");
            return;
        }
        VirtualNetwork network = allocator.network();
        ControlStream open = stream;
        if (open == null || machine.state() != RelaySession.State.LEASING) {
            return;
        }
        DeviceLabels.Settled label = services.leases().label(lease, allocator);
        Opaque secret = services.random().opaque(Protocol.SECRET);
        long id = services.random().id();
        Welcome welcome = new Welcome(
                minor,
                id,
                secret,
                lease.node(),
                ByteBuffer.wrap(network.network().getAddress()).getInt(),
                network.prefixLength(),
                ByteBuffer.wrap(network.ulaPrefix().getAddress()).getLong(),
                (int) settings.keepalive().toMillis(),
                services.identity().epoch(),
                services.identity().software(),
                label.label());
        Session registered = new Session(
                hello,
                groups(),
                lease,
                label.label(),
                network,
                id,
                secret,
                open,
                this::dismiss,
                new Allowance(() -> services.settings().get().policy().limits(), System.nanoTime()),
                services.events(),
                services.budget()::scarce);
        open.allowLargeMessages();
        // the registry sends the welcome itself, so that nothing can come before it
        if (!machine.leased(welcome, System.nanoTime()).isEmpty()) {
            session = registered;
            entry.release();
            services.sessions().join(registered, welcome);
            if (security != null && peer != null) {
                registered.send(security.greeting());
                renewals = security.renewals(peer, open);
            }
            label.tell(registered, services.log());
            services.leases().dismissIfReaddressed(registered);
            // it may have been shut out since it was let in
            services.access().refusal(hello.deviceId()).ifPresent(registered::dismiss);
            services.events()
                    .record(
                            Kind.JOINED,
                            hello.deviceId(),
                            remote(),
                            lease.ipv4().getHostAddress() + (groups().isEmpty() ? "" : " groups " + groups()));
            services.log()
                    .info(
                            hello.deviceId(),
                            "joined from " + remote() + " as " + lease.ipv4().getHostAddress());
        }
    }

    private void refused(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof AllocationException refused) {
            ErrorCode code = switch (refused.reason()) {
                case POOL_EXHAUSTED -> ErrorCode.POOL_EXHAUSTED;
                case RESERVATION_TAKEN -> ErrorCode.RESERVATION_TAKEN;
                case DEVICE_ID_INVALID -> ErrorCode.DEVICE_ID_INVALID;
                case STORE_FAILED, STOPPING -> ErrorCode.LEASE_UNAVAILABLE;
            };
            refuse(code, String.valueOf(refused.getMessage()));
        } else {
            LOG.error("no lease for {}", remote(), cause);
            refuse(ErrorCode.INTERNAL, "the relay could not lease an address; its log tells why");
        }
    }

    private void refuse(ErrorCode code, String sentence) {
        perform(machine.refused(new ErrorReport(code.number(), sentence, true, RETRY_MILLIS)));
    }

    @Override
    public void dismiss(ErrorReport report) {
        execute(() -> perform(machine.refused(report)));
    }

    private void leave(String why) {
        Session registered = session;
        session = null;
        if (registered == null) {
            return;
        }
        boolean was = services.sessions().leave(registered);
        // only now: a data stream that is being bound either finds no session any more, or is found here
        registered.unbind();
        if (was) {
            services.leases().left(registered.deviceId());
            services.events().record(Kind.LEFT, registered.deviceId(), registered.remote(), why);
            services.log().info(registered.deviceId(), "left: " + why);
        }
    }

    /** Whatever is said first comes behind the preamble, also to a device that has said nothing yet. */
    private void greet() {
        ControlStream open = stream;
        if (!greeted && open != null) {
            greeted = true;
            open.send(Preamble.of(Preamble.StreamKind.CONTROL));
        }
    }

    private void send(ControlMessage message) {
        ControlStream open = stream;
        greet();
        if (open != null) {
            open.send(message);
        }
    }

    private void closeAfterSent() {
        ControlStream open = stream;
        if (open != null) {
            open.closeAfterSent();
        }
    }

    private void execute(Runnable task) {
        ControlStream open = stream;
        if (open != null) {
            open.execute(task);
        }
    }

    private String name() {
        Session registered = session;
        return registered == null ? remote() : registered.deviceId();
    }

    private String remote() {
        ControlStream open = stream;
        InetSocketAddress remote = open == null ? null : open.remote();
        return remote == null ? "a closed connection" : Acceptor.text(remote);
    }
}
