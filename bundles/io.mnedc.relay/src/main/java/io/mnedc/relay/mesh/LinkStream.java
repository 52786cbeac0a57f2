package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.Effect;
import io.mnedc.codec.session.Keepalive;
import io.mnedc.codec.session.LinkSession;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.PeerCertificates;
import io.mnedc.transport.ControlStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One control stream between this relay and another: does what {@link LinkSession} says. All on the stream's event loop. */
final class LinkStream implements ControlStream.Handler, SigningRequests.Signer {
    private static final Logger LOG = LoggerFactory.getLogger(LinkStream.class);

    /** What may wait in the stream before requests for certificates go elsewhere. */
    private static final long WINDOW = 256 << 10;

    /** What decides about links, and hears of them. On the control loop. */
    interface Owner {
        /**
         * Checks the certificates of a relay that this one has dialled.
         *
         * @param accepted told on any thread that they are those of a relay of the overlay
         * @param refused told on any thread why not
         */
        void check(List<X509Certificate> chain, Runnable accepted, Consumer<String> refused);

        /**
         * The other relay has said who it is.
         *
         * @return how its data stream is opened; empty if this relay has dialled
         * @throws ProtocolException if there is to be no link to it
         */
        Optional<RelayWelcome> greeted(LinkStream link, RelayHello hello) throws ProtocolException;

        /** {@return what tells the other relay of the devices that are registered here, now that the link is up} */
        RegistrationFeed up(LinkStream link, ControlStream stream);

        /** The other relay tells how the data stream is opened. */
        void welcomed(LinkStream link, RelayWelcome welcome);

        /** The other relay tells which devices are there, sends what a device of its has said, or asks for a certificate. */
        void heard(LinkStream link, Effect effect);

        /** {@return whose node it is; empty: nobody's now} */
        String deviceAt(int node);

        /** The data stream is lost while the link is up. */
        void dataLost(LinkStream link);

        /** Time passes: a few times in each keepalive interval. */
        void tick(LinkStream link);

        /** The link is over; called once. */
        void down(LinkStream link, String why);
    }

    private final Owner owner;
    private final LinkSession machine;
    private final Duration keepalive;
    private final boolean dialling;
    private final Runnable registered;
    private List<X509Certificate> chain;
    private String relayId;
    // read by other threads that send
    private volatile @Nullable ControlStream stream;
    private volatile @Nullable RegistrationFeed feed;
    private boolean greeted;
    private String why = "the connection was closed";

    /**
     * Begins.
     *
     * @param own what this relay says of itself
     * @param relayId the other relay, if this one dials; else empty
     * @param chain the other relay's certificates, checked; empty if they come later, because this relay dials
     * @param registered run when it is no stranger any more
     */
    LinkStream(
            Owner owner,
            RelayHello own,
            String relayId,
            Duration handshake,
            List<X509Certificate> chain,
            Runnable registered) {
        this.owner = owner;
        this.relayId = relayId;
        this.dialling = !relayId.isEmpty();
        this.chain = List.copyOf(chain);
        this.registered = registered;
        this.keepalive = Duration.ofMillis(own.keepaliveMillis());
        this.machine = new LinkSession(own, dialling, handshake.toNanos(), System.nanoTime());
    }

    /** {@return the other relay's certificates} */
    List<X509Certificate> chain() {
        return chain;
    }

    boolean dialling() {
        return dialling;
    }

    /** {@return the other relay's ID; empty before it has said it} */
    String relayId() {
        return relayId;
    }

    @Nullable
    InetSocketAddress remote() {
        ControlStream open = stream;
        return open == null ? null : open.remote();
    }

    long waitingBytes() {
        ControlStream open = stream;
        return open == null ? 0 : open.waitingBytes();
    }

    @Override
    public void secured(ControlStream secured, SSLSession session, String protocol) {
        if (!protocol.equals(OverlayTls.LINK)) {
            secured.close();
            return;
        }
        chain = PeerCertificates.of(session);
        owner.check(
                chain,
                () -> secured.execute(() -> secured.authenticated(this)),
                refusal -> secured.execute(() -> {
                    why = refusal;
                    secured.close();
                }));
    }

    @Override
    public void opened(ControlStream opened) {
        stream = opened;
        opened.tickEvery(keepalive.dividedBy(Keepalive.POLLS));
        if (dialling) {
            greet();
            perform(machine.start());
        }
    }

    private void greet() {
        ControlStream open = stream;
        if (!greeted && open != null) {
            greeted = true;
            open.send(Preamble.of(Preamble.StreamKind.CONTROL));
        }
    }

    @Override
    public void preamble(Preamble preamble) {
        greet();
        try {
            preamble.negotiate();
        } catch (ProtocolException e) {
            perform(machine.broken(e));
        }
    }

    @Override
    public void message(ControlMessage message) {
        perform(machine.received(message, System.nanoTime()));
    }

    @Override
    public void broken(ProtocolException broken) {
        perform(machine.broken(broken));
    }

    @Override
    public void tick() {
        perform(machine.tick(System.nanoTime()));
        if (machine.state() == LinkSession.State.UP) {
            owner.tick(this);
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        registered.run();
        owner.down(this, cause == null ? why : String.valueOf(cause.getMessage()));
    }

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                send(send.message());
            } else if (effect instanceof Effect.Close close) {
                why = close.why();
                closeAfterSent();
            } else if (effect instanceof Effect.Greeted said) {
                greeted(said.hello());
            } else if (effect instanceof Effect.Linked linked) {
                up();
                owner.welcomed(this, linked.welcome());
            } else if (effect instanceof Effect.Reported reported) {
                LOG.debug("relay {} reports: {}", relayId, reported.report().sentence());
            } else {
                owner.heard(this, effect);
            }
        }
    }

    private void greeted(RelayHello hello) {
        try {
            if (dialling && !hello.relayId().equals(relayId)) {
                throw new ProtocolException(
                        ErrorCode.ID_MISMATCH, "dialled relay " + relayId + ", but this is relay " + hello.relayId());
            }
            relayId = hello.relayId();
            Optional<RelayWelcome> welcome = owner.greeted(this, hello);
            if (welcome.isPresent()) {
                perform(machine.accepted(welcome.get(), System.nanoTime()));
                up();
            }
        } catch (ProtocolException e) {
            perform(machine.broken(e));
        }
    }

    private void up() {
        ControlStream open = stream;
        if (open != null && machine.state() == LinkSession.State.UP) {
            registered.run();
            open.allowLargeMessages();
            RegistrationFeed telling = owner.up(this, open);
            feed = telling;
            open.execute(telling);
        }
    }

    /** Sends an envelope of a device, behind its registration; if the other relay cannot know of the device now, it is dropped. */
    void pass(Envelope message) {
        ControlStream open = stream;
        RegistrationFeed telling = feed;
        if (open != null && telling != null) {
            open.execute(() -> {
                if (telling.tellNow(owner.deviceAt(message.source()))) {
                    // not as an answer, for which a slow peer would be read no more
                    open.sendNow(ControlCodec.encode(message));
                }
            });
        }
    }

    @Override
    public boolean ask(SignRequest request) {
        ControlStream open = stream;
        if (open == null || open.waitingBytes() > WINDOW) {
            return false;
        }
        ByteBuffer encoded = ControlCodec.encode(request);
        // not as an answer, for which a slow peer would be read no more
        open.execute(() -> open.sendNow(encoded));
        return true;
    }

    /** Tells what is of use at once only: not if much waits already. Any thread. */
    void tell(ControlMessage message) {
        ControlStream open = stream;
        // nothing before the link is up
        if (open != null && feed != null && open.waitingBytes() <= WINDOW) {
            ByteBuffer encoded = ControlCodec.encode(message);
            open.execute(() -> open.sendNow(encoded));
        }
    }

    /** Answers the other relay's request for a certificate. Any thread. */
    void answer(SignAnswer answer) {
        send(answer);
    }

    /** The data stream is lost. Any thread. */
    void dataLost() {
        ControlStream open = stream;
        if (open != null) {
            open.execute(() -> owner.dataLost(this));
        }
    }

    /** Ends the link. On the control loop. */
    void end(ErrorCode code, String sentence) {
        perform(machine.refused(ErrorReport.fatal(code, sentence)));
    }

    private void send(ControlMessage message) {
        ControlStream open = stream;
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
}
