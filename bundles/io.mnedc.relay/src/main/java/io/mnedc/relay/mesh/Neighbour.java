package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.session.Keepalive;
import io.mnedc.relay.forward.DialledBinding;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.work.Workers;
import io.mnedc.transport.BackOff;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.DataStream;
import io.mnedc.work.LogLimiter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One other relay of the overlay: keeps the link to it, if this relay is the one that dials, and its devices. On the control loop. */
final class Neighbour {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbour.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    private static final Duration LINES_APART = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** How long the devices of a relay that is lost stay known: most of them register elsewhere meanwhile. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Mesh.Linking mesh;
    private final Mesh.Services services;
    private final Executor lookUps;
    private final boolean dials;
    private final PeerRelay relay;
    private final RemoteDevices devices;
    private final LogLimiter log = new LogLimiter(LINES_APART);
    private final BackOff pauses = new BackOff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private final BackOff dataPauses = new BackOff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private volatile Member member;
    private int tries;
    private volatile @Nullable LinkStream link;
    /** The connection that this relay has dialled and that is not a link yet. */
    private @Nullable LinkStream attempt;

    private @Nullable RelayWelcome welcome;
    private @Nullable RelayWelcome offered;
    private int links;
    private int ticks;
    private volatile String problem = "";
    private boolean over;

    Neighbour(Member member, Mesh.Linking mesh, Mesh.Services services, Executor lookUps, boolean dials) {
        SessionServices session = services.session();
        this.member = member;
        this.mesh = mesh;
        this.services = services;
        this.lookUps = lookUps;
        this.dials = dials;
        this.relay = new PeerRelay(
                member.relayId(), session.sessions(), session.random().opaque(Protocol.SECRET));
        this.devices = new RemoteDevices(relay, session.random(), mesh);
    }

    boolean dials() {
        return dials;
    }

    PeerRelay relay() {
        return relay;
    }

    RemoteDevices devices() {
        return devices;
    }

    /** {@return whether it is connected; any thread} */
    boolean isUp() {
        return link != null;
    }

    /** {@return the link to it, if it is connected and says that it has the CA's key; any thread} */
    Optional<LinkStream> signer() {
        return member.signs() ? Optional.ofNullable(link) : Optional.empty();
    }

    /** Tells it something, if it is linked. Any thread. */
    void tell(ControlMessage message) {
        LinkStream present = link;
        if (present != null) {
            present.tell(message);
        }
    }

    boolean isLinkedBy(LinkStream other) {
        return other.equals(link);
    }

    Mesh.View view() {
        return new Mesh.View(
                member.relayId(),
                member.addresses(),
                member.software(),
                link != null,
                relay.data() != null,
                devices.count(),
                member.load(),
                member.signs(),
                problem);
    }

    /** Its entry has changed: a link by another key must go, and other addresses are tried. */
    void member(Member now) {
        boolean otherKey = !now.key().equals(member.key());
        member = now;
        pauses.reset();
        LinkStream present = link;
        if (otherKey && present != null) {
            present.end(ErrorCode.CERTIFICATE_REFUSED, "relay " + now.relayId() + " has another key now");
        }
    }

    void begin() {
        if (dials) {
            dial();
        }
    }

    private void dial() {
        List<String> addresses = member.addresses();
        if (over || link != null) {
            return;
        }
        if (addresses.isEmpty()) {
            failed("it tells no address");
            return;
        }
        String address = addresses.get(Math.floorMod(tries++, addresses.size()));
        boolean taken = Workers.offer(lookUps, () -> {
            try {
                InetAddress host = InetAddress.getByName(Member.host(address));
                connect(new InetSocketAddress(host, Member.port(address)));
            } catch (UnknownHostException e) {
                services.loop().execute(() -> failed("its host name " + Member.host(address) + " is unknown"));
            } catch (RuntimeException e) {
                services.loop().execute(() -> failed(String.valueOf(e.getMessage())));
            }
        });
        if (!taken) {
            failed("too many look-ups of names at a time");
        }
    }

    /** On a thread that may block: an engine is made of keys that may be in slow hardware. */
    private void connect(InetSocketAddress remote) {
        LinkStream dialled = new LinkStream(mesh, mesh.greeting(), member.relayId(), HANDSHAKE, List.of(), () -> {
            // nobody counts it
        });
        services.loop().execute(() -> attempt = dialled);
        ControlStream.connect(
                services.loop(), remote, CONNECT, services.security().linking(HANDSHAKE), dialled);
    }

    private void failed(String why) {
        if (over || link != null) {
            return;
        }
        if (log.may(System.nanoTime())) {
            LOG.info("no link to relay {} at {}: {}", member.relayId(), member.addresses(), why);
        }
        problem = why;
        if (dials) {
            services.loop().schedule(pauses.next(), this::dial);
        }
    }

    /** It has dialled, is who it says, and is told how to open the data stream. */
    void offer(RelayWelcome told) {
        offered = told;
    }

    /** The link is up: one before must go. */
    void up(LinkStream now) {
        LinkStream before = link;
        if (before != null) {
            unlink();
        }
        RelayWelcome told = now.dialling() ? null : offered;
        offered = null;
        welcome = told;
        link = now;
        links++;
        problem = "";
        pauses.reset();
        dataPauses.reset();
        LOG.info("linked with relay {} at {}", member.relayId(), now.remote());
        if (before != null) {
            before.end(ErrorCode.REPLACED, "a newer link has replaced this one");
        }
        if (told != null) {
            relay.link(now, told.secret());
            services.session().sessions().linked(told.sessionId(), relay);
        }
    }

    /** The other one has accepted the link: opens the data stream. */
    void welcomed(LinkStream now, RelayWelcome told) {
        relay.link(now, told.secret());
        welcome = told;
        openData();
    }

    private void openData() {
        LinkStream present = link;
        RelayWelcome told = welcome;
        InetSocketAddress remote = present == null ? null : present.remote();
        if (over || !dials || present == null || told == null || remote == null || relay.data() != null) {
            return;
        }
        SessionServices session = services.session();
        DataLoop loop = services.data().get(Math.floorMod(links, services.data().size()));
        DialledBinding binding = new DialledBinding(
                loop,
                HANDSHAKE,
                relay,
                told,
                session.random().opaque(Protocol.NONCE),
                session.sessions().here(),
                session.counters(),
                session.refusals(),
                why -> services.loop().execute(() -> dataFailed(present, why)));
        loop.connect(remote, CONNECT, session.settings().get().stream(), null, binding);
    }

    private void dataFailed(LinkStream of, String why) {
        if (isLinkedBy(of)) {
            LOG.info("no frames to relay {}: {}", member.relayId(), why);
            dataLost();
        }
    }

    /** The data stream is lost: another one is opened a little later. */
    void dataLost() {
        if (dials) {
            services.loop().schedule(dataPauses.next(), this::openData);
        }
    }

    /** A few times in each keepalive interval: a stream of frames on which nothing comes is closed. */
    void tick() {
        if (++ticks % Keepalive.POLLS == 0) {
            relay.probe();
        }
        DataStream data = relay.data();
        if (data != null) {
            dataPauses.reset();
        }
        long patience = services.session().settings().get().keepalive().toNanos() * Keepalive.INTERVALS;
        if (data != null && System.nanoTime() - data.lastHeardNanos() >= patience) {
            LOG.info("the frames' stream to relay {} is silent, and is closed", member.relayId());
            data.close();
        }
    }

    /** A link is over, be it the present one or one that was never up. */
    void down(LinkStream gone, String why) {
        boolean dialled = gone.equals(attempt);
        if (dialled) {
            attempt = null;
        }
        if (!isLinkedBy(gone)) {
            // one that has dialled this relay and was refused says nothing about that one
            if (dialled) {
                failed(why);
            }
            return;
        }
        LOG.info("the link with relay {} is lost: {}", member.relayId(), why);
        unlink();
        int lost = links;
        services.loop().schedule(GRACE, () -> {
            if (links == lost && link == null) {
                devices.clear();
            }
        });
        failed(why);
    }

    private void unlink() {
        RelayWelcome told = welcome;
        if (told != null) {
            services.session().sessions().unlinked(told.sessionId(), relay);
        }
        welcome = null;
        link = null;
        relay.link(null, services.session().random().opaque(Protocol.SECRET));
    }

    /** It is none of the overlay any more, or this relay stops. */
    void end(String why) {
        over = true;
        LinkStream present = link;
        unlink();
        devices.clear();
        if (present != null) {
            present.end(ErrorCode.STOPPING, why);
        }
    }
}
