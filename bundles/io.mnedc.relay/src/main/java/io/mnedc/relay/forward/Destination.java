package io.mnedc.relay.forward;

import io.mnedc.codec.ControlMessage;
import io.mnedc.relay.announce.Receiver;
import java.nio.ByteBuffer;
import java.util.Set;

/** Where that goes which is for a node: to the device itself, or to whatever carries it further. Thread-safe. */
public interface Destination extends Receiver {
    /** The node that it stands for. */
    int node();

    /** Random: another registration of the same device has another one. */
    long id();

    /** Whose node it is. */
    String deviceId();

    /** What that device belongs to in the access rules; never changes. */
    Set<String> groups();

    /**
     * Sends a run of frames on, and counts it. Moves position and limit of the buffer. Called for each run: must not block
     * or allocate.
     *
     * @return false if there is no stream for them now
     */
    boolean forward(ByteBuffer in, int from, int to, int frames);

    /** Sends a control message. */
    void send(ControlMessage message);

    /** About how many bytes of control messages wait there. */
    long waitingBytes();
}
