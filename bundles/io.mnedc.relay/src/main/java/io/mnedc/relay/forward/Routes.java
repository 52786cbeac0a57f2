package io.mnedc.relay.forward;

import io.mnedc.relay.access.Access;
import org.jspecify.annotations.Nullable;

/** What the data loops look up for each run of frames, without a lock. Thread-safe. */
public interface Routes {
    /** Where frames for a node go; null: nowhere. */
    @Nullable
    Destination to(int node);

    /** The rules in force; null if all may talk to all. */
    @Nullable
    Access access();

    /** Whose data stream it is that belongs to a session; null: there is no such session any more. */
    @Nullable
    StreamOwner owner(long sessionId);
}
