package io.mnedc.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, and what of it the others have not been told yet. However often a device changes between two rounds, there
 * is at most one thing to tell of it. Guarded by the lock of {@link Sessions}.
 */
final class Census {
    private final Map<String, Told> present = new LinkedHashMap<>();
    /** Those that are different since the last round, as they were told then. */
    private final Map<String, Optional<Told>> before = new LinkedHashMap<>();

    private Round last = Round.first();

    /** A device is there, or is different now. */
    void put(Told now) {
        before.putIfAbsent(now.deviceId(), Optional.ofNullable(present.put(now.deviceId(), now)));
    }

    /** A device is gone. */
    void remove(String deviceId) {
        before.putIfAbsent(deviceId, Optional.ofNullable(present.remove(deviceId)));
    }

    /** What one who comes now is told. */
    Feed.State state(@Nullable Access access) {
        Map<String, Optional<Told>> unsealed = new HashMap<>();
        before.keySet().forEach(id -> unsealed.put(id, Optional.ofNullable(present.get(id))));
        return new Feed.State(present.values().toArray(Told[]::new), access, last, unsealed);
    }

    /** Makes a round of what is different, if anything is; the last round. */
    Round seal(@Nullable Access access) {
        if (!before.isEmpty()) {
            List<Round.Difference> differences = new ArrayList<>(before.size());
            before.forEach((id, was) -> differences.add(new Round.Difference(id, was.orElse(null), present.get(id))));
            before.clear();
            last = last.then(access, differences);
        }
        return last;
    }

    /** Other rules are in force. */
    void rules(@Nullable Access old, @Nullable Access now) {
        seal(old);
        last = last.then(old, now, List.copyOf(present.values()));
    }
}
