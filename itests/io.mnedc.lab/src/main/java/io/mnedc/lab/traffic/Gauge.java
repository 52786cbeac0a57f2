package io.mnedc.lab.traffic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Numbers in a file that several processes have in memory: one writes, the others see it at once. Times are those of
 * {@link System#nanoTime()}, which on Linux is one clock for all processes.
 */
public final class Gauge {
    private static final int SENT = 0;
    private static final int RECEIVED = 8;
    private static final int BYTES = 16;
    private static final int SIZE = 24;

    private final ByteBuffer memory;

    private Gauge(ByteBuffer memory) {
        this.memory = memory;
    }

    /** Opens or creates it. */
    public static Gauge open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            return new Gauge(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /** A datagram that was sent at this time has come back now. */
    void echoed(long sent) {
        memory.putLong(RECEIVED, System.nanoTime());
        memory.putLong(SENT, sent);
    }

    void transferred(long bytes) {
        memory.putLong(BYTES, bytes);
    }

    /** {@return when the newest datagram that came back was sent} */
    public long echoSent() {
        return memory.getLong(SENT);
    }

    /** {@return when the newest datagram came back} */
    public long echoReceived() {
        return memory.getLong(RECEIVED);
    }

    /** {@return bytes of the transfer that the other end has read} */
    public long bytes() {
        return memory.getLong(BYTES);
    }
}
