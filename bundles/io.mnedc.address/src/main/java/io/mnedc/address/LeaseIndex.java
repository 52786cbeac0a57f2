package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Change;
import io.mnedc.api.address.LeaseStore.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the file is known to hold, in memory. Written by one thread, read by all. */
final class LeaseIndex {
    private final Map<String, Entry> devices = new ConcurrentHashMap<>();
    private final Map<Integer, Entry> nodes = new ConcurrentHashMap<>();

    Optional<Entry> byDevice(String deviceId) {
        return Optional.ofNullable(devices.get(deviceId));
    }

    Optional<Entry> byNode(int node) {
        return Optional.ofNullable(nodes.get(node));
    }

    Collection<Entry> entries() {
        return new ArrayList<>(devices.values());
    }

    void apply(Collection<Change> changes) {
        for (Change change : changes) {
            Optional<Entry> entry = change.entry();
            Entry old =
                    entry.isPresent() ? devices.put(change.deviceId(), entry.get()) : devices.remove(change.deviceId());
            if (old != null && !(entry.isPresent() && entry.get().node() == old.node())) {
                nodes.remove(old.node(), old);
            }
            entry.ifPresent(now -> nodes.put(now.node(), now));
        }
    }

    /**
     * Compares with what the file really holds.
     *
     * @return the changes that lead there
     * @throws IOException if one device is in the file twice
     */
    List<Change> differences(Collection<Entry> actual) throws IOException {
        Map<String, Entry> found = new HashMap<>();
        for (Entry entry : actual) {
            Entry other = found.put(entry.deviceId(), entry);
            if (other != null) {
                throw new IOException("lease file is damaged: device " + entry.deviceId() + " has nodes " + other.node()
                        + " and " + entry.node() + "; put a backup in its place");
            }
        }
        List<Change> changes = new ArrayList<>();
        for (String deviceId : devices.keySet()) {
            if (!found.containsKey(deviceId)) {
                changes.add(new Change(deviceId, Optional.empty()));
            }
        }
        for (Entry entry : actual) {
            if (!entry.equals(devices.get(entry.deviceId()))) {
                changes.add(new Change(entry.deviceId(), Optional.of(entry)));
            }
        }
        return changes;
    }
}
