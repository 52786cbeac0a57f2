package io.mnedc.address;

import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.StoreKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** What the file is known to hold, in memory. Written by one thread, read by all. */
final class StoreIndex {
    private final NavigableMap<String, Entry> entries = new ConcurrentSkipListMap<>();
    /** For lists of one moment: a single entry is read without it. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    Optional<Entry> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    List<Entry> below(String parent) {
        lock.readLock().lock();
        try {
            return List.copyOf(StoreKeys.below(entries, parent).values());
        } finally {
            lock.readLock().unlock();
        }
    }

    void apply(Collection<Change> changes) {
        lock.writeLock().lock();
        try {
            for (Change change : changes) {
                if (change.entry().isPresent()) {
                    entries.put(change.key(), change.entry().get());
                } else {
                    entries.remove(change.key());
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Compares.
     *
     * @param sequence of the last change in the file
     * @return the changes that lead to what the file really holds
     */
    List<Change> differences(Collection<Entry> actual, long sequence) {
        List<Change> changes = new ArrayList<>();
        Set<String> found = new HashSet<>();
        for (Entry entry : actual) {
            found.add(entry.key());
            if (!entry.equals(entries.get(entry.key()))) {
                changes.add(new Change(entry.key(), Optional.of(entry), entry.version()));
            }
        }
        for (String key : entries.keySet()) {
            if (!found.contains(key)) {
                changes.add(new Change(key, Optional.empty(), sequence));
            }
        }
        return changes;
    }
}
