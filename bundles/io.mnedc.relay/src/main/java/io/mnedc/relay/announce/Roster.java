package io.mnedc.relay.announce;

import io.mnedc.relay.access.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, and what of it the others have not been told yet. However often a device changes between two rounds, there
 * is at most one thing to tell of it. Not thread-safe: its owner's lock guards it.
 */
public final class Roster {
    private final Map<String, PeerRecord> present = new LinkedHashMap<>();
    /** Those that are different since the last round, as they were told then. */
    private final Map<String, Optional<PeerRecord>> before = new LinkedHashMap<>();

    private AnnouncementDelta last = AnnouncementDelta.first();

    /** A device is there, or is different now. */
    public void put(PeerRecord now) {
        before.putIfAbsent(now.deviceId(), Optional.ofNullable(present.put(now.deviceId(), now)));
    }

    /** A device is gone. */
    public void remove(String deviceId) {
        before.putIfAbsent(deviceId, Optional.ofNullable(present.remove(deviceId)));
    }

    /** What one who comes now is told. */
    public AnnouncementFeed.State state(@Nullable Access access) {
        Map<String, Optional<PeerRecord>> unsealed = new HashMap<>();
        before.keySet().forEach(id -> unsealed.put(id, Optional.ofNullable(present.get(id))));
        return new AnnouncementFeed.State(present.values().toArray(PeerRecord[]::new), access, last, unsealed);
    }

    /** Makes a round of what is different, if anything is; the last round. */
    public AnnouncementDelta seal(@Nullable Access access) {
        if (!before.isEmpty()) {
            List<AnnouncementDelta.Difference> differences = new ArrayList<>(before.size());
            before.forEach((id, was) ->
                    differences.add(new AnnouncementDelta.Difference(id, was.orElse(null), present.get(id))));
            before.clear();
            last = last.then(access, differences);
        }
        return last;
    }

    /** Other rules are in force. */
    public void rules(@Nullable Access old, @Nullable Access now) {
        seal(old);
        last = last.then(old, now, List.copyOf(present.values()));
    }
}
