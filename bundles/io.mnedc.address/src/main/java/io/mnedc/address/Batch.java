package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Change;
import io.mnedc.api.address.LeaseStore.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes that are made durable together. Seen from inside they are done already; seen from outside not yet. */
final class Batch {
    private final LeaseIndex durable;
    private final Map<String, Optional<Entry>> devices = new HashMap<>();
    private final Map<Integer, Optional<Entry>> nodes = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    Batch(LeaseIndex durable) {
        this.durable = durable;
    }

    Optional<Entry> byDevice(String deviceId) {
        Optional<Entry> changed = devices.get(deviceId);
        return changed != null ? changed : durable.byDevice(deviceId);
    }

    Optional<Entry> byNode(int node) {
        Optional<Entry> changed = nodes.get(node);
        return changed != null ? changed : durable.byNode(node);
    }

    void put(Entry entry) {
        devices.put(entry.deviceId(), Optional.of(entry));
        nodes.put(entry.node(), Optional.of(entry));
        changes.add(new Change(entry.deviceId(), Optional.of(entry)));
    }

    void remove(Entry entry) {
        devices.put(entry.deviceId(), Optional.empty());
        nodes.put(entry.node(), Optional.empty());
        changes.add(new Change(entry.deviceId(), Optional.empty()));
    }

    Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    void property(String name, String value) {
        properties.put(name, value);
    }

    boolean isEmpty() {
        return changes.isEmpty() && properties.isEmpty();
    }

    Map<Integer, Optional<Entry>> nodes() {
        return nodes;
    }

    Map<String, String> properties() {
        return properties;
    }

    /** {@return what was done, in order} */
    List<Change> changes() {
        return changes;
    }
}
