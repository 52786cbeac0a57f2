package io.mnedc.device.data;

import java.nio.ByteBuffer;

/**
 * A path that takes frames: the relay's stream, or later a direct one to a peer. Frames are sealed, or not, before they
 * come here.
 */
interface FrameSink {
    /**
     * Sends whole frames that lie one after the other. Never blocks; what cannot leave at once is copied and waits.
     *
     * @param frames a direct buffer; position and limit are changed, the caller may use it again at once
     * @param from where the first frame begins
     * @param to where the last one ends
     */
    void send(ByteBuffer frames, int from, int to);

    /** A probe was answered after this time, in nanoseconds. */
    void answeredAfter(long nanos);

    /** {@return frames that waited too long since this path was opened} */
    long droppedFrames();
}
