package io.mnedc.device.seal;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * With which keys a device seals for, and opens from, each of its peers: makes them when they are wanted, replaces them
 * in time, and repairs what was lost. Every pair of keys comes from a TLS 1.3 handshake of its own.
 *
 * <ul>
 *   <li>A handshake is begun when packets wait, when a peer seals with a key that this end does not have, and when the
 *       keys have been in use for long or for much: after {@link #REKEY} or {@link #REKEY_UNITS} by who began the
 *       handshake of these keys, a quarter later by the other one.
 *   <li>Of those that are to be begun, a bounded number is running; the others follow in the order in which they were
 *       wanted. Those that only peers want have a bound of their own, and a rate.
 *   <li>If both begin at once, the one with the lower node goes on, and the other one answers.
 *   <li>A handshake that makes no progress is given up and begun again, three times; then there is a pause.
 *   <li>Keys that cannot be replaced, or are not used, end after five times {@link #REKEY}.
 * </ul>
 *
 * <p>A state machine: no threads, no clock, no input or output. Not thread-safe; times are those of
 * {@link System#nanoTime}.
 */
public final class KeyAgreements {
    /** After how long in use keys are replaced by who began their handshake, unless set otherwise; in nanoseconds. */
    public static final long REKEY = Nanos.seconds(120);

    /**
     * After how many units of {@value Sealer#UNIT} bytes, 128 GiB, keys are replaced by who began their handshake, even
     * if {@link #rekeyAfter} says later. A key that cannot be replaced seals twice as much: 2^34 blocks of AES, where RFC
     * 8446, section 5.5, allows 2^34.5.
     */
    static final long REKEY_UNITS = 1L << 28;

    /** Handshakes that this end wants and has running, at most. */
    private static final int MOST_OURS = 32;

    /** Handshakes that only others want and this end has running, at most: a flood of them does not touch its own. */
    private static final int MOST_ANSWERED = 32;

    /** What is to be done. Called from within the methods, in order; must not call back. */
    public interface Events {
        /**
         * Send an envelope of kind 1.
         *
         * @param node to whom
         * @param payload what
         */
        void send(int node, Opaque payload);

        /**
         * Open a peer's frames with these keys from now on. In force when this returns, for the peer may hear next that
         * it may use one of them.
         *
         * @param node whose frames
         * @param peerId whose frames
         * @param openers the keys
         */
        void openers(int node, String peerId, Openers openers);

        /**
         * Seal for a peer with this key from now on, and send what waits.
         *
         * @param node for whom
         * @param peerId for whom
         * @param sealer the key; null if there is none any more
         */
        void sealer(int node, String peerId, @Nullable Sealer sealer);

        /**
         * There are new keys.
         *
         * @param node with whom
         * @param peerId with whom
         * @param initiated whether this end began
         */
        void agreed(int node, String peerId, boolean initiated);

        /**
         * Something is wrong between this device and a peer, worth a line in the log, but not each time.
         *
         * @param node with whom
         * @param peerId with whom
         * @param why a sentence
         */
        void failed(int node, String peerId, String why);

        /**
         * There will be no keys for some seconds: what waits for them can be dropped.
         *
         * @param node with whom
         * @param peerId with whom
         */
        void gaveUp(int node, String peerId);

        /**
         * Something is wrong in this device's code. The handshake with this peer has ended; the others go on.
         *
         * @param node with whom
         * @param peerId with whom
         * @param fault for the log
         */
        void broke(int node, String peerId, Throwable fault);
    }

    private final KeyAgreement.Means means;
    private final Map<Integer, String> ids = new HashMap<>();
    private final Map<Integer, KeyAgreement> agreements = new HashMap<>();
    private final Set<Integer> waiting = new LinkedHashSet<>();
    private int self;
    private int ours;
    private int answered;

    /**
     * There are no peers yet.
     *
     * @param engines where TLS engines come from, and who decides whom this device talks to
     * @param ciphers what this device can use, the preferred one first
     * @param random of cryptographic quality: keys are made of it
     * @param events what is to be done
     */
    public KeyAgreements(PeerEngines engines, List<SealCipher> ciphers, SecureRandom random, Events events) {
        this.means = new KeyAgreement.Means(engines, List.copyOf(ciphers), random, events);
    }

    /**
     * Says which node this device is. If that changes, all keys are dropped.
     *
     * @param node its node
     */
    public void self(int node) {
        if (node != self) {
            self = node;
            dropAll();
        }
    }

    /**
     * A peer is there. If another one had its node, the keys with that one are dropped.
     *
     * @param node its node
     * @param peerId its ID
     * @param now the present time
     */
    public void present(int node, String peerId, long now) {
        if (!peerId.equals(ids.put(node, peerId))) {
            drop(node);
        }
        KeyAgreement agreement = agreements.get(node);
        if (agreement != null && !agreement.running()) {
            agreement.announced(now);
        }
    }

    /**
     * A peer has left: its keys are dropped.
     *
     * @param node its node
     */
    public void absent(int node) {
        ids.remove(node);
        drop(node);
    }

    /**
     * Changes how long keys are used.
     *
     * @param nanos instead of {@link #REKEY}
     */
    public void rekeyAfter(long nanos) {
        means.rekey = nanos;
    }

    /** Changes how much a key seals, from {@link #REKEY_UNITS}: for tests, which cannot seal so much. */
    void rekeyAfterUnits(long units) {
        means.rekeyUnits = units;
    }

    /** Drops all keys: whom this device talks to, or as whom, may be different now. */
    public void dropAll() {
        List.copyOf(agreements.keySet()).forEach(this::drop);
    }

    private void drop(int node) {
        waiting.remove(node);
        KeyAgreement agreement = agreements.remove(node);
        if (agreement != null) {
            count(agreement, -1);
            agreement.drop();
        }
    }

    /**
     * Packets for a peer wait for a key.
     *
     * @param node the peer's
     * @param now the present time
     */
    public void wanted(int node, long now) {
        act(node, now, KeyAgreement::want);
    }

    /**
     * A sealed frame came from a peer whose epoch is not known.
     *
     * @param node the peer's
     * @param now the present time
     */
    public void unknownEpoch(int node, long now) {
        act(node, now, agreement -> agreement.unknownEpoch(now));
    }

    /**
     * The first frame of an epoch was opened: {@link Opener.Outcome#OPENED_FIRST}.
     *
     * @param node the peer's
     * @param epoch the frame's
     * @param now the present time
     */
    public void opened(int node, int epoch, long now) {
        act(node, now, agreement -> agreement.opened(epoch, now));
    }

    /**
     * An envelope of kind 1 came.
     *
     * @param node whose it is, as the relay says
     * @param payload as it came
     * @param now the present time
     * @throws ProtocolException if it is not well-formed; nothing has changed
     */
    public void received(int node, Opaque payload, long now) throws ProtocolException {
        PeerHandshake part = PeerHandshake.decode(payload);
        act(node, now, agreement -> agreement.received(part, self < node, answered < MOST_ANSWERED, now));
    }

    private void act(int node, long now, Consumer<KeyAgreement> action) {
        String id = ids.get(node);
        if (id == null || node == self) {
            return;
        }
        KeyAgreement agreement = agreements.computeIfAbsent(node, unused -> new KeyAgreement(means, node, id, now));
        guard(node, agreement, now, action);
        if (agreement.mayBegin(now)) {
            waiting.add(node);
        }
        beginNext(now);
    }

    /** Those whose turn it is, as far as there is room. */
    private void beginNext(long now) {
        for (Iterator<Integer> each = waiting.iterator(); ours < MOST_OURS && each.hasNext(); ) {
            int node = each.next();
            each.remove();
            KeyAgreement agreement = agreements.get(node);
            if (agreement != null && agreement.mayBegin(now)) {
                guard(node, agreement, now, next -> next.begin(now));
            }
        }
    }

    /** A fault with one peer must not touch the others, nor what is counted. */
    private void guard(int node, KeyAgreement agreement, long now, Consumer<KeyAgreement> action) {
        count(agreement, -1);
        try {
            action.accept(agreement);
        } catch (Throwable e) {
            agreement.abandon(now);
            means.events.broke(node, agreement.id(), e);
        } finally {
            count(agreement, 1);
        }
    }

    private void count(KeyAgreement agreement, int by) {
        if (agreement.runningOurs()) {
            ours += by;
        } else if (agreement.running()) {
            answered += by;
        }
    }

    /**
     * Time passes.
     *
     * @param now the present time
     * @return after how long this is to be called again, in nanoseconds; {@link Long#MAX_VALUE} if not before something
     *     else has been called
     */
    public long tick(long now) {
        for (Integer node : List.copyOf(agreements.keySet())) {
            act(node, now, agreement -> agreement.tick(now));
        }
        boolean hurry = false;
        for (Iterator<KeyAgreement> each = agreements.values().iterator(); each.hasNext(); ) {
            KeyAgreement agreement = each.next();
            hurry |= agreement.running() || agreement.wanted();
            if (agreement.idle(now)) {
                each.remove();
            }
        }
        return agreements.isEmpty() ? Long.MAX_VALUE : hurry ? Nanos.millis(50) : Nanos.seconds(1);
    }
}
