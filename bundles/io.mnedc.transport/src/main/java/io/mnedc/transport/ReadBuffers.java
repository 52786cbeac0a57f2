package io.mnedc.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one loop reads into. All its streams share one buffer while they carry whole frames, so that an idle
 * stream holds nothing. A long part of a frame that is not whole yet stays where it lies, and the loop takes another buffer for
 * its other streams. Most of what is copied in a busy stream would be such parts. Of one thread.
 */
final class ReadBuffers {
    /** Bytes read at once: two super-packets; more of them delay each other and leave the processor's cache. */
    static final int READ = 128 << 10;

    /** Room to go on reading behind a rest. */
    static final int SIZE = 2 * READ;

    /** Rests up to this size, which is all that an unbound stream can have, are kept in an array of their size. */
    private static final int SMALL = 8 << 10;

    /** Streams whose rest stays in a buffer; those of further ones are copied. */
    private static final int MOST_LENT = 16;

    private static final long MOST_COPIED = 16 << 20;
    private static final int LEAST_ARRAY = 512;

    /** What a stream has of a frame that is not whole yet. */
    static final class Rest {
        private @Nullable ByteBuffer memory;
        private Kind kind = Kind.ARRAY;
        private int from;
        private int to;
    }

    private enum Kind {
        ARRAY,
        CHUNK,
        LENT
    }

    // apart from what waits to be sent: half frames of some streams must not cost the others their queues
    private final ChunkPool copies = new ChunkPool(MOST_COPIED);
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private int lent;

    /** {@return a buffer that begins with a stream's rest at {@link #begin}, and has room up to its limit} */
    ByteBuffer forReading(Rest rest) {
        ByteBuffer memory = rest.memory;
        if (memory != null && rest.kind == Kind.LENT) {
            if (SIZE - rest.to < READ) {
                memory.limit(rest.to).position(rest.from).compact();
                rest.to -= rest.from;
                rest.from = 0;
            }
        } else {
            ByteBuffer next = free.poll();
            next = next != null ? next : ByteBuffer.allocateDirect(SIZE);
            rest.from = 0;
            rest.to = 0;
            if (memory != null) {
                next.clear().put(memory);
                rest.to = next.position();
            }
            memory = next;
        }
        return memory.limit(rest.to + READ).position(rest.to);
    }

    /** {@return where the rest begins in the buffer that {@link #forReading} has given} */
    static int begin(Rest rest) {
        return rest.from;
    }

    /** Keeps what of a buffer belongs to a frame that is not whole yet; the buffer may be used for other streams then. */
    void keep(Rest rest, ByteBuffer in, int from, int to) {
        int size = to - from;
        boolean lentAlready = rest.kind == Kind.LENT;
        if (size > SMALL && (lentAlready || lent < MOST_LENT)) {
            if (!lentAlready) {
                forget(rest);
                lent++;
            }
            rest.memory = in;
            rest.kind = Kind.LENT;
            rest.from = from;
            rest.to = to;
            return;
        }
        if (lentAlready) {
            rest.memory = null;
            rest.kind = Kind.ARRAY;
            lent--;
        }
        copy(rest, in, from, size);
        free.push(in);
    }

    private void copy(Rest rest, ByteBuffer in, int from, int size) {
        in.clear();
        ByteBuffer memory = rest.memory;
        if (memory != null && (memory.capacity() < size || (size == 0 && memory.capacity() > LEAST_ARRAY))) {
            forget(rest);
            memory = null;
        }
        if (size == 0) {
            if (memory != null) {
                memory.clear().limit(0);
            }
            return;
        }
        if (memory == null) {
            memory = size <= SMALL ? null : copies.take();
            rest.kind = memory != null ? Kind.CHUNK : Kind.ARRAY;
            memory = memory != null ? memory : ByteBuffer.allocate(Math.max(size, LEAST_ARRAY));
            rest.memory = memory;
        }
        memory.clear().put(0, in, from, size).limit(size);
    }

    /** Gives back what a stream has kept. */
    void forget(Rest rest) {
        ByteBuffer memory = rest.memory;
        if (memory != null && rest.kind == Kind.CHUNK) {
            copies.give(memory);
        } else if (memory != null && rest.kind == Kind.LENT) {
            free.push(memory);
            lent--;
        }
        rest.memory = null;
        rest.kind = Kind.ARRAY;
    }
}
