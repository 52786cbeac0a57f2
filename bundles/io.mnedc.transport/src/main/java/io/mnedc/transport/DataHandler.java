package io.mnedc.transport;

import io.mnedc.codec.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What is done with a data stream. All calls come from the loop's thread and must not block. */
public interface DataHandler {
    /**
     * The stream is connected.
     *
     * @param stream the stream
     */
    default void opened(DataStream stream) {}

    /**
     * Bytes came.
     *
     * @param stream the stream they came from
     * @param in the loop's shared direct buffer, valid only during the call; its position and limit may be changed
     * @param from where the bytes begin: a whole unit (frame or message) begins here
     * @param to where they end
     * @return the offset behind the last whole unit; what follows is given again with more bytes. A unit is at most
     *     {@link ChunkPool#CHUNK} bytes.
     * @throws ProtocolException to have the stream closed
     */
    int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException;

    /**
     * The stream is closed; called exactly once, also when it never opened.
     *
     * @param cause why, or null if this end or the peer closed it in order
     */
    void closed(@Nullable Throwable cause);
}
