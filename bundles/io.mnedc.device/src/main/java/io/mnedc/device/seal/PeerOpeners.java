package io.mnedc.device.seal;

import org.jspecify.annotations.Nullable;

/**
 * Which keys open a peer's frames: at most two. The present one is what the peer was last known to seal with; the other
 * is the next, until a frame or the peer's word shows that it is in use, and then the one before, for a while.
 */
final class PeerOpeners {
    /** How long the key before is kept: frames that are under way. */
    private static final long OVERLAP = Nanos.seconds(10);

    private @Nullable Opener current;
    private @Nullable Opener other;
    private boolean otherIsNext;
    private boolean otherIsSettled;
    private long otherEnds;
    private long youngest;

    PeerOpeners() {}

    /** {@return what the data path is to use} */
    Openers all() {
        return new Openers(current, other);
    }

    boolean none() {
        return current == null && other == null;
    }

    /**
     * The peer may seal with another key from now on.
     *
     * @param next its key
     * @param settled whether it certainly will, as far as this end can know
     */
    void install(Opener next, boolean settled, long now) {
        Opener waiting = other;
        if (waiting != null && otherIsNext && (otherIsSettled || waiting.used())) {
            // else it would be thrown out although the peer uses it
            promote(now);
        }
        youngest = now;
        Opener present = current;
        if (present == null || present.epoch() == next.epoch()) {
            // a peer that has started again may begin with any epoch
            current = next;
            dropOther();
            return;
        }
        other = next;
        otherIsNext = true;
        otherIsSettled = settled;
    }

    /**
     * The peer says, or a frame shows, that a key is in use.
     *
     * @return whether something has changed
     */
    boolean inUse(Opener opener, long now) {
        if (!otherIsNext || !opener.equals(other)) {
            return false;
        }
        promote(now);
        return true;
    }

    private void promote(long now) {
        Opener before = current;
        current = other;
        other = before;
        otherIsNext = false;
        otherEnds = now + OVERLAP;
    }

    void clear() {
        current = null;
        dropOther();
    }

    private void dropOther() {
        other = null;
        otherIsNext = false;
        otherIsSettled = false;
    }

    /**
     * Drops what is too old.
     *
     * @param life how long a key may open
     * @return whether something has changed
     */
    boolean expire(long now, long life) {
        if (none()) {
            return false;
        }
        if (now - youngest >= life) {
            clear();
            return true;
        }
        if (other != null && !otherIsNext && now - otherEnds >= 0) {
            dropOther();
            return true;
        }
        return false;
    }
}
