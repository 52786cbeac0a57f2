package io.mnedc.itests.osgi;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.api.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Plays the store that relays share, where no ensemble is. */
final class StoreInMemory implements OverlayStore {
    private record Watcher(String parent, Consumer<Change> told) {}

    private final TreeMap<String, Entry> entries = new TreeMap<>();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private long version;

    @Override
    public synchronized Optional<Entry> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    @Override
    public synchronized List<Entry> below(String parent) {
        return entries.values().stream()
                .filter(entry -> StoreKeys.isBelow(entry.key(), parent))
                .toList();
    }

    @Override
    public CompletionStage<Boolean> commit(Transaction transaction) {
        List<Change> changes = new ArrayList<>();
        synchronized (this) {
            if (!transaction.holds(this::get)) {
                return CompletableFuture.completedFuture(false);
            }
            transaction.changes().forEach((key, text) -> {
                version++;
                Optional<Entry> entry = text.map(value -> new Entry(key, value, version));
                entry.ifPresentOrElse(now -> entries.put(key, now), () -> entries.remove(key));
                changes.add(new Change(key, entry, version));
            });
        }
        for (Watcher each : watchers) {
            changes.stream()
                    .filter(change -> StoreKeys.isBelow(change.key(), each.parent()))
                    .forEach(each.told());
        }
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public Subscription watch(String parent, Consumer<Change> watcher) {
        Watcher added = new Watcher(parent, watcher);
        watchers.add(added);
        return () -> watchers.remove(added);
    }

    int watchers() {
        return watchers.size();
    }
}
