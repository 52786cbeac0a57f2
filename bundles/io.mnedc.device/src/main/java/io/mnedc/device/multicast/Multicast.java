package io.mnedc.device.multicast;

import io.mnedc.device.settings.MulticastSettings;
import org.jspecify.annotations.Nullable;

/** The multicast that is in force: the control loop writes it, the data path reads it without a lock. */
public final class Multicast {
    /**
     * All that the data path needs.
     *
     * @param settings mode and limits
     * @param own the groups that this device has told the others
     * @param members who is in which group
     */
    record InForce(MulticastSettings settings, GroupTable own, MemberTable members) {}

    /** Null while it is off: then nothing else is looked at. */
    private volatile @Nullable InForce inForce;

    /** Off. */
    public Multicast() {}

    @Nullable
    InForce inForce() {
        return inForce;
    }

    void become(@Nullable InForce now) {
        inForce = now;
    }
}
