package io.mnedc.relay.access;

import io.mnedc.relay.announce.PeerRecord;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may talk to whom; symmetric, immutable, thread-safe. One that allows everything is expressed by its absence. */
public interface Access {
    /** Whether two devices may know of each other by these rules; null: all may. */
    static boolean allowed(@Nullable Access rules, PeerRecord one, PeerRecord other) {
        return rules == null || rules.allowed(one.deviceId(), one.groups(), other.deviceId(), other.groups());
    }

    /** Whether two devices may talk to each other; called for runs of frames: must not allocate. */
    boolean allowed(String device, Set<String> groups, String other, Set<String> otherGroups);

    /** Devices with equal kin are treated alike in all things: a change of rules is worked out once for all of them. */
    default Object kin(String device, Set<String> groups) {
        return List.of(device, groups);
    }
}
