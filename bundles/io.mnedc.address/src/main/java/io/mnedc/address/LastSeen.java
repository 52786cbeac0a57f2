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
    private final LeaseTime clock;
    private final Map<String, Instant> times = new ConcurrentHashMap<>();

    LastSeen(LeaseTime clock) {
        this.clock = clock;
    }

    /** A device is there now. */
    void add(String deviceId) {
        times.merge(deviceId, clock.now(), LastSeen::later);
    }

    void forget(String deviceId) {
        times.remove(deviceId);
    }

    /** {@return when the device of a stored lease was last seen} */
    Instant last(Entry entry) {
        Instant since = times.get(entry.deviceId());
        return since == null ? entry.lastSeen() : later(since, entry.lastSeen());
    }

    /** {@return completed once the store has noted all that it must know} */
    CompletionStage<Void> store(Map<String, Entry> leases, LeaseStore store, LeasePolicy rules) {
        Map<String, Instant> noted = new HashMap<>(times);
        List<Entry> touched = new ArrayList<>(noted.size());
        noted.forEach((deviceId, time) -> {
            Entry entry = leases.get(deviceId);
            if (entry == null || !clock.isDue(entry, time, rules)) {
                times.remove(deviceId, time);
            } else {
                touched.add(new Entry(deviceId, entry.node(), entry.allocated(), clock.noted(time, rules)));
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
