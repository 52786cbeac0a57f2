package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.common.Counters;
import io.mnedc.device.common.Faults;
import io.mnedc.device.common.IdleThread;
import io.mnedc.device.control.CertificateRenewal;
import io.mnedc.device.control.Onboarding;
import io.mnedc.device.control.RelayConnector;
import io.mnedc.device.data.DataConnector;
import io.mnedc.device.data.Downlink;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.PeerAnnouncements;
import io.mnedc.device.data.PeerRoom;
import io.mnedc.device.data.PeerTable;
import io.mnedc.device.data.Pings;
import io.mnedc.device.data.TunHolder;
import io.mnedc.device.data.TunPort;
import io.mnedc.device.data.Uplink;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Resolver;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.identity.IdentityRefresh;
import io.mnedc.device.keys.KeyExchange;
import io.mnedc.device.keys.PeerTls;
import io.mnedc.device.network.NetworkGuard;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsChange;
import io.mnedc.security.JoinToken;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running device. One thread, the control loop, owns all decisions: the control stream, the data stream's life, the
 * interface's life, what is known of the peers. Two more move packets: the data loop inwards, the uplink outwards.
 */
public final class Device implements DeviceStatus, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Device.class);
    private static final String NEW_TOKEN = "there is a new join token";
    private static final Duration LEAVE = Duration.ofMillis(1500);
    private static final Duration END = Duration.ofSeconds(1);
    private static final String CONTROL_LOOP = "the control loop";

    private final long instance = ThreadLocalRandom.current().nextLong();
    private final String software;
    private final Counters counters = new Counters();
    private final PeerTable table = new PeerTable();
    private final FrameSender outlet = new FrameSender();
    private final Resolver resolver = new Resolver();

    /** Reads and writes keys, signs, checks certificates; a provider of identities may take its time. */
    private final IdleThread identityThread;

    /** Looks up where relays are now; nobody waits for its end. */
    private final IdleThread lookUpThread;

    /** Remembers the virtual network on the disk. */
    private final IdleThread fileThread;

    private final DeviceIdentity identities;
    private final Onboarding admission;
    private final KeyExchange sealing;
    private @Nullable Identity identity;
    private final ControlLoop loop;
    private final DataLoop data;
    private final Faults faults;
    private final StatusBoard board;
    private final Pings pings;
    private final PeerAnnouncements link;
    private final TunHolder tun;
    private final NetworkGuard guard;
    private final RelayConnector control;
    private final DataConnector stream;
    private final DeviceLife life;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile DeviceSettings settings;

    /**
     * Starts a device.
     *
     * @param settings checked
     * @param around where it runs
     * @param failed told what has failed, for want of memory, say: the device is of no use any more and must be closed. On
     *     any thread; must not block
     * @return the device, owned by the caller
     * @throws IOException if the system has no selector left
     */
    static Device start(DeviceSettings settings, DeviceEnvironment around, Consumer<String> failed) throws IOException {
        warnIfNaked(settings);
        StatusBoard board = new StatusBoard(settings);
        Faults faults = new Faults(settings.deviceId(), board::broken, failed);
        AtomicReference<@Nullable ControlLoop> made = new AtomicReference<>();
        ControlLoop loop;
        try {
            loop = new ControlLoop("device-control", fault -> occurred(faults, CONTROL_LOOP, fault, made));
        } catch (IllegalStateException e) {
            throw new IOException("no event loop: " + e.getMessage(), e);
        }
        made.set(loop);
        DataLoop data = null;
        try {
            data = new DataLoop(
                    "device-data",
                    new ChunkPool(DeviceSettings.MOST_QUEUE_KILOBYTES * 1024L),
                    () -> faults.occurred("the data loop", null, loop));
            Device device = new Device(settings, around, data, loop, board, faults);
            loop.whenEnded(() -> faults.occurred(CONTROL_LOOP, null, loop));
            loop.execute(device.control::start);
            return device;
        } catch (IOException | RuntimeException | Error e) {
            faults.closing();
            loop.close();
            if (data != null) {
                data.close();
            }
            throw e;
        }
    }

    private static void occurred(
            Faults faults, String part, Throwable fault, AtomicReference<@Nullable ControlLoop> loop) {
        ControlLoop made = loop.get();
        if (made != null) {
            faults.occurred(part, fault, made);
        }
    }

    private static void warnIfNaked(DeviceSettings settings) {
        if (!settings.security().tls()) {
            LOG.warn(
                    "device {}: security is none: nothing is encrypted or authenticated, whoever is on the way can read"
                            + " and forge packets; for laboratories only",
                    settings.deviceId());
        }
    }

    private Device(
            DeviceSettings settings,
            DeviceEnvironment around,
            DataLoop data,
            ControlLoop loop,
            StatusBoard board,
            Faults faults) {
        this.settings = settings;
        this.software = around.software();
        this.data = data;
        this.loop = loop;
        this.board = board;
        this.faults = faults;
        this.identityThread = idleThread("mnedc-device-identity", END);
        this.lookUpThread = idleThread("mnedc-device-lookup", Duration.ZERO);
        this.fileThread = idleThread("mnedc-device-network", END);
        this.pings = new Pings(outlet, loop);
        Paths paths = new Paths(around.sockets(), () -> this.settings.deviceId());
        this.life = new DeviceLife(board, counters, paths);
        Dialer dialer = Dialer.tcp(loop, data, resolver, paths);
        this.identities = new DeviceIdentity(around.providers(), around.clock());
        IdentityRefresh refresh = new IdentityRefresh(identityThread, identities::refresh, System::nanoTime);
        PeerTls peerTls = new PeerTls(identities, () -> this.settings, around.tls(), () -> {
            if (identities.foreign()) {
                refresh.request();
            }
        });
        this.sealing = new KeyExchange(
                outlet, table, counters, peerTls, settings.security().rekey(), this::tell);
        this.tun = new TunHolder(around.driver(), loop, this::uplink, life);
        this.guard = new NetworkGuard(
                loop,
                lookUpThread,
                InetAddress::getAllByName,
                NetworkGuard.LOOK,
                fileThread,
                () -> this.settings,
                around.nameServers(),
                tun);
        Downlink downlink = new Downlink(outlet, sealing.peers(), tun::port, counters, new Arrivals());
        this.stream = new DataConnector(loop, outlet, downlink, dialer, paths, buffering(settings), life);
        this.admission =
                new Onboarding(loop, identityThread, identities, dialer, () -> this.settings, around.tls(), software);
        admission.whenJoined(guard::forget);
        admission.whenFound(() -> life.registerAnew(NEW_TOKEN));
        this.control = new RelayConnector(
                loop, dialer, paths, admission, settings.reconnectMost(), this::hello, this::bound, life);
        CertificateRenewal renewals = new CertificateRenewal(
                loop, identityThread, identities, () -> this.settings, counters, this::identified);
        this.link = new PeerAnnouncements(
                loop, table, sealing, control.present()::publish, new PeerRoom(this::bound, counters.peersLeftOut));
        life.wire(() -> this.settings, control, stream, tun, guard, link, renewals, sealing);
    }

    private IdleThread idleThread(String name, Duration end) {
        return new IdleThread(name, end, fault -> faults.occurred("the thread " + name, fault, loop));
    }

    private PeerBound bound() {
        return PeerBound.of(settings.peersMost(), Runtime.getRuntime().maxMemory());
    }

    private final class Arrivals implements Downlink.Events {
        @Override
        public void echoed(int node, long token) {
            if (node == Protocol.RELAY_NODE && token == FrameSender.PROBE) {
                outlet.probeAnswered();
            } else {
                pings.echoed(node, token);
            }
        }

        @Override
        public void tunFailed(TunPort port, IOException cause) {
            loop.execute(() -> tun.broke(port, cause));
        }
    }

    private Uplink uplink(TunHolder.TunReader reader) {
        return new Uplink(reader.device(), outlet, table, sealing.peers(), counters, reader.failed());
    }

    /** Sends a message of the sealing thread's. */
    private void tell(ControlMessage message) {
        loop.execute(() -> control.present().tell(message));
    }

    private static StreamSettings buffering(DeviceSettings settings) {
        return new StreamSettings(settings.sendBufferBytes(), settings.queueBytes(), settings.queueTime());
    }

    /** What the interface can take as it is; before there is one, what this device could cut for it. */
    private Hello hello() {
        DeviceSettings now = settings;
        TunPort port = tun.port();
        int capabilities = !now.offload() ? 0 : port == null ? TunPort.ALL : port.capabilities();
        int security = now.security().tls() ? Protocol.SECURITY_TLS : Protocol.SECURITY_NONE;
        return new Hello(now.deviceId(), instance, software, capabilities, security, link.own());
    }

    /** {@return what discovery follows} */
    RelayLink link() {
        return link;
    }

    /**
     * Changes to other settings, touching only what differs.
     *
     * @param next checked
     */
    public void reconfigure(DeviceSettings next) {
        loop.execute(() -> apply(next));
    }

    /**
     * This is the identity from now on. Keys with peers stay, unless somebody is not trusted any more who was; and who
     * could not prove himself before need not wait any longer.
     */
    private void identified(Identity now) {
        board.identity(now);
        Identity before = identity;
        identity = now;
        if (before == null || before.equals(now)) {
            return;
        }
        Instant ended = before.chain().get(0).getNotAfter().toInstant();
        if (!now.trusted().containsAll(before.trusted())
                || identities.floor().now().isAfter(ended)) {
            sealing.renew();
        }
    }

    /** Another identity may be there, or none any more; streams that exist stay. */
    public void providersChanged() {
        loop.execute(() -> {
            if (!(settings.security().source() instanceof DeviceSecuritySettings.Provided)) {
                return;
            }
            if (control.present().isRegistered()) {
                identityThread.execute(identities::refresh);
            } else {
                control.again("another identity");
            }
        });
    }

    private void apply(DeviceSettings next) {
        DeviceSettings before = settings;
        Set<SettingsChange> changes = SettingsChange.between(before, next);
        if (changes.isEmpty()) {
            return;
        }
        if (before.security().tls()) {
            warnIfNaked(next);
        }
        LOG.info("device {}: settings changed: {}", next.deviceId(), SettingsChange.inWords(changes));
        settings = next;
        board.settings(next);
        if (changes.contains(SettingsChange.PAUSES)) {
            control.longestPause(next.reconnectMost());
        }
        if (changes.contains(SettingsChange.TUN)
                || changes.contains(SettingsChange.TUN_LIVE)
                || changes.contains(SettingsChange.NETWORK)) {
            life.tunSettingsChanged();
        }
        if (changes.contains(SettingsChange.DATA_STREAM)) {
            life.expectUnbound();
            stream.settings(buffering(next));
        }
        if (changes.contains(SettingsChange.RELAYS)) {
            life.relaysChanged(next.relays());
        }
        if (changes.contains(SettingsChange.PEERS)) {
            sealing.rekeyAfter(next.security().rekey());
            // also for those who have keys
            sealing.renew();
        }
        JoinToken join = next.security().join();
        if (changes.contains(SettingsChange.REGISTRATION)) {
            life.registerAnew("its settings have changed");
        } else if (changes.contains(SettingsChange.JOIN) && join != null) {
            admission.ifNew(join, () -> life.registerAnew(NEW_TOKEN));
        }
    }

    @Override
    public Snapshot snapshot() {
        return board.snapshot(counters.snapshot(outlet.droppedFrames(), tun.refused()));
    }

    @Override
    public CompletionStage<Duration> ping(int node, Duration timeout) {
        return pings.ping(node, timeout);
    }

    @Override
    public Optional<String> waitingNetwork() {
        return guard.waiting();
    }

    @Override
    public CompletionStage<Boolean> acceptNetwork(String network) {
        CompletableFuture<Boolean> accepted = new CompletableFuture<>();
        if (!loop.offer(() -> accepted.complete(guard.accept(network)))) {
            accepted.completeExceptionally(new IllegalStateException("the device has ended"));
        }
        return accepted;
    }

    /** Takes leave of the relay and ends everything, within three seconds. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        faults.closing();
        String id = settings.deviceId();
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (loop.offer(() -> stop(left))) {
            await(left);
        } else {
            // it has ended by a fault, so nobody else has its parts in hand
            stop(left);
        }
        data.close();
        sealing.close();
        resolver.close();
        identityThread.close();
        lookUpThread.close();
        fileThread.close();
        pings.close();
        loop.close();
        LOG.info("device {} has stopped", id);
    }

    private void stop(CompletableFuture<Void> left) {
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

    private static void await(CompletableFuture<Void> left) {
        try {
            left.get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the relay could not be told", e);
        }
    }
}
