package io.mnedc.device.control;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DeviceSession;
import io.mnedc.codec.session.Effect;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Target;
import io.mnedc.device.network.Membership;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.Scheduler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One control stream, from the attempt to connect to its end. On the control loop. */
public final class RelayAttempt extends ControlAttempt {
    /** How long a relay may take from the connection to the welcome. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private static final Duration FLUSH = Duration.ofSeconds(1);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(5);
    private static final int TICKS_PER_KEEPALIVE = 5;

    /** What comes of it; an attempt does not know whether somebody still wants to hear it. */
    interface Events {
        void registered(RelayAttempt attempt, Welcome welcome, Membership membership);

        void snapshot(RelayAttempt attempt, List<NodeRecord> nodes, long leftOut);

        void changed(RelayAttempt attempt, List<Change> changes);

        /** Another device says something. */
        void envelope(RelayAttempt attempt, Envelope envelope);

        /** The relay tells its time, and what to trust. */
        void credentialed(RelayAttempt attempt, Credentials credentials);

        /** The relay tells all relays of the overlay. */
        void relays(RelayAttempt attempt, Relays told);

        /** The relay says something after which the connection goes on. */
        void noticed(RelayAttempt attempt, ErrorReport notice);

        /** It is over by itself; called once, and nothing after it. */
        void ended(RelayAttempt attempt, String why);
    }

    private final Target target;
    private final DeviceSession session;
    private final Hello hello;
    private final boolean sealed;
    private final Events events;
    private final GapWatch gaps = new GapWatch();
    private CompletableFuture<Void> gone = new CompletableFuture<>();
    private @Nullable ErrorReport refusal;
    private boolean distrusted;
    private long registeredAt;
    private long heard = System.nanoTime();
    private boolean registered;
    private Duration keepalive = Duration.ZERO;

    RelayAttempt(Target target, Hello hello, PeerBound bound, Scheduler loop, Events events) {
        super(loop);
        this.target = target;
        this.hello = hello;
        this.sealed = hello.security() == Protocol.SECURITY_TLS;
        this.session = new DeviceSession(hello, HANDSHAKE.toNanos(), bound, System.nanoTime());
        this.events = events;
    }

    /** {@return the relay as it is configured} */
    public RelayAddress relay() {
        return target.relay();
    }

    /** {@return what this device has said first} */
    public Hello hello() {
        return hello;
    }

    /** {@return what it is connected to: where the data stream is to be opened} */
    public Target target() {
        return target;
    }

    /** {@return the addresses of both ends of the connection, as far as they are known} */
    public List<InetAddress> ends() {
        ControlStream open = stream();
        return Stream.of(target.address(), open == null ? null : open.local())
                .filter(Objects::nonNull)
                .map(InetSocketAddress::getAddress)
                .filter(Objects::nonNull)
                .toList();
    }

    /** {@return why it ended, if the relay said so or broke the protocol} */
    @Nullable
    public ErrorReport refusal() {
        return refusal;
    }

    /** {@return whether it ended because the relay could not prove itself} */
    boolean distrusted() {
        return distrusted;
    }

    /** {@return whether it ended for a reason that somebody has to do something about} */
    public boolean lasting() {
        ErrorReport said = refusal;
        if (distrusted) {
            return !relay().isNeighbour();
        }
        return said != null
                && RefusalResponse.lasting(ControlMessage.codeOf(said).orElse(null));
    }

    boolean wasRegistered() {
        return registered;
    }

    /** {@return for how long it has been registered, in nanoseconds} */
    long registeredNanos() {
        return registered ? System.nanoTime() - registeredAt : 0;
    }

    /** {@return whether it was registered, and the relay has said nothing for more than two keepalive intervals} */
    boolean silent() {
        return registered && System.nanoTime() - heard > 2 * keepalive.toNanos();
    }

    /** {@return when the relay last said something, as {@link System#nanoTime}} */
    long heardNanos() {
        return heard;
    }

    /**
     * Looks whether large messages get through.
     *
     * @param elsewhere when the relay was last heard on another connection
     */
    boolean stuck(Paths paths, long elsewhere) {
        ControlStream open = stream();
        if (open == null || over()) {
            return false;
        }
        long last = elsewhere - heard > 0 ? elsewhere : heard;
        return paths.state(open.local(), target.address())
                .filter(state -> gaps.stuck(System.nanoTime(), state, last))
                .isPresent();
    }

    /** Has this completed when the socket is closed; at once if there is nobody to take leave of. */
    void tellWhenGone(CompletableFuture<Void> told) {
        gone = told;
        if (stream() == null) {
            told.complete(null);
        }
    }

    /** Sends a message that only a registered device may send; does nothing if it is not, or no longer. */
    void tell(ControlMessage message) {
        if (session.state() == DeviceSession.State.REGISTERED) {
            send(message);
        }
    }

    /** Ends it in order; {@link Events#ended} is not called any more. */
    void leave(String reason) {
        if (finish()) {
            run(session.leave(reason));
        }
    }

    @Override
    void begin(ControlStream opened) {
        deadline(HANDSHAKE.plusMillis(1), this::tick);
        run(session.start());
    }

    @Override
    public void message(ControlMessage message) {
        heard = System.nanoTime();
        run(session.received(message, heard));
    }

    @Override
    public void broken(ProtocolException broken) {
        if (refusal == null) {
            refusal = ErrorReport.fatal(broken.code(), String.valueOf(broken.getMessage()));
        }
        List<Effect> effects = session.broken(broken);
        ControlStream open = stream();
        if (effects.isEmpty() && open != null) {
            open.close();
        }
        run(effects);
    }

    @Override
    public void tick() {
        run(session.tick(System.nanoTime()));
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        String why = cause == null ? "the relay closed the connection" : PlainText.of(cause);
        distrusted = PeerCertificates.refused(cause);
        end(why);
        gone.complete(null);
    }

    /** Does what the session wants. */
    private void run(List<Effect> effects) {
        for (Effect effect : effects) {
            // a chain: switching over patterns is not in Java 17
            if (effect instanceof Effect.Send send) {
                send(send.message());
            } else if (effect instanceof Effect.Close close) {
                end(close.why());
                flushAndClose();
            } else if (effect instanceof Effect.Registered welcomed) {
                welcomed(welcomed.welcome());
            } else if (effect instanceof Effect.Reported reported) {
                reported(reported.report());
            } else if (over()) {
                return;
            } else if (effect instanceof Effect.Snapshot snapshot) {
                events.snapshot(this, snapshot.nodes(), snapshot.leftOut());
            } else if (effect instanceof Effect.Changes changes) {
                events.changed(this, changes.changes());
            } else if (effect instanceof Effect.Forward forward) {
                events.envelope(this, forward.envelope());
            } else if (effect instanceof Effect.Credentialed credentialed) {
                events.credentialed(this, credentialed.credentials());
            } else if (effect instanceof Effect.RelaysTold told) {
                events.relays(this, told.relays());
            }
        }
    }

    private void send(ControlMessage message) {
        ControlStream open = stream();
        if (open != null) {
            open.send(message);
        }
    }

    private void flushAndClose() {
        ControlStream open = stream();
        if (open != null) {
            open.closeAfterSent();
            // a frozen relay takes nothing
            deadline(FLUSH, open::close);
        }
    }

    private void welcomed(Welcome welcome) {
        ControlStream open = stream();
        if (over() || open == null) {
            return;
        }
        Membership membership;
        try {
            membership = Membership.of(welcome, sealed);
        } catch (ProtocolException e) {
            broken(e);
            return;
        }
        registered = true;
        registeredAt = System.nanoTime();
        keepalive = Duration.ofMillis(welcome.keepaliveMillis());
        cancelDeadline();
        open.allowLargeMessages();
        Duration period = Duration.ofMillis(Math.max(20, welcome.keepaliveMillis() / TICKS_PER_KEEPALIVE));
        open.tickEvery(period.compareTo(LONGEST_TICK) > 0 ? LONGEST_TICK : period);
        events.registered(this, welcome, membership);
    }

    private void reported(ErrorReport report) {
        if (report.fatal()) {
            refusal = report;
        } else if (!over()) {
            events.noticed(this, report);
        }
    }

    private void end(String why) {
        cancelDeadline();
        if (finish()) {
            events.ended(this, why);
        }
    }
}
