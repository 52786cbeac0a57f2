package io.mnedc.device.data;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Packets that wait while the keys for their peer are made: bounded per peer, in all, and in time; the oldest are dropped
 * first. Under the sender's monitor.
 */
final class WaitingPackets {
    /** The most bytes that wait for one peer, {@link #OVERHEAD} included. */
    static final int MOST_PER_PEER = 256 << 10;

    /** The most bytes that wait, {@link #OVERHEAD} included. */
    static final int MOST = 4 << 20;

    /**
     * What a packet takes beside its bytes, about: the entry, its array's header, its places among all and among the
     * peer's. Without it, a flood of small packets would take several times as much as is allowed.
     */
    static final int OVERHEAD = 128;

    /**
     * How long a packet waits, in nanoseconds: as long as for a neighbour's address, which is asked for three times, a
     * second apart (RFC 4861, section 10). That is enough for a handshake whose first attempt fails.
     */
    static final long LONGEST = 3_000_000_000L;

    /** One packet, or the payload of an echo. */
    static final class Entry {
        final SealedPeer peer;
        final int type;
        final long since;
        private final byte[] bytes;

        private Entry(SealedPeer peer, int type, byte[] bytes, long since) {
            this.peer = peer;
            this.type = type;
            this.bytes = bytes;
            this.since = since;
        }

        private int charge() {
            return bytes.length + OVERHEAD;
        }
    }

    /** Takes what has waited. */
    interface Taker {
        void take(int type, byte[] bytes);
    }

    private final LongAdder dropped;

    /** By age. */
    private final Set<Entry> all = new LinkedHashSet<>();

    private int total;

    WaitingPackets(LongAdder dropped) {
        this.dropped = dropped;
    }

    /** Copies a packet. */
    void add(SealedPeer peer, int type, ByteBuffer from, int at, int length, long now) {
        expire(now);
        int charge = length + OVERHEAD;
        while (peer.waitingBytes + charge > MOST_PER_PEER && !peer.waiting.isEmpty()) {
            drop(peer.waiting.getFirst());
        }
        while (total + charge > MOST && !all.isEmpty()) {
            drop(all.iterator().next());
        }
        byte[] bytes = new byte[length];
        from.get(at, bytes);
        Entry entry = new Entry(peer, type, bytes, now);
        peer.waiting.add(entry);
        all.add(entry);
        peer.waitingBytes += charge;
        total += charge;
    }

    /** {@return whether a packet may wait that must not push out others, nor take the room of those that come} */
    boolean hasSpare(SealedPeer peer, int length, long now) {
        expire(now);
        int charge = length + OVERHEAD;
        return peer.waitingBytes + charge <= MOST_PER_PEER / 4 && total + charge <= MOST / 2;
    }

    /** Hands out all that waits for a peer, in order. */
    void takeAll(SealedPeer peer, Taker taker) {
        while (!peer.waiting.isEmpty()) {
            Entry first = peer.waiting.getFirst();
            forget(first);
            taker.take(first.type, first.bytes);
        }
    }

    /** Drops all that waits for a peer. */
    void dropAll(SealedPeer peer) {
        while (!peer.waiting.isEmpty()) {
            drop(peer.waiting.getFirst());
        }
    }

    /** Drops what has waited for too long. */
    void expire(long now) {
        while (!all.isEmpty()) {
            Entry oldest = all.iterator().next();
            if (now - oldest.since <= LONGEST) {
                return;
            }
            drop(oldest);
        }
    }

    /** {@return how many wait} */
    int size() {
        return all.size();
    }

    private void drop(Entry entry) {
        forget(entry);
        dropped.increment();
    }

    /** An entry is always the oldest one of its peer. */
    private void forget(Entry entry) {
        entry.peer.waiting.remove();
        all.remove(entry);
        entry.peer.waitingBytes -= entry.charge();
        total -= entry.charge();
    }
}
