package io.mnedc.device;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Packets that wait while the keys for their peer are made: bounded per peer, in all, and in time; the oldest are dropped
 * first. Under the outlet's monitor.
 */
final class WaitingPackets {
    /** The most bytes that wait for one peer. */
    static final int MOST_PER_PEER = 256 << 10;

    /** The most bytes that wait. */
    static final int MOST = 4 << 20;

    /** How long a packet waits, in nanoseconds. */
    static final long LONGEST = 1_000_000_000L;

    /** One packet, or the payload of an echo; without its bytes once it is sent or dropped. */
    static final class Entry {
        final SealedPeer peer;
        final int type;
        final long since;
        private byte @Nullable [] bytes;

        private Entry(SealedPeer peer, int type, byte[] bytes, long since) {
            this.peer = peer;
            this.type = type;
            this.bytes = bytes;
            this.since = since;
        }
    }

    /** Takes what has waited. */
    interface Taker {
        void take(int type, byte[] bytes);
    }

    private final LongAdder dropped;
    /** By age; those that are gone stay until they are the oldest. */
    private final Deque<Entry> all = new ArrayDeque<>();

    private int total;

    WaitingPackets(LongAdder dropped) {
        this.dropped = dropped;
    }

    /** Copies a packet. */
    void add(SealedPeer peer, int type, ByteBuffer from, int at, int length, long now) {
        expire(now);
        while (peer.waitingBytes + length > MOST_PER_PEER && !peer.waiting.isEmpty()) {
            drop(peer.waiting.getFirst());
        }
        while (total + length > MOST && !all.isEmpty()) {
            dropOldest();
        }
        byte[] bytes = new byte[length];
        from.get(at, bytes);
        Entry entry = new Entry(peer, type, bytes, now);
        peer.waiting.add(entry);
        peer.waitingBytes += length;
        total += length;
        all.add(entry);
    }

    /** Hands out all that waits for a peer, in order. */
    void takeAll(SealedPeer peer, Taker taker) {
        while (!peer.waiting.isEmpty()) {
            Entry first = peer.waiting.getFirst();
            byte[] bytes = first.bytes;
            forget(first);
            if (bytes != null) {
                taker.take(first.type, bytes);
            }
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
        for (Entry oldest = all.peek();
                oldest != null && (oldest.bytes == null || now - oldest.since > LONGEST);
                oldest = all.peek()) {
            dropOldest();
        }
    }

    boolean isEmpty() {
        return total == 0;
    }

    private void dropOldest() {
        Entry oldest = all.remove();
        if (oldest.bytes != null) {
            drop(oldest);
        }
    }

    private void drop(Entry entry) {
        forget(entry);
        dropped.increment();
    }

    /** An entry is always the oldest one of its peer. */
    private void forget(Entry entry) {
        byte[] bytes = entry.bytes;
        if (bytes != null) {
            entry.peer.waiting.remove();
            entry.peer.waitingBytes -= bytes.length;
            total -= bytes.length;
            entry.bytes = null;
        }
    }
}
