package io.mnedc.device;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.control.CertificateRenewal;
import io.mnedc.device.control.GoodRelays;
import io.mnedc.device.control.Onboarding;
import io.mnedc.device.control.RelayConnector;
import io.mnedc.device.data.DataConnector;
import io.mnedc.device.data.Downlink;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.LocalAnswers;
import io.mnedc.device.data.PeerAnnouncements;
import io.mnedc.device.data.PeerRoom;
import io.mnedc.device.data.Pings;
import io.mnedc.device.data.Replicator;
import io.mnedc.device.data.TunHolder;
import io.mnedc.device.data.TunPort;
import io.mnedc.device.data.Uplink;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.identity.IdentityRefresh;
import io.mnedc.device.info.InfoVerifier;
import io.mnedc.device.info.OwnInfo;
import io.mnedc.device.info.PeerFeed;
import io.mnedc.device.keys.KeyExchange;
import io.mnedc.device.keys.PeerTls;
import io.mnedc.device.multicast.Groups;
import io.mnedc.device.multicast.Incoming;
import io.mnedc.device.multicast.Members;
import io.mnedc.device.multicast.Multicast;
import io.mnedc.device.multicast.Outgoing;
import io.mnedc.device.network.NetworkGuard;
import io.mnedc.device.relays.RelayDirectory;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.settings.SettingsInForce;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a device, put together: each gets what is shared, and tells {@link DeviceLife} what happens. What may not
 * know another part gets a method of it. All but the constructor is on the control loop unless it says otherwise.
 */
final class DeviceParts {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceParts.class);

    private final long instance = ThreadLocalRandom.current().nextLong();
    private final SharedParts shared;
    private final KeyExchange sealing;
    private final Pings pings;
    private final LocalAnswers local;
    private final Replicator several;
    private final Groups groups;
    private final TunHolder tun;
    private final NetworkGuard guard;
    private final DataConnector stream;
    private final Onboarding onboarding;
    private final RelayConnector control;
    private final CertificateRenewal renewals;
    private final RelayDirectory directory;
    private final OwnInfo own;
    private final PeerFeed link;
    private final PeerAnnouncements peers;

    /**
     * Nothing happens before {@link RelayConnector#start}.
     *
     * @param life told what happens
     */
    DeviceParts(SharedParts shared, DeviceLife life) {
        this.shared = shared;
        SettingsInForce<DeviceSettings> settings = shared.settings();
        DeviceEnvironment around = shared.around();
        Dialer dialer = Dialer.tcp(
                shared.loop(), shared.data(), shared.resolver(), shared.finders(), shared.tries(), shared.paths());
        this.sealing = new KeyExchange(
                shared.sender(),
                shared.table(),
                shared.counters(),
                peerTls(shared),
                settings.get().security().rekey(),
                this::tell);
        this.pings = new Pings(shared.sender(), sealing.peers(), shared.loop());
        this.local = new LocalAnswers(
                around.local(),
                new LocalAnswers.Threads(shared.localThread(), shared.data()::execute),
                this::port,
                this::broke,
                shared.counters());
        this.tun = new TunHolder(around.driver(), shared.loop(), this::uplink, life);
        this.guard = new NetworkGuard(
                shared.loop(),
                shared.lookUpThread(),
                InetAddress::getAllByName,
                NetworkGuard.LOOK,
                shared.fileThread(),
                settings,
                around.nameServers(),
                tun);
        Multicast multicast = new Multicast();
        Members members = new Members();
        this.several = new Replicator(
                shared.sender(),
                shared.table(),
                sealing.peers(),
                new Outgoing(multicast, shared.counters()),
                shared.counters());
        Downlink downlink = new Downlink(
                shared.sender(),
                sealing.peers(),
                tun::port,
                new Incoming(multicast, shared.counters()),
                shared.counters(),
                new Arrivals());
        this.stream = new DataConnector(
                shared.loop(), shared.sender(), downlink, dialer, shared.paths(), buffering(settings.get()), life);
        this.onboarding = new Onboarding(
                shared.loop(),
                shared.identityThread(),
                shared.identities(),
                dialer,
                settings,
                around.tls(),
                around.software(),
                this::joined,
                life::tokenFound);
        this.directory = new RelayDirectory(shared.loop(), shared.fileThread(), settings);
        this.control = new RelayConnector(
                shared.loop(),
                dialer,
                shared.paths(),
                onboarding,
                new GoodRelays(
                        shared.fileThread(), () -> settings.get().network().directory()),
                directory,
                this::peerCount,
                settings.get().reconnectMost(),
                this::hello,
                this::bound,
                life);
        this.renewals = new CertificateRenewal(
                shared.loop(),
                shared.identityThread(),
                shared.identities(),
                settings,
                shared.counters(),
                life::identified);
        this.own = new OwnInfo(
                shared.loop(),
                shared.identityThread(),
                shared.identities(),
                settings,
                around.clock(),
                control.present()::tell);
        this.groups = new Groups(
                shared.loop(), () -> settings.get().multicast(), this::device, own::listening, multicast, members);
        this.link = new PeerFeed(
                shared.infoThread(),
                shared.loop()::schedule,
                new InfoVerifier(shared.identities(), shared.counters().documentsRefused),
                own,
                pings::ping,
                around.clock());
        this.peers = new PeerAnnouncements(
                shared.table(), sealing, link, new PeerRoom(this::bound, shared.counters().peersLeftOut), members);
    }

    private static PeerTls peerTls(SharedParts shared) {
        IdentityRefresh refresh =
                new IdentityRefresh(shared.identityThread(), shared.identities()::refresh, System::nanoTime);
        return new PeerTls(
                shared.identities(), shared.settings(), shared.around().tls(), () -> {
                    if (shared.identities().foreign()) {
                        refresh.request();
                    }
                });
    }

    static StreamSettings buffering(DeviceSettings settings) {
        return new StreamSettings(settings.sendBufferBytes(), settings.queueBytes(), settings.queueTime());
    }

    /** This device has joined, maybe another overlay than before. */
    private void joined() {
        guard.forget();
        directory.forget();
    }

    private int peerCount() {
        return peers.count();
    }

    private PeerBound bound() {
        return PeerBound.of(
                shared.settings().get().peersMost(), Runtime.getRuntime().maxMemory());
    }

    private Uplink uplink(TunHolder.TunReader reader) {
        TunDevice device = reader.device();
        return new Uplink(
                device,
                shared.sender(),
                shared.table(),
                sealing.peers(),
                local,
                several,
                shared.counters(),
                reader.failed());
    }

    private @Nullable TunPort port() {
        return tun.port();
    }

    private @Nullable TunDevice device() {
        TunPort port = tun.port();
        return port == null ? null : port.device();
    }

    /** On the data loop. */
    private void broke(TunPort port, IOException cause) {
        shared.loop().execute(() -> tun.broke(port, cause));
    }

    /** Sends a message of the sealing thread's. Any thread. */
    private void tell(ControlMessage message) {
        shared.loop().execute(() -> control.present().tell(message));
    }

    /** What the interface can take as it is; before there is one, what this device could cut for it. */
    private Hello hello() {
        DeviceSettings now = shared.settings().get();
        TunPort port = tun.port();
        int capabilities = !now.offload() ? 0 : port == null ? TunPort.ALL : port.capabilities();
        int security = now.security().tls() ? Protocol.SECURITY_TLS : Protocol.SECURITY_NONE;
        return own.in(
                new Hello(now.deviceId(), instance, shared.around().software(), capabilities, security, NodeInfo.NONE));
    }

    /** On the data loop. */
    private final class Arrivals implements Downlink.Events {
        @Override
        public void echoed(int node, long token) {
            if (node == Protocol.RELAY_NODE && token == FrameSender.PROBE) {
                shared.sender().probeAnswered();
            } else {
                pings.echoed(node, token);
            }
        }

        @Override
        public void tunFailed(TunPort port, IOException cause) {
            broke(port, cause);
        }
    }

    KeyExchange sealing() {
        return sealing;
    }

    Pings pings() {
        return pings;
    }

    TunHolder tun() {
        return tun;
    }

    Groups groups() {
        return groups;
    }

    NetworkGuard guard() {
        return guard;
    }

    DataConnector stream() {
        return stream;
    }

    Onboarding onboarding() {
        return onboarding;
    }

    RelayConnector control() {
        return control;
    }

    CertificateRenewal renewals() {
        return renewals;
    }

    OwnInfo own() {
        return own;
    }

    PeerFeed link() {
        return link;
    }

    PeerAnnouncements peers() {
        return peers;
    }

    /**
     * Takes leave of the relay and removes the interface.
     *
     * @param left completed when the relay has been told
     */
    void stop(CompletableFuture<Void> left) {
        end(stream::close);
        end(() -> control.stop("the device stops", left));
        end(guard::close);
        end(tun::close);
    }

    /** After a fault a part may not know any more how to end; the others must: the interface has to go. */
    private static void end(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("a part of the device did not end in order", e);
        }
    }

    /** Ends what has threads of its own, or others wait for. After the data loop's end, on any thread. */
    void close() {
        sealing.close();
        pings.close();
    }
}
