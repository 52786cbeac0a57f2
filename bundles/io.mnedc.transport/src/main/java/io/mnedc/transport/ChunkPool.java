package io.mnedc.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Direct memory for queues, shared by many streams and bounded as a whole. Thread-safe. */
public final class ChunkPool {
    /** Bytes of a chunk: room for the largest data frame, and for a good many small ones. */
    public static final int CHUNK = 128 << 10;

    /** Free chunks kept for reuse; what is free beyond that goes back to the operating system. */
    private static final int KEPT = 32;

    private final int most;
    private final IntFunction<ByteBuffer> memory;
    private final AtomicInteger out = new AtomicInteger();
    private final ArrayBlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(KEPT);

    /**
     * Makes a pool.
     *
     * @param totalBytes the most bytes that are in use at once
     */
    public ChunkPool(long totalBytes) {
        this(totalBytes, ByteBuffer::allocateDirect);
    }

    ChunkPool(long totalBytes, IntFunction<ByteBuffer> memory) {
        this.memory = memory;
        this.most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, totalBytes / CHUNK));
    }

    /** {@return an empty chunk, or null if all are in use or the JVM has no more direct memory} */
    @Nullable
    ByteBuffer take() {
        if (out.incrementAndGet() > most) {
            out.decrementAndGet();
            return null;
        }
        ByteBuffer chunk = free.poll();
        if (chunk != null) {
            return chunk.clear();
        }
        try {
            return memory.apply(CHUNK);
        } catch (OutOfMemoryError e) {
            // the JVM's limit of direct memory is lower than this pool's: to the callers that is the same
            out.decrementAndGet();
            return null;
        }
    }

    /** Gives back a chunk; the caller no longer uses it. */
    void give(ByteBuffer chunk) {
        out.decrementAndGet();
        // a full list drops the chunk: the garbage collector frees its memory
        boolean kept = free.offer(chunk);
        assert kept || free.remainingCapacity() == 0;
    }

    /** {@return bytes in use now} */
    public long usedBytes() {
        return (long) out.get() * CHUNK;
    }
}
