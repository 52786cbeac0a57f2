package io.mnedc.device.keys;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.common.Counters;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.network.Membership;
import io.mnedc.device.seal.CipherWarmUp;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.device.seal.SealBuffers;
import io.mnedc.device.seal.SealCipher;
import io.mnedc.device.seal.Sealer;
import io.mnedc.transport.Daemon;
import io.mnedc.transport.TlsInMemory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two stand-ins for this device, in memory, make keys with each other, from the first packet that waits to the first
 * sealed frame, again and again: what Java loads, links and compiles for the first handshake takes many times as long as
 * the handshake, and packets wait for it. Then it seals and opens frames, for the same reason. Nothing of it leaves this device.
 *
 * <p>On a thread of its own, with pauses so that it takes little of a processor, until a handshake is fast, or there have
 * been enough.
 */
final class HandshakeWarmUp implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeWarmUp.class);

    /** Two handshakes in a row that take so long, both ends together, are fast enough; only BoringSSL's get there. */
    private static final long FAST = TimeUnit.MILLISECONDS.toNanos(4);

    /** Beyond these there is little to gain. */
    private static final int MOST = 120;

    /** When so many in a row were none of them the fastest so far, there is nothing more to gain either. */
    private static final int NO_BETTER = 20;

    /** So many times as long as a handshake has taken is rested after it. */
    private static final int RESTS = 9;

    private static final long LEAST_REST = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_REST = TimeUnit.SECONDS.toNanos(5);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final long GLANCE = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int FRAMES_AT_ONCE = 500;
    private static final Duration END = Duration.ofSeconds(1);

    /** As large as a ping. */
    private static final int PACKET = 94;

    private final String deviceId;
    private final PeerEngines engines;
    private final SealCipher cipher;
    private final int most;
    private final long fast;
    private final Thread thread = Daemon.thread("mnedc-device-warmup", this);
    private volatile boolean over;
    private volatile int done;

    /**
     * Nothing begins before {@link #run}.
     *
     * @param deviceId of this device
     * @param engines the real ones
     * @param cipher the preferred one
     * @param most handshakes
     * @param fast two in a row that take so long, in nanoseconds, both ends together, are enough
     */
    HandshakeWarmUp(String deviceId, PeerEngines engines, SealCipher cipher, int most, long fast) {
        this.deviceId = deviceId;
        this.engines = engines;
        this.cipher = cipher;
        this.most = most;
        this.fast = fast;
    }

    /** Begins one of a device. */
    static HandshakeWarmUp start(String deviceId, PeerEngines engines, SealCipher cipher) {
        HandshakeWarmUp warmUp = new HandshakeWarmUp(deviceId, engines, cipher, MOST, FAST);
        warmUp.begin();
        return warmUp;
    }

    void begin() {
        thread.start();
    }

    /** {@return how many handshakes have come to their end} */
    int done() {
        return done;
    }

    @Override
    public void run() {
        long begin = System.nanoTime();
        try (StandIn one = new StandIn(2);
                StandIn other = new StandIn(3)) {
            one.meet(other);
            other.meet(one);
            long first = one.makesKeysWith(other);
            done = 1;
            frames();
            long last = first;
            long before = Long.MAX_VALUE;
            long best = first;
            int bestAt = 1;
            for (int next = 2; next <= most && next - bestAt <= NO_BETTER && (last > fast || before > fast); next++) {
                rest(last);
                before = last;
                // each plays either part
                last = next % 2 == 0 ? other.makesKeysWith(one) : one.makesKeysWith(other);
                done = next;
                if (last < best) {
                    best = last;
                    bestAt = next;
                }
            }
            LOG.debug(
                    "device {} has warmed up by {} handshakes in {} s; the first took {} ms, the last {}",
                    deviceId,
                    done,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                    TimeUnit.NANOSECONDS.toMillis(first),
                    TimeUnit.NANOSECONDS.toMillis(last));
        } catch (UnfinishedException | GeneralSecurityException e) {
            LOG.debug("device {} has not finished the warm-up: {}", deviceId, e.getMessage());
        } catch (ProtocolException | RuntimeException | Error e) {
            LOG.warn("device {} could not warm up, its first packets to a peer will take longer", deviceId, e);
        }
    }

    private void frames() throws UnfinishedException {
        CipherWarmUp frames = new CipherWarmUp(cipher);
        while (frames.run(FRAMES_AT_ONCE)) {
            if (over) {
                throw new UnfinishedException("the device has ended");
            }
        }
    }

    private void rest(long nanos) throws UnfinishedException {
        long end = System.nanoTime() + Math.max(LEAST_REST, Math.min(MOST_REST, nanos * RESTS));
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            if (over) {
                throw new UnfinishedException("the device has ended");
            }
            LockSupport.parkNanos(left);
        }
    }

    /** The device ends, or nothing comes of it. */
    private static final class UnfinishedException extends Exception {
        private static final long serialVersionUID = 1L;

        UnfinishedException(String why) {
            super(why);
        }
    }

    /** All that a device has to make keys with, and no streams. */
    private final class StandIn implements PeerEngines, AutoCloseable {
        private final int node;
        private final FrameSender sender = new FrameSender();
        private final Counters counters = new Counters();
        private final ByteBuffer frame = ByteBuffer.allocateDirect(DataFrame.HEADER + PACKET + DataFrame.TAG);
        private final KeyExchange sealing;
        private volatile StandIn peer = this;
        private long counter;

        StandIn(int node) throws ProtocolException, GeneralSecurityException {
            this.node = node;
            // fails here if this device has no identity yet
            Opaque secret = Opaque.copyOf(new byte[Protocol.SECRET]);
            Welcome welcome = new Welcome(0, 1, secret, node, 0x0a000000, 24, 0xfd00000000000000L, 1000, 1, "");
            this.sealing = KeyExchange.forWarmUp(sender, counters, checked(), Membership.of(welcome, true), this::pass);
        }

        private PeerEngines checked() throws GeneralSecurityException {
            new TlsInMemory(engines.engine(deviceId, true)).release();
            return this;
        }

        @Override
        public SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException {
            return engines.engine(peerId, initiator);
        }

        /** This device may not be one that it would talk to. */
        @Override
        public void admit(String peerId, SSLSession session) {
            try {
                engines.admit(peerId, session);
            } catch (CertificateException e) {
                LOG.trace("device {} does not admit itself", deviceId, e);
            }
        }

        void meet(StandIn other) {
            peer = other;
            sealing.present(other.node, deviceId);
        }

        /** As through the relay. */
        private void pass(Envelope envelope) {
            ByteBuffer bytes = ControlCodec.encode(
                    new Envelope(node, envelope.destination(), envelope.kind(), envelope.payload()));
            try {
                bytes.getInt();
                if (ControlCodec.decode(bytes) instanceof Envelope passed) {
                    peer.sealing.envelope(passed);
                }
            } catch (ProtocolException e) {
                throw new IllegalStateException("an envelope cannot be read", e);
            }
        }

        /** {@return how long it took, in nanoseconds} */
        long makesKeysWith(StandIn other) throws UnfinishedException {
            long begin = System.nanoTime();
            synchronized (sender) {
                sealing.peers().await(other.node, DataFrame.PACKET, frame, 0, PACKET, begin);
            }
            other.open(seal(other));
            Sealer back = other.sealer();
            long took = System.nanoTime() - begin;
            LOG.trace("epoch {} for the way back", back.epoch());
            forget();
            other.forget();
            return took;
        }

        private Sealer sealer() throws UnfinishedException {
            long end = System.nanoTime() + PATIENCE;
            while (true) {
                Sealer sealer;
                synchronized (sender) {
                    sealer = sealing.peers().sealer(peer.node);
                }
                if (sealer != null) {
                    return sealer;
                }
                if (over || counters.handshakesFailed.sum() > 0 || System.nanoTime() - end > 0) {
                    throw new UnfinishedException("no keys");
                }
                LockSupport.parkNanos(GLANCE);
            }
        }

        private int seal(StandIn to) throws UnfinishedException {
            Sealer sealer = sealer();
            return sealer.seal(frame, 0, DataFrame.PACKET, node, to.node, ++counter, PACKET, new SealBuffers());
        }

        void open(int size) {
            sealing.peers().open(peer.frame, 0, size);
        }

        /** The next keys are made from the beginning. */
        private void forget() throws UnfinishedException {
            sealing.renew();
            long end = System.nanoTime() + PATIENCE;
            boolean sealed = true;
            while (sealed) {
                if (over || System.nanoTime() - end > 0) {
                    throw new UnfinishedException("the keys stay");
                }
                LockSupport.parkNanos(GLANCE);
                synchronized (sender) {
                    sealed = sealing.peers().sealer(peer.node) != null;
                }
            }
        }

        @Override
        public void close() {
            sealing.close();
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        over = true;
        LockSupport.unpark(thread);
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
