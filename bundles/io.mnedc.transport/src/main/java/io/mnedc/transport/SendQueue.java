package io.mnedc.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a data stream sends: straight into the socket while it takes everything, else through a queue. The queue is bounded in
 * bytes and in time, and drops whole frames from its head. A frame that has been begun is always finished.
 *
 * <p>Thread-safe. Costs a lock per call, not per frame; nothing is held while the queue is empty.
 */
final class SendQueue {
    /** How long a chunk takes further frames: the precision of their waiting time. */
    private static final long CHUNK_OPEN_NANOS = 5_000_000;

    private static final int LENGTH_FIELD = 4;

    /** Frames in the order they go out. */
    private static final class Chunk {
        final ByteBuffer memory;
        final boolean pooled;
        final long since;
        /** Bytes at the beginning that finish a frame whose first bytes have left already. */
        int lead;

        int read;
        int end;

        Chunk(ByteBuffer memory, boolean pooled, long since) {
            this.memory = memory;
            this.pooled = pooled;
            this.since = since;
        }
    }

    private final WritableByteChannel socket;
    private final ChunkPool pool;
    private final StreamSettings settings;
    private final long mostNanos;
    private final SendBuffer buffer;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private int queued;
    private long droppedFrames;
    private boolean released;

    SendQueue(WritableByteChannel socket, SendBuffer buffer, ChunkPool pool, StreamSettings settings) {
        this.socket = socket;
        this.buffer = buffer;
        this.pool = pool;
        this.settings = settings;
        this.mostNanos = settings.queueTime().toNanos();
    }

    /**
     * Sends whole frames; changes the buffer's position and limit.
     *
     * @return whether something waits for the socket that did not wait before
     */
    synchronized boolean send(ByteBuffer frames, int from, int to, long now) throws IOException {
        if (released) {
            return false;
        }
        if (!chunks.isEmpty()) {
            dropOld(now);
        }
        if (!chunks.isEmpty()) {
            append(frames, from, to, now);
            return false;
        }
        frames.limit(to).position(from);
        socket.write(frames);
        int at = frames.position();
        if (at == to) {
            buffer.went(to - from, now);
            return false;
        }
        int begun = frameEndAt(frames, from, to, at);
        if (begun > at) {
            appendLead(frames, at, begun, now);
        }
        append(frames, begun, to, now);
        buffer.took(0, !chunks.isEmpty(), now);
        return !chunks.isEmpty();
    }

    /**
     * Writes what waits.
     *
     * @return whether something still waits
     */
    synchronized boolean drain(long now) throws IOException {
        dropOld(now);
        int before = queued;
        while (!released && !chunks.isEmpty()) {
            Chunk head = chunks.getFirst();
            head.memory.limit(head.end).position(head.read);
            int written = socket.write(head.memory);
            head.read += written;
            queued -= written;
            if (head.read < head.end) {
                break;
            }
            recycle(chunks.removeFirst());
        }
        boolean more = !chunks.isEmpty();
        buffer.took(before - queued, more, now);
        return more;
    }

    /** Before anything is sent. */
    synchronized void open() throws IOException {
        buffer.open();
    }

    /** An answer of the peer came so long after what it answers. */
    synchronized void roundTrip(long nanos) {
        buffer.roundTrip(nanos);
    }

    /** Forgets what waits; later calls send nothing. */
    synchronized void release() {
        released = true;
        chunks.forEach(this::recycle);
        chunks.clear();
        queued = 0;
    }

    synchronized long droppedFrames() {
        return droppedFrames;
    }

    synchronized int queuedBytes() {
        return queued;
    }

    /** Where the frame ends whose first bytes have been written up to here; here itself if none is begun. */
    private static int frameEndAt(ByteBuffer frames, int from, int to, int here) {
        int at = from;
        while (at < here) {
            at = next(frames, at, to);
        }
        return at;
    }

    private static int next(ByteBuffer frames, int at, int to) {
        if (to - at < LENGTH_FIELD) {
            return to;
        }
        int length = frames.getInt(at);
        return length < 0 || length > to - at - LENGTH_FIELD ? to : at + LENGTH_FIELD + length;
    }

    private void appendLead(ByteBuffer frames, int from, int to, long now) {
        ByteBuffer memory = pool.take();
        boolean pooled = memory != null;
        // the begun frame must be finished, even when all queue memory is in use
        Chunk chunk = new Chunk(memory != null ? memory : ByteBuffer.allocate(to - from), pooled, now);
        copy(frames, from, to, chunk);
        chunk.lead = chunk.end;
        chunks.add(chunk);
    }

    private void append(ByteBuffer frames, int from, int to, long now) {
        int at = from;
        while (at < to) {
            Chunk tail = tailFor(next(frames, at, to) - at, now);
            if (tail == null) {
                countDropped(frames, at, to);
                return;
            }
            int end = at;
            for (int next = next(frames, at, to);
                    next - at <= tail.memory.capacity() - tail.end;
                    next = next(frames, end, to)) {
                end = next;
                if (end == to) {
                    break;
                }
            }
            copy(frames, at, end, tail);
            at = end;
        }
        while (queued > settings.queueBytes() && dropHead()) {
            // until it fits
        }
    }

    private @Nullable Chunk tailFor(int bytes, long now) {
        Chunk tail = chunks.peekLast();
        if (tail != null
                && tail.pooled
                && tail.memory.capacity() - tail.end >= bytes
                && now - tail.since < CHUNK_OPEN_NANOS) {
            return tail;
        }
        ByteBuffer memory = pool.take();
        if (memory == null) {
            // rather the newest frames than the oldest
            if (!dropHead()) {
                return null;
            }
            memory = pool.take();
            if (memory == null) {
                return null;
            }
        }
        Chunk chunk = new Chunk(memory, true, now);
        chunks.add(chunk);
        return chunk;
    }

    private void copy(ByteBuffer frames, int from, int to, Chunk chunk) {
        chunk.memory.clear().put(chunk.end, frames, from, to - from);
        chunk.end += to - from;
        queued += to - from;
    }

    private void dropOld(long now) {
        for (Chunk oldest = oldestDroppable();
                oldest != null && now - oldest.since > mostNanos;
                oldest = oldestDroppable()) {
            drop(oldest);
        }
    }

    private boolean dropHead() {
        Chunk oldest = oldestDroppable();
        if (oldest != null) {
            drop(oldest);
        }
        return oldest != null;
    }

    /** The first chunk with a frame that is not begun: the first one of all, or the one behind it. */
    private @Nullable Chunk oldestDroppable() {
        Iterator<Chunk> inOrder = chunks.iterator();
        if (!inOrder.hasNext()) {
            return null;
        }
        Chunk head = inOrder.next();
        return begunEnd(head) < head.end ? head : inOrder.hasNext() ? inOrder.next() : null;
    }

    /** Drops the frames of a chunk, but not the rest of one that is begun. */
    private void drop(Chunk chunk) {
        int keep = begunEnd(chunk);
        countDropped(chunk.memory, keep, chunk.end);
        queued -= chunk.end - keep;
        chunk.end = keep;
        if (chunk.read == chunk.end) {
            chunks.remove(chunk);
            recycle(chunk);
        }
    }

    private static int begunEnd(Chunk chunk) {
        if (chunk.read < chunk.lead) {
            return chunk.lead;
        }
        chunk.memory.clear();
        int at = chunk.lead;
        while (at < chunk.read) {
            at = next(chunk.memory, at, chunk.end);
        }
        return at;
    }

    private void countDropped(ByteBuffer frames, int from, int to) {
        frames.limit(to);
        for (int at = from; at < to; at = next(frames, at, to)) {
            droppedFrames++;
        }
    }

    private void recycle(Chunk chunk) {
        if (chunk.pooled) {
            pool.give(chunk.memory);
        }
    }
}
