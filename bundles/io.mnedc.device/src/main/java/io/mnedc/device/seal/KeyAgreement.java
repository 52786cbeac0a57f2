package io.mnedc.device.seal;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.SealMessage;
import io.mnedc.work.TokenBucket;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sealing state with one peer: at most one handshake, the key that seals, the keys that open. */
final class KeyAgreement {
    private static final int TRIES = 3;
    private static final long PATIENCE = Nanos.seconds(1);
    private static final long ANSWER_PATIENCE = Nanos.seconds(2);
    private static final long FIRST_PAUSE = Nanos.millis(100);
    private static final long HOLD = Nanos.seconds(5);
    private static final int LONGEST_HOLD = 3;

    /** How long a handshake may take in all, whatever progress it makes. */
    private static final long LONGEST = Nanos.seconds(10);

    private static final int ANSWERS_PER_SECOND = 4;
    private static final int ANSWERS_AT_ONCE = 8;
    private static final long UNKNOWN_APART = Nanos.millis(500);

    private static final int LIVES = 5;

    /** What all peers have in common. */
    static final class Means {
        /**
         * Handshakes that all peers together bring about by beginning them, and by frames that cannot be opened: some half of
         * a core. The rest is for those that this end wants.
         */
        private static final int PER_SECOND = 64;

        final TokenBucket answers = new TokenBucket(Nanos.seconds(1));
        final TokenBucket unknown = new TokenBucket(Nanos.seconds(1));
        final PeerEngines engines;
        final List<SealCipher> ciphers;
        final SecureRandom random;
        final KeyAgreements.Events events;
        long rekey = KeyAgreements.REKEY;
        long rekeyUnits = KeyAgreements.REKEY_UNITS;

        Means(PeerEngines engines, List<SealCipher> ciphers, SecureRandom random, KeyAgreements.Events events) {
            this.engines = engines;
            this.ciphers = ciphers;
            this.random = random;
            this.events = events;
        }

        Opaque random(int bytes) {
            byte[] drawn = new byte[bytes];
            random.nextBytes(drawn);
            return Opaque.copyOf(drawn);
        }
    }

    /** The responder's own key, while it waits for a sign that the initiator can open with it. */
    private record Prepared(SealingHandshake from, Sealer sealer, Opener sign) {}

    private final Means means;
    private final int node;
    private final String id;
    private final PeerOpeners openers = new PeerOpeners();
    private final TokenBucket answers = new TokenBucket(Nanos.seconds(ANSWERS_AT_ONCE / ANSWERS_PER_SECOND));
    private @Nullable SealingHandshake handshake;
    private boolean ours;
    private long progressBy;
    private long endBy;
    private boolean wanted;
    private int tries;
    private int holds;
    private long notBefore;
    private int epoch;
    private @Nullable Sealer sealer;
    private boolean initiated;
    private long sealingSince;
    private long unitsBefore;
    private @Nullable Prepared prepared;
    private long unknownAgainAt;

    KeyAgreement(Means means, int node, String id, long now) {
        this.means = means;
        this.node = node;
        this.id = id;
        this.epoch = means.random.nextInt(SealMessage.MAX_EPOCH + 1);
        this.notBefore = now;
        this.unknownAgainAt = now;
    }

    String id() {
        return id;
    }

    boolean running() {
        return handshake != null;
    }

    /** {@return whether a handshake is running that this end wants: it began it, or answers one instead} */
    boolean runningOurs() {
        return handshake != null && ours;
    }

    boolean wanted() {
        return wanted;
    }

    /** {@return whether nothing would be lost if this were forgotten} */
    boolean idle(long now) {
        return handshake == null && !wanted && sealer == null && openers.none() && now - notBefore >= 0;
    }

    /** Packets wait for keys. */
    void want() {
        wanted = wanted || sealer == null;
    }

    /** The peer seals with a key that this end does not have: one of the two has started again. */
    void unknownEpoch(long now) {
        if (now - unknownAgainAt >= 0 && (wanted || means.unknown.takeOne(Means.PER_SECOND, now))) {
            unknownAgainAt = now + UNKNOWN_APART;
            wanted = true;
        }
    }

    /** There is news of the peer: it may be worth trying again. */
    void announced(long now) {
        holds = 0;
        tries = 0;
        notBefore = now;
    }

    boolean mayBegin(long now) {
        return wanted && handshake == null && now - notBefore >= 0;
    }

    void begin(long now) {
        ours = true;
        start(means.random.nextLong(), true, now);
    }

    private void start(long handshakeId, boolean initiator, long now) {
        try {
            epoch = (epoch + 1) & SealMessage.MAX_EPOCH;
            SealMessage.Keys own =
                    new SealMessage.Keys(epoch, means.random(SealMessage.KEY), means.random(SealMessage.IV));
            SealingHandshake next = new SealingHandshake(handshakeId, initiator, id, means.engines, means.ciphers, own);
            handshake = next;
            endBy = now + LONGEST;
            progressed(now);
            next.begin();
            send(next);
        } catch (SealingException e) {
            failed(e, initiator, now);
        }
    }

    private void endHandshake() {
        SealingHandshake ended = handshake;
        handshake = null;
        if (ended != null) {
            ended.release();
        }
    }

    private void progressed(long now) {
        SealingHandshake running = handshake;
        boolean begun = running != null && running.initiator();
        progressBy = now + (begun ? PATIENCE << tries : ANSWER_PATIENCE);
    }

    private void send(SealingHandshake from) {
        from.output().forEach(part -> means.events.send(node, part));
    }

    /**
     * A part of a handshake came.
     *
     * @param first whether a handshake that this end has begun goes on if the peer begins one, too
     * @param mayAnswer whether another handshake that this end does not want may be answered now
     */
    void received(PeerHandshake part, boolean first, boolean mayAnswer, long now) {
        SealingHandshake running = handshake;
        boolean known = running != null && running.id() == part.id() && running.initiator() != part.initiator();
        if (!known) {
            boolean beginning = part.initiator() && part.sequence() == 0;
            boolean ownWins = running != null && running.initiator() && first;
            boolean instead = runningOurs();
            if (!beginning
                    || ownWins
                    || !answers.takeOne(ANSWERS_PER_SECOND, now)
                    || !(instead || (mayAnswer && means.answers.takeOne(Means.PER_SECOND, now)))) {
                return;
            }
            ours = instead;
            endHandshake();
            start(part.id(), false, now);
            running = handshake;
        }
        if (running != null) {
            deliver(running, part, now);
        }
    }

    private void deliver(SealingHandshake running, PeerHandshake part, long now) {
        boolean openedBefore = running.opener() != null;
        try {
            if (!running.received(part)) {
                return;
            }
        } catch (SealingException e) {
            failed(e, running.initiator(), now);
            return;
        }
        progressed(now);
        Opener opener = running.opener();
        Sealer agreed = running.sealer();
        if (opener != null && agreed != null && !openedBefore) {
            // before the peer hears that it may use the key
            openers.install(opener, running.initiator(), now);
            prepared = new Prepared(running, agreed, opener);
            means.events.openers(node, id, openers.all());
        }
        send(running);
        if (running.complete()) {
            switchOver(running.initiator(), now);
        }
    }

    /** The peer opens what is sealed with the new key. */
    private void switchOver(boolean asInitiator, long now) {
        Prepared next = prepared;
        if (next == null) {
            return;
        }
        prepared = null;
        if (next.from().equals(handshake)) {
            endHandshake();
        }
        if (!asInitiator && openers.inUse(next.sign(), now)) {
            means.events.openers(node, id, openers.all());
        }
        sealer = next.sealer();
        initiated = asInitiator;
        sealingSince = now;
        unitsBefore = 0;
        wanted = false;
        announced(now);
        // counted before the first packet leaves
        means.events.agreed(node, id, asInitiator);
        means.events.sealer(node, id, sealer);
    }

    /** The first frame of an epoch was opened. */
    void opened(int openedEpoch, long now) {
        Opener opener = openers.all().find(openedEpoch);
        Prepared next = prepared;
        if (opener == null || !opener.used()) {
            return;
        }
        if (next != null && next.sign().equals(opener)) {
            switchOver(false, now);
        } else if (openers.inUse(opener, now)) {
            means.events.openers(node, id, openers.all());
        }
    }

    /** Time passes. */
    void tick(long now) {
        SealingHandshake running = handshake;
        if (running != null && (now - progressBy >= 0 || now - endBy >= 0)) {
            failed(new SealingException("no answer in time", SealingException.Kind.PASSING), running.initiator(), now);
        }
        if (openers.expire(now, LIVES * means.rekey + means.rekey / 2)) {
            means.events.openers(node, id, openers.all());
        }
        Sealer present = sealer;
        if (present != null) {
            age(present, now);
        }
    }

    private void age(Sealer present, long now) {
        long units = present.units();
        boolean used = units != unitsBefore;
        unitsBefore = units;
        long age = now - sealingSince;
        if (age >= LIVES * means.rekey || units >= 2 * means.rekeyUnits) {
            sealer = null;
            means.events.sealer(node, id, null);
        } else if (used && isDue(age, units)) {
            wanted = true;
        }
    }

    private boolean isDue(long age, long units) {
        // the responder a quarter later: it has to only if the initiator does not
        int quarters = initiated ? 4 : 5;
        return age >= means.rekey / 4 * quarters || units >= means.rekeyUnits / 4 * quarters;
    }

    private void failed(SealingException why, boolean asInitiator, long now) {
        SealingHandshake ended = handshake;
        if (ended != null) {
            send(ended);
        }
        endHandshake();
        if (why.refused() && (sealer != null || !openers.none())) {
            // the keys of before end with the trust that they were made in
            forget();
        }
        if (why.lasting() || (asInitiator && tries + 1 == TRIES)) {
            means.events.failed(node, id, String.valueOf(why.getMessage()));
        }
        if (!asInitiator) {
            return;
        }
        tries++;
        if (!why.lasting() && tries < TRIES) {
            notBefore = now + (FIRST_PAUSE << (tries - 1));
            return;
        }
        pause(now);
    }

    private void pause(long now) {
        tries = 0;
        notBefore = now + (HOLD << holds);
        holds = Math.min(holds + 1, LONGEST_HOLD);
        wanted = false;
        means.events.gaveUp(node, id);
    }

    /** Something is wrong in here, not with the peer: what was begun ends, what was agreed stays. */
    void abandon(long now) {
        endHandshake();
        prepared = null;
        pause(now);
    }

    private void forget() {
        sealer = null;
        prepared = null;
        openers.clear();
        tell();
    }

    /** Ends for good. */
    void drop() {
        endHandshake();
        tell();
    }

    private void tell() {
        means.events.openers(node, id, Openers.NONE);
        means.events.sealer(node, id, null);
    }
}
