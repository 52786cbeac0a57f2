package io.mnedc.fuzz;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.seal.KeyAgreements;
import io.mnedc.device.seal.Opener;
import io.mnedc.device.seal.Openers;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.device.seal.SealBuffers;
import io.mnedc.device.seal.SealCipher;
import io.mnedc.device.seal.Sealer;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** One of two devices that seal for each other, with a check of all that it delivers. */
final class SealingEnd implements KeyAgreements.Events, PeerEngines {
    private static final Pki PKI = new Pki();
    private static final Map<String, Identity> IDENTITIES =
            Map.of("low", PKI.device("low"), "high", PKI.device("high"));
    private static final TimeFloor CLOCK = TimeFloor.inMemory(InstantSource.system());
    private static final SealBuffers BUFFERS = new SealBuffers();
    private static final int PAYLOAD = 16;

    private final String id;
    private final int node;
    private final String peerId;
    private final int peer;
    private final Random random;
    private Consumer<Opaque> envelopes = payload -> {};
    private Consumer<byte[]> frames = bytes -> {};
    private KeyAgreements seals;
    private Openers openers = Openers.NONE;
    private @Nullable Sealer sealer;
    private long instance;
    private long counter;
    private long said;
    private long heard;
    private int delivered;
    private String lastFailure = "none";

    SealingEnd(String id, int node, String peerId, int peer, int seed) {
        this.id = id;
        this.node = node;
        this.peerId = peerId;
        this.peer = peer;
        this.random = new Random(seed * 31L + node);
        this.seals = fresh();
    }

    private KeyAgreements fresh() {
        return new KeyAgreements(this, SealCipher.preferred(true), new Fixed(random), this);
    }

    /** Where envelopes and frames go. */
    void wire(Consumer<Opaque> toEnvelopes, Consumer<byte[]> toFrames, long now) {
        envelopes = toEnvelopes;
        frames = toFrames;
        restart(now);
    }

    /** Begins anew, without any memory. */
    void restart(long now) {
        instance++;
        counter = 0;
        sealer = null;
        openers = Openers.NONE;
        seals = fresh();
        seals.self(node);
        seals.present(peer, peerId, now);
    }

    void peerLeavesAndReturns(long now) {
        seals.absent(peer);
        Checks.that(
                sealer == null && openers.current() == null && openers.other() == null,
                "keys with who has left are dropped");
        seals.present(peer, peerId, now);
    }

    void tick(long now) {
        Checks.that(seals.tick(now) > 0, "time is to pass between ticks");
    }

    void unknownEpoch(long now) {
        seals.unknownEpoch(peer, now);
    }

    void envelope(byte[] payload, long now) {
        try {
            seals.received(peer, Opaque.copyOf(payload), now);
        } catch (ProtocolException e) {
            Checks.sentence(String.valueOf(e.getMessage()));
        }
    }

    /** Says the next number, if there is a key. */
    void say(long now) {
        Sealer with = sealer;
        if (with == null) {
            seals.wanted(peer, now);
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(DataFrame.HEADER + PAYLOAD + DataFrame.TAG);
        out.putLong(DataFrame.HEADER, node).putLong(DataFrame.HEADER + Long.BYTES, ++said);
        int size = with.seal(out, 0, DataFrame.PACKET, node, peer, ++counter, PAYLOAD, BUFFERS);
        Checks.same(size, out.limit(), "a sealed frame is as large as its parts");
        frames.accept(out.array());
    }

    /** A frame comes out of the data stream, as large as it says. */
    void frame(byte[] bytes, long now) {
        ByteBuffer in = ByteBuffer.wrap(bytes.clone());
        try {
            if (bytes.length == 0
                    || DataFrame.complete(in, 0, bytes.length) != bytes.length
                    || (DataFrame.flags(in, 0) & DataFrame.SEALED) == 0) {
                return;
            }
        } catch (ProtocolException e) {
            return;
        }
        int epoch = DataFrame.epoch(in, 0);
        Opener opener = openers.find(epoch);
        if (opener == null) {
            seals.unknownEpoch(peer, now);
            return;
        }
        switch (opener.open(in, 0, bytes.length, BUFFERS)) {
            case OPENED -> deliver(in, bytes.length);
            case OPENED_FIRST -> {
                deliver(in, bytes.length);
                seals.opened(peer, epoch, now);
            }
            case FORGED, REPLAYED -> {}
        }
    }

    private void deliver(ByteBuffer in, int size) {
        Checks.same(size, DataFrame.HEADER + PAYLOAD + DataFrame.TAG, "what is delivered was said");
        Checks.same(in.getLong(DataFrame.HEADER), (long) peer, "what is delivered was said by the peer");
        long number = in.getLong(DataFrame.HEADER + Long.BYTES);
        Checks.that(number > heard, "nothing is delivered twice or out of order", number);
        heard = number;
        delivered++;
    }

    int delivered() {
        return delivered;
    }

    @Override
    public void send(int to, Opaque payload) {
        Checks.same(to, peer, "envelopes go to the peer");
        envelopes.accept(payload);
    }

    @Override
    public void openers(int whose, String name, Openers all) {
        Checks.same(name, peerId, "openers are for the peer's frames");
        openers = all;
    }

    @Override
    public void sealer(int whose, String name, @Nullable Sealer next) {
        Checks.same(name, peerId, "a sealer is for the peer");
        Checks.that(next == null || openers.current() != null, "who may seal can open what the peer seals");
        sealer = next;
    }

    @Override
    public void agreed(int with, String name, boolean initiated) {
        Checks.same(name, peerId, "keys are agreed with the peer");
        Checks.that(openers.current() != null, "what the peer seals can be opened when keys are agreed");
    }

    @Override
    public void failed(int with, String name, String why) {
        lastFailure = why;
        for (int i = 0; i < why.length(); i++) {
            Checks.that(!Character.isISOControl(why.charAt(i)), "a failure can be logged", why);
        }
    }

    @Override
    public void gaveUp(int with, String name) {
        Checks.same(with, peer, "the peer is given up");
    }

    @Override
    public void broke(int with, String name, Throwable fault) {
        throw new AssertionError("a fault with " + name, fault);
    }

    @Override
    public SSLEngine engine(String name, boolean initiator) throws GeneralSecurityException {
        Identity own =
                IDENTITIES.getOrDefault(id, IDENTITIES.values().iterator().next());
        SSLContext context = OverlayTls.context(own, OverlayTrust.peerTrust(own.trusted(), name, CLOCK));
        return initiator ? OverlayTls.client(context, ALPN) : OverlayTls.server(context, true, ALPN);
    }

    @Override
    public void admit(String name, SSLSession session) {
        Checks.same(name, peerId, "the peer is to be admitted");
    }

    @Override
    public String toString() {
        return id + " start " + instance + ", " + (sealer == null ? "no sealer" : "seals") + ", " + openers
                + ", last failure " + lastFailure;
    }

    /** The same input shall do the same again, as far as TLS lets it. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final Random numbers;

        Fixed(Random numbers) {
            this.numbers = numbers;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            numbers.nextBytes(bytes);
        }

        @Override
        public long nextLong() {
            return numbers.nextLong();
        }

        @Override
        public int nextInt(int bound) {
            return numbers.nextInt(bound);
        }
    }
}
