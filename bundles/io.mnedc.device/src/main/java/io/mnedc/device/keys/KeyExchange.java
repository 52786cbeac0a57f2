package io.mnedc.device.keys;

import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.common.Counters;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.PeerAnnouncements;
import io.mnedc.device.data.PeerKeys;
import io.mnedc.device.data.PeerTable;
import io.mnedc.device.network.Membership;
import io.mnedc.device.seal.KeyAgreements;
import io.mnedc.device.seal.Openers;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.device.seal.SealCipher;
import io.mnedc.device.seal.Sealer;
import io.mnedc.transport.Daemon;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the keys between this device and its peers, on a thread of its own: a handshake takes milliseconds of
 * computation, and neither packets nor the control stream's keepalive must wait for it. Any thread may call.
 */
public final class KeyExchange implements PeerAnnouncements.Holders, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyExchange.class);
    private static final AtomicInteger THREADS = new AtomicInteger();

    /** Once is enough for all devices: what Java has compiled stays compiled. */
    private static final AtomicBoolean WARMED_UP = new AtomicBoolean();

    private static final Duration END = Duration.ofSeconds(1);
    private static final long HURRY = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AFTER_A_FAULT = TimeUnit.SECONDS.toNanos(1);
    private static final Duration COMPLAINTS_APART = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor thread;
    private final PeerKeys peers;
    private final Counters counters;
    private final Consumer<Envelope> out;
    private final PeerEngines engines;
    private final boolean forWarmUp;
    private final List<SealCipher> ciphers = SealCipher.preferred(aesIsFast());
    private final KeyAgreements seals;
    private volatile boolean active;
    private volatile @Nullable HandshakeWarmUp warmUp;
    private final EnvelopeQueue envelopes = new EnvelopeQueue();
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);
    private final LogLimiter faults = new LogLimiter(COMPLAINTS_APART);
    private @Nullable Future<?> tick;
    private long tickAt;

    /**
     * The thread begins with the first work.
     *
     * @param sender the data path's way out, whose monitor guards the keys that seal
     * @param capabilities of the peers
     * @param counters what is counted
     * @param engines where TLS comes from
     * @param rekey how long keys are used
     * @param out takes envelopes to send; any thread, must not block
     */
    public KeyExchange(
            FrameSender sender,
            PeerTable capabilities,
            Counters counters,
            PeerEngines engines,
            Duration rekey,
            Consumer<Envelope> out) {
        this(sender, capabilities, counters, engines, rekey, out, false);
    }

    private KeyExchange(
            FrameSender sender,
            PeerTable capabilities,
            Counters counters,
            PeerEngines engines,
            Duration rekey,
            Consumer<Envelope> out,
            boolean forWarmUp) {
        this.counters = counters;
        this.out = out;
        this.engines = engines;
        this.forWarmUp = forWarmUp;
        String role = forWarmUp ? "mnedc-device-warmup-" : "mnedc-device-sealing-";
        this.thread = new ScheduledThreadPoolExecutor(
                1,
                task -> Daemon.thread(role + THREADS.incrementAndGet(), task),
                (late, ended) -> LOG.debug("a task is dropped: the device is ending"));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.peers = new PeerKeys(sender, capabilities, counters, new Asked());
        this.seals = new KeyAgreements(engines, ciphers, new SecureRandom(), new Done());
        seals.rekeyAfter(rekey.toNanos());
    }

    /** One for a warm-up: its results are told to nobody. */
    static KeyExchange forWarmUp(
            FrameSender sender, Counters counters, PeerEngines engines, Membership self, Consumer<Envelope> out) {
        KeyExchange sealing = new KeyExchange(
                sender, new PeerTable(), counters, engines, Duration.ofNanos(KeyAgreements.REKEY), out, true);
        sealing.begin(self);
        return sealing;
    }

    private static boolean aesIsFast() {
        String processor = "";
        try {
            processor = Files.readString(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            LOG.debug("the processor cannot be asked, AES is taken for slow", e);
        }
        return SealCipher.aesIsFast(System.getProperty("os.arch", ""), processor);
    }

    /** {@return the keys as the data path has them} */
    public PeerKeys peers() {
        return peers;
    }

    /** Runs a task on the thread; dropped after the end. */
    private void execute(Runnable task) {
        if (!active) {
            // a device that seals nothing needs no thread for it
            return;
        }
        thread.execute(() -> guard(() -> {
            task.run();
            tickWithin(HURRY);
        }));
    }

    /** Whatever one task does, the next ones are done too. */
    private void guard(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            fault("sealing failed", e);
        }
    }

    /** A peer may know how to bring it about again and again. */
    private void fault(String what, Throwable cause) {
        if (faults.may(System.nanoTime())) {
            LOG.error("{}{}", what, faults.heldBack(), cause);
        }
    }

    private void tickWithin(long delay) {
        long now = System.nanoTime();
        Future<?> next = tick;
        if (next != null) {
            if (tickAt - now <= delay) {
                return;
            }
            next.cancel(false);
        }
        tickAt = now + delay;
        tick = thread.schedule(() -> guard(this::tick), delay, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        tick = null;
        long wait = AFTER_A_FAULT;
        try {
            long now = System.nanoTime();
            long next = seals.tick(now);
            wait = peers.expire(now) ? Math.min(next, 4 * HURRY) : next;
        } finally {
            if (wait != Long.MAX_VALUE) {
                tickWithin(wait);
            }
        }
    }

    /** A session has begun: whether, and as which node, this device seals. */
    public void joined(String deviceId, Membership self) {
        begin(self);
        if (self.sealed() && !WARMED_UP.getAndSet(true)) {
            warmUp = HandshakeWarmUp.start(deviceId, engines, ciphers.get(0));
        }
    }

    private void begin(Membership self) {
        if (self.sealed()) {
            active = true;
        }
        execute(() -> seals.self(self.sealed() ? self.node() : 0));
    }

    /** Another device says something about keys. */
    public void envelope(Envelope envelope) {
        if (envelope.kind() != Protocol.ENVELOPE_HANDSHAKE || !active) {
            return;
        }
        if (envelopes.add(envelope)) {
            execute(this::nextEnvelope);
        } else {
            counters.handshakesDropped.increment();
        }
    }

    private void nextEnvelope() {
        Envelope envelope = envelopes.poll();
        if (envelope == null) {
            return;
        }
        try {
            seals.received(envelope.source(), envelope.payload(), System.nanoTime());
        } catch (ProtocolException e) {
            counters.handshakesDropped.increment();
            LOG.debug("node {} sent an envelope that is no handshake: {}", envelope.source(), e.getMessage());
        }
    }

    @Override
    public void present(int node, String deviceId) {
        execute(() -> seals.present(node, deviceId, System.nanoTime()));
        // after the other one hears of it, which must know the peer when the data path asks for keys
        peers.present(node, deviceId);
    }

    @Override
    public void absent(int node) {
        peers.absent(node);
        execute(() -> seals.absent(node));
    }

    /** This device, or those that it talks to, prove something else now: all keys are made again. */
    public void renew() {
        execute(seals::dropAll);
    }

    /** Changes how long keys are used. */
    public void rekeyAfter(Duration time) {
        execute(() -> seals.rekeyAfter(time.toNanos()));
    }

    /** What the data path asks for. */
    private final class Asked implements PeerKeys.Requests {
        @Override
        public void wanted(int node) {
            execute(() -> seals.wanted(node, System.nanoTime()));
        }

        @Override
        public void unknownEpoch(int node) {
            execute(() -> seals.unknownEpoch(node, System.nanoTime()));
        }

        @Override
        public void opened(int node, int epoch) {
            execute(() -> seals.opened(node, epoch, System.nanoTime()));
        }
    }

    /** What the keys' state machine wants to be done; on the thread. */
    private final class Done implements KeyAgreements.Events {
        @Override
        public void send(int node, Opaque payload) {
            // the relay fills in the source
            out.accept(new Envelope(0, node, Protocol.ENVELOPE_HANDSHAKE, payload));
        }

        @Override
        public void openers(int node, String peerId, Openers openers) {
            peers.openers(node, peerId, openers);
        }

        @Override
        public void sealer(int node, String peerId, @Nullable Sealer sealer) {
            peers.sealer(node, peerId, sealer);
        }

        @Override
        public void agreed(int node, String peerId, boolean initiated) {
            counters.keys.increment();
            if (forWarmUp) {
                return;
            }
            LOG.debug("new keys with {} (node {}), {}", peerId, node, initiated ? "begun here" : "begun there");
        }

        @Override
        public void failed(int node, String peerId, String why) {
            counters.handshakesFailed.increment();
            if (forWarmUp) {
                LOG.debug("no keys in a warm-up: {}", why);
            } else if (complaints.may(System.nanoTime())) {
                LOG.warn(
                        "no keys with {} (node {}), it cannot be talked to: {}{}",
                        peerId,
                        node,
                        why,
                        complaints.heldBack());
            } else {
                LOG.debug("no keys with {} (node {}): {}", peerId, node, why);
            }
        }

        @Override
        public void gaveUp(int node, String peerId) {
            peers.gaveUp(node, peerId);
        }

        @Override
        public void broke(int node, String peerId, Throwable fault) {
            counters.handshakesFailed.increment();
            fault("the handshake with " + peerId + " (node " + node + ") has ended by a fault", fault);
        }
    }

    /** Ends the thread, within a second. */
    @Override
    public void close() {
        HandshakeWarmUp running = warmUp;
        if (running != null) {
            running.close();
        }
        thread.shutdownNow();
        try {
            if (thread.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                // engines of handshakes that have come to no end hold descriptors
                seals.dropAll();
            } else {
                LOG.warn("the sealing thread did not end within {} ms", END.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
