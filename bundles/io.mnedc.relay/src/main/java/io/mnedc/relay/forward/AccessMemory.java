package io.mnedc.relay.forward;

import io.mnedc.relay.access.Access;
import org.jspecify.annotations.Nullable;

/**
 * Remembers to whom one sender may talk, so that the rules are not evaluated for each run of frames. Of one
 * thread. Destinations never change their ID or groups, so what is true of one stays true until the rules change.
 */
final class AccessMemory {
    private static final int SLOTS = 256;

    private final StreamOwner sender;
    private @Nullable Access rules;
    // a destination's random ID, negated bit by bit if it is not allowed; an ID says more than a node, which moves
    private long[] known = new long[0];

    AccessMemory(StreamOwner sender) {
        this.sender = sender;
    }

    /** Whether the sender may talk to a receiver by these rules. */
    boolean allowed(Destination receiver, Access now) {
        if (rules != now) {
            rules = now;
            known = new long[SLOTS];
        }
        int slot = receiver.node() & SLOTS - 1;
        long id = receiver.id();
        if (known[slot] == id) {
            return true;
        }
        if (known[slot] == ~id) {
            return false;
        }
        boolean allowed = now.allowed(sender.deviceId(), sender.groups(), receiver.deviceId(), receiver.groups());
        known[slot] = allowed ? id : ~id;
        return allowed;
    }
}
