package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.store.OverlayStore;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Nodes whose lease was ended before its time, in a store of several relays. A relay that is cut off does not hear of it and still gives
 * such a node to its device. So nobody else gets it before all relays are sure to know.
 */
final class ReleasedNodes {
    /** Longer than relays rely on what they know: one may hear of the time late, and of the release not at all. */
    static final Duration REST = OverlayTime.MEMORY.plusHours(1);

    private static final String MARK = "released ";

    private final OverlayTime time;

    ReleasedNodes(OverlayTime time) {
        this.time = time;
    }

    /** {@return what is stored for the node of a device whose lease ends now} */
    String text(String deviceId) {
        return MARK + time.now().toEpochMilli() + " " + deviceId;
    }

    /**
     * {@return the lease that still rests on a node: nobody but its device may have the node; empty if there is none}
     *
     * @param stored what is stored for the node
     */
    Optional<LeaseStore.Entry> resting(OverlayStore.Entry stored) {
        String[] words = stored.value().split(" ", -1);
        if (!stored.value().startsWith(MARK) || words.length != 3) {
            return Optional.empty();
        }
        try {
            Instant released = Instant.ofEpochMilli(Long.parseLong(words[1]));
            int node = Integer.parseInt(stored.key().substring(stored.key().lastIndexOf('/') + 1));
            return time.now().isBefore(released.plus(REST))
                    ? Optional.of(new LeaseStore.Entry(words[2], node, released, released))
                    : Optional.empty();
        } catch (NumberFormatException | DateTimeException e) {
            // of nobody, and nobody is told when: free
            return Optional.empty();
        }
    }

    /** {@return whether a released node may be given to this device} */
    boolean mayHave(OverlayStore.Entry stored, String deviceId) {
        return stored.value().startsWith(MARK)
                && resting(stored)
                        .map(lease -> lease.deviceId().equals(deviceId))
                        .orElse(true);
    }

    /** {@return when a node may be given to another device, by the clock of this host} */
    Instant free(LeaseStore.Entry resting, Instant now) {
        return now.plus(Duration.between(time.now(), resting.lastSeen().plus(REST)));
    }
}
