package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import io.mnedc.testing.TestTls;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Two devices with real TLS and certificates, the channel for envelopes between them, a data stream in each direction,
 * and a clock of their own.
 */
final class World {
    static final long MILLI = 1_000_000L;
    private static final TestTls KEYS = keys();
    private static final Map<String, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

    /** How bad the channel for envelopes is. */
    record Weather(double lost, double repeated, int latestMillis) {
        static final Weather FINE = new Weather(0, 0, 1);
    }

    private record Flying(long due, int order, End to, int from, Opaque payload) {}

    /** An envelope to a device that is not there. */
    record Stray(int to, PeerHandshake part) {}

    final Random random;
    final End low = new End("low", 2);
    final End high = new End("high", 3);
    Weather weather = Weather.FINE;
    long now;
    int envelopes;
    private int order;
    private final List<Flying> flying = new ArrayList<>();

    World(long seed) {
        random = new Random(seed);
        now = random.nextLong();
        low.start();
        high.start();
    }

    private static TestTls keys() {
        try {
            return new TestTls();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    End other(End end) {
        return end == low ? high : low;
    }

    /** One device, which may start anew. */
    final class End implements KeyAgreements.Events, PeerEngines {
        final String id;
        final int node;
        String certifiedAs;
        boolean admits = true;
        List<SealCipher> ciphers = SealCipher.preferred(true);
        int instance;
        KeyAgreements seals = new KeyAgreements(this, ciphers, new SecureRandom(), this);
        Openers openers = Openers.NONE;

        @Nullable
        Sealer sealer;

        final Deque<byte[]> waiting = new ArrayDeque<>();
        final List<String> failures = new ArrayList<>();
        final List<byte[]> sentFrames = new ArrayList<>();
        final Set<String> nonces = new HashSet<>();
        final SealBuffers buffers = new SealBuffers();
        boolean asked;
        boolean expectsOpener = true;

        /** What goes to others than the peer, which nobody delivers. */
        final List<Stray> strays = new ArrayList<>();

        /** Is thrown when something is to be sent to a node. */
        final Map<Integer, Error> faults = new HashMap<>();

        int broken;
        long counter;
        long said;
        int agreed;
        int begun;
        int gaveUp;
        int forged;
        int replayed;
        int unknown;
        long heardInstance = -1;
        long heard = -1;
        int delivered;
        long tickAt;

        End(String id, int node) {
            this.id = id;
            this.node = node;
            this.certifiedAs = id;
        }

        /** Starts, without any memory of what was. */
        void start() {
            instance++;
            counter = 0;
            said = 0;
            sealer = null;
            openers = Openers.NONE;
            waiting.clear();
            asked = false;
            seals = new KeyAgreements(this, ciphers, new SecureRandom(), this);
            seals.self(node);
            announce();
            tickAt = now;
        }

        void announce() {
            End peer = other(this);
            if (peer != null) {
                seals.present(peer.node, peer.id, now);
            }
        }

        @Override
        public SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException {
            begun += initiator ? 1 : 0;
            SSLEngine engine =
                    CONTEXTS.computeIfAbsent(certifiedAs, World::context).createSSLEngine();
            engine.setUseClientMode(initiator);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {ALPN});
            parameters.setNeedClientAuth(!initiator);
            engine.setSSLParameters(parameters);
            return engine;
        }

        @Override
        public void admit(String peerId, SSLSession session) throws CertificateException {
            try {
                if (!admits) {
                    throw new CertificateException(peerId + " is not welcome here");
                }
                if (!("CN=" + peerId).equals(session.getPeerPrincipal().getName())) {
                    throw new CertificateException(session.getPeerPrincipal() + " is not " + peerId);
                }
            } catch (SSLPeerUnverifiedException e) {
                throw new CertificateException(e);
            }
        }

        @Override
        public void send(int to, Opaque payload) {
            Error fault = faults.get(to);
            if (fault != null) {
                throw fault;
            }
            envelopes++;
            if (to != other(this).node) {
                strays.add(new Stray(to, part(payload)));
                return;
            }
            int copies = random.nextDouble() < weather.lost() ? 0 : random.nextDouble() < weather.repeated() ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                long due = now + (1 + random.nextInt(weather.latestMillis())) * MILLI;
                flying.add(new Flying(due, order++, other(this), node, payload));
            }
        }

        @Override
        public void openers(int whose, String peerId, Openers all) {
            openers = whose == other(this).node ? all : openers;
        }

        @Override
        public void sealer(int whose, String peerId, @Nullable Sealer next) {
            if (whose != other(this).node) {
                return;
            }
            sealer = next;
            asked = false;
            if (next != null) {
                assertThat(expectsOpener && other(this).openers.find(next.epoch()) == null)
                        .as("%s seals with what the other one cannot open", id)
                        .isFalse();
                List<byte[]> all = List.copyOf(waiting);
                waiting.clear();
                all.forEach(this::seal);
            }
        }

        @Override
        public void agreed(int with, String peerId, boolean initiated) {
            agreed++;
        }

        @Override
        public void failed(int with, String peerId, String why) {
            failures.add(why);
        }

        @Override
        public void gaveUp(int with, String peerId) {
            if (with == other(this).node) {
                gaveUp++;
                asked = false;
                waiting.clear();
            }
        }

        @Override
        public void broke(int with, String peerId, Throwable fault) {
            if (fault != faults.get(with)) {
                throw new AssertionError("with " + peerId, fault);
            }
            broken++;
        }

        End peer() {
            return other(this);
        }

        /** An application sends something. */
        void say() {
            byte[] payload =
                    ByteBuffer.allocate(16).putLong(instance).putLong(++said).array();
            if (sealer != null) {
                seal(payload);
                return;
            }
            waiting.add(payload);
            if (!asked) {
                asked = true;
                seals.wanted(other(this).node, now);
            }
        }

        private void seal(byte[] payload) {
            Sealer with = sealer;
            if (with == null) {
                throw new IllegalStateException("no key");
            }
            ByteBuffer frame = ByteBuffer.allocateDirect(DataFrame.HEADER + payload.length + DataFrame.TAG);
            frame.put(DataFrame.HEADER, payload);
            int size =
                    with.seal(frame, 0, DataFrame.PACKET, node, other(this).node, ++counter, payload.length, buffers);
            byte[] bytes = new byte[size];
            frame.get(0, bytes);
            // an instance has a key per epoch, and no epoch twice
            assertThat(nonces.add(instance + "/" + with.epoch() + "/" + counter))
                    .isTrue();
            sentFrames.add(bytes);
            other(this).frame(bytes);
        }

        /** A frame comes out of the data stream. */
        void frame(byte[] bytes) {
            ByteBuffer in = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
            int epoch = DataFrame.epoch(in, 0);
            Opener opener = openers.find(epoch);
            if (opener == null) {
                unknown++;
                seals.unknownEpoch(other(this).node, now);
                return;
            }
            switch (opener.open(in, 0, bytes.length, buffers)) {
                case OPENED -> deliver(in);
                case OPENED_FIRST -> {
                    deliver(in);
                    seals.opened(other(this).node, epoch, now);
                }
                case FORGED -> forged++;
                case REPLAYED -> replayed++;
            }
        }

        private void deliver(ByteBuffer in) {
            long fromInstance = in.getLong(DataFrame.HEADER);
            long message = in.getLong(DataFrame.HEADER + 8);
            assertThat(fromInstance).isGreaterThanOrEqualTo(heardInstance);
            if (fromInstance == heardInstance) {
                assertThat(message).as("no message twice or out of order").isGreaterThan(heard);
            }
            heardInstance = fromInstance;
            heard = message;
            delivered++;
        }

        /** An envelope comes. */
        void envelope(int from, Opaque payload) {
            try {
                seals.received(from, payload, now);
            } catch (ProtocolException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }

        private void tick() {
            if (now - tickAt >= 0) {
                long wait = seals.tick(now);
                tickAt = now + Math.min(wait, 1000 * MILLI);
            }
        }
    }

    static PeerHandshake part(Opaque payload) {
        try {
            return PeerHandshake.decode(payload);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(String name) {
        try {
            return name.startsWith("foreign-") ? new TestTls().context(name.substring(8)) : KEYS.context(name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A first message each way: from now on there are keys. */
    void exchange() {
        low.say();
        pass(10);
        high.say();
        assertThat(high.delivered).isEqualTo(1);
        assertThat(low.delivered).isEqualTo(1);
    }

    void exchangeAgain() {
        int before = high.delivered;
        low.say();
        pass(10);
        assertThat(high.delivered).isEqualTo(before + 1);
    }

    /** Lets time pass, a millisecond at a time. */
    void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            now += MILLI;
            settle();
        }
    }

    /** Lets much time pass: seconds, each of them with a few milliseconds and a leap. */
    void skip(int seconds) {
        for (int i = 0; i < seconds; i++) {
            pass(10);
            now += 990 * MILLI;
            settle();
        }
    }

    private void settle() {
        while (true) {
            Flying next = flying.stream()
                    .filter(each -> each.due() - now <= 0)
                    .min((a, b) -> a.due() == b.due() ? a.order() - b.order() : Long.compare(a.due(), b.due()))
                    .orElse(null);
            if (next == null) {
                break;
            }
            flying.remove(next);
            next.to().envelope(next.from(), next.payload());
        }
        low.tick();
        high.tick();
    }
}
