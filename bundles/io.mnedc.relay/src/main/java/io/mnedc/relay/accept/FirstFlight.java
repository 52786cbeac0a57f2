package io.mnedc.relay.accept;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection has sent until it is served. A client that has hung up meanwhile is found only by reading; nothing needs
 * to be computed for it.
 */
public final class FirstFlight {
    private static final Logger LOG = LoggerFactory.getLogger(FirstFlight.class);
    /** A ClientHello is some hundred bytes; a client that sends more is still there. */
    private static final int MOST = 4096;

    private FirstFlight() {}

    /**
     * Reads what has come.
     *
     * @param socket without blocking
     * @param begun what was read from it before
     * @return all that was read; null if the other end is gone
     */
    public static @Nullable ByteBuffer of(SocketChannel socket, ByteBuffer begun) {
        ByteBuffer all = ByteBuffer.allocate(MOST).put(begun);
        try {
            int got = 1;
            while (got > 0 && all.hasRemaining()) {
                got = socket.read(all);
            }
            return got < 0 ? null : all.flip();
        } catch (IOException e) {
            LOG.debug("it has gone", e);
            return null;
        }
    }
}
