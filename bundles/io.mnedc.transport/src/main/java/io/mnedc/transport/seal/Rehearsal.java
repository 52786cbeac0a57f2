package io.mnedc.transport.seal;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.SealMessage;

/**
 * A handshake of a device with itself, in memory, that leads to nothing: what Java loads and compiles for the first one
 * takes longer than the handshake, and packets wait for it.
 */
final class Rehearsal {
    /** More parts than a handshake has. */
    private static final int MOST_TURNS = 8;

    private final PeerSeal.Means means;
    private final SealingHandshake one;
    private final SealingHandshake other;

    Rehearsal(PeerSeal.Means means, String ownId) throws SealingException {
        this.means = means;
        this.one = end(true, ownId);
        this.other = end(false, ownId);
    }

    private SealingHandshake end(boolean initiator, String ownId) throws SealingException {
        SealMessage.Keys keys = new SealMessage.Keys(0, means.random(SealMessage.KEY), means.random(SealMessage.IV));
        return new SealingHandshake(0, initiator, ownId, means.engines, means.ciphers, keys);
    }

    /** Plays it. */
    void play() throws SealingException, ProtocolException {
        one.begin();
        other.begin();
        for (int turn = 0; turn < MOST_TURNS && !other.complete(); turn++) {
            pass(one, other);
            pass(other, one);
        }
    }

    private static void pass(SealingHandshake from, SealingHandshake to) throws SealingException, ProtocolException {
        for (Opaque part : from.output()) {
            to.received(PeerHandshake.decode(part));
        }
    }
}
