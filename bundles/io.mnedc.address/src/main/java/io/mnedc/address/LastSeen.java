package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.address.LeaseStore.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** When devices were seen since the store was last told. Thread-safe. */
final class LastSeen {
    private final Map<String, Instant> times = new ConcurrentHashMap<>();

    void add(String deviceId, Instant time) {
        times.merge(deviceId, time, LastSeen::later);
    }

    void forget(String deviceId) {
        times.remove(deviceId);
    }

    /** {@return when the device of a stored lease was last seen} */
    Instant last(Entry entry) {
        Instant since = times.get(entry.deviceId());
        return since == null ? entry.lastSeen() : later(since, entry.lastSeen());
    }

    /** {@return completed once the store has noted all of them} */
    CompletionStage<Void> store(Map<String, Entry> leases, LeaseStore store) {
        Map<String, Instant> noted = new HashMap<>(times);
        List<Entry> touched = new ArrayList<>(noted.size());
        noted.forEach((deviceId, time) -> {
            Entry entry = leases.get(deviceId);
            if (entry == null) {
                times.remove(deviceId, time);
            } else {
                touched.add(new Entry(deviceId, entry.node(), entry.allocated(), time));
            }
        });
        return touched.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : store.touch(touched).thenRun(() -> noted.forEach(times::remove));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
