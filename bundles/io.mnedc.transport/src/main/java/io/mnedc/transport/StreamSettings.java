package io.mnedc.transport;

import java.time.Duration;

/**
 * How a data stream buffers what it sends.
 *
 * @param sendBufferBytes the most that the socket's send buffer (SO_SNDBUF) becomes, whose bytes can no longer be dropped;
 *     it is as large as the way is fast; 0 leaves it to the kernel
 * @param queueBytes the most bytes that wait for the socket; beyond that the oldest are dropped
 * @param queueTime the longest that a frame waits for the socket; older ones are dropped
 */
public record StreamSettings(int sendBufferBytes, int queueBytes, Duration queueTime) {
    /** For a link of unknown speed. */
    public static final StreamSettings DEFAULT = new StreamSettings(1 << 20, 8 << 20, Duration.ofMillis(100));

    /** Checks the values. */
    public StreamSettings {
        if (sendBufferBytes < 0 || queueBytes < ChunkPool.CHUNK || queueTime.isNegative() || queueTime.isZero()) {
            throw new IllegalArgumentException("send buffer " + sendBufferBytes + ", queue " + queueBytes
                    + " bytes (at least " + ChunkPool.CHUNK + "), " + queueTime);
        }
    }
}
