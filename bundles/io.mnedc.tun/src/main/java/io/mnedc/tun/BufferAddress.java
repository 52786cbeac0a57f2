package io.mnedc.tun;

import io.mnedc.libc.LibC;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Remembers where the last buffer's memory is: asking costs as much as a small read. For one thread at a time. */
final class BufferAddress {
    private @Nullable ByteBuffer last;
    private long address;

    @SuppressWarnings("ReferenceEquality") // the very buffer: equal content may lie elsewhere
    long of(ByteBuffer buffer) {
        // the address stays right: the buffer cannot be freed while it is held here
        if (buffer != last) {
            address = LibC.address(buffer);
            last = buffer;
        }
        return address;
    }
}
