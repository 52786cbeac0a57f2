package io.mnedc.relay.access;

import java.util.List;
import java.util.Set;

/** Who may talk to whom; symmetric, immutable, thread-safe. One that allows everything is expressed by its absence. */
public interface Access {
    /** Whether two devices may talk to each other; called for runs of frames: must not allocate. */
    boolean allowed(String device, Set<String> groups, String other, Set<String> otherGroups);

    /** Devices with equal kin are treated alike in all things: a change of rules is worked out once for all of them. */
    default Object kin(String device, Set<String> groups) {
        return List.of(device, groups);
    }
}
