package io.mnedc.relay.forward;

import io.mnedc.codec.Opaque;
import io.mnedc.transport.DataStream;
import java.util.Set;

/** Who has opened a data stream, and what may come on it. Thread-safe. */
public interface StreamOwner {
    /** Its ID. */
    String deviceId();

    /** What it belongs to in the access rules; never changes. */
    Set<String> groups();

    /** What proves that a data stream is its own. */
    Opaque secret();

    /** Takes a proven data stream in place of the one before. */
    void bind(DataStream stream);

    /** Forgets a data stream that was closed, if it is still this one. */
    void unbind(DataStream stream);

    /** Closes the data stream. */
    void unbind();

    /** Whether its stream may carry frames from one node to another. Called for each frame: must not block or allocate. */
    boolean mayCarry(int source, int destination);

    /** Where the frames on its stream may go. */
    default Routes reach(Routes all) {
        return all;
    }

    /** Whether it is asked for echoes, so that its answers are no surprise. */
    default boolean isAsked() {
        return false;
    }

    /** What it may still send. */
    Allowance allowance();

    /** Counts what came on its stream. */
    void came(int frames, long bytes);

    /** Tells it, at most every ten seconds, that it sends too much. */
    void overLimit(String what, long now);

    /** Ends the session of one that goes on sending far too much. */
    void flooding(String what);
}
