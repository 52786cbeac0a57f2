package io.mnedc.boringssl;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.conscrypt.AllocatedBuffer;
import org.conscrypt.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory that engines need while they are called, lent to one after the other: left alone, each would keep some of its
 * own for ever. Thread-safe.
 */
final class Buffers extends BufferAllocator {
    /** A TLS record and what belongs to it. */
    private static final int SIZE = 18 << 10;

    /** As many are kept as threads call engines at once, or more. */
    private static final int MOST = 16;

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /** One that is lent until it is given back. */
    private final class Lent extends AllocatedBuffer {
        private @Nullable ByteBuffer memory;

        Lent(ByteBuffer memory) {
            this.memory = memory;
        }

        @Override
        public ByteBuffer nioBuffer() {
            ByteBuffer lent = memory;
            if (lent == null) {
                throw new IllegalStateException("given back already");
            }
            return lent;
        }

        @Override
        public AllocatedBuffer release() {
            ByteBuffer lent = memory;
            memory = null;
            if (lent != null) {
                give(lent);
            }
            return this;
        }
    }

    @Override
    public AllocatedBuffer allocateDirectBuffer(int capacity) {
        ByteBuffer memory = capacity <= SIZE ? take() : null;
        return new Lent(memory != null ? memory : ByteBuffer.allocateDirect(Math.max(capacity, SIZE)));
    }

    private synchronized @Nullable ByteBuffer take() {
        return free.poll();
    }

    private synchronized void give(ByteBuffer memory) {
        if (memory.capacity() == SIZE && free.size() < MOST) {
            free.push(memory.clear());
        }
    }

    @Override
    public AllocatedBuffer allocateHeapBuffer(int capacity) {
        return AllocatedBuffer.wrap(ByteBuffer.allocate(capacity));
    }
}
