package io.mnedc.testing.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * An overlay store in memory, for tests with several relays in one process: each relay has a {@link View}, which can be cut off. Does what
 * {@link OverlayStoreContract} asks, but keeps nothing. Thread-safe.
 */
public final class MemoryStore {
    @GuardedBy("this")
    private final TreeMap<String, OverlayStore.Entry> truth = new TreeMap<>();

    @GuardedBy("this")
    private final List<View> views = new ArrayList<>();

    @GuardedBy("this")
    private long version;

    @GuardedBy("this")
    private long commits;

    /** {@return the store as another relay has it} */
    public synchronized View view() {
        View view = new View(new TreeMap<>(truth));
        views.add(view);
        return view;
    }

    /** {@return how many transactions were made} */
    public synchronized long commits() {
        return commits;
    }

    private synchronized boolean commit(Transaction transaction, View by) {
        NavigableMap<String, OverlayStore.Entry> present = truth;
        boolean holds = transaction.holds(key -> Optional.ofNullable(present.get(key)));
        if (holds) {
            commits++;
            long now = ++version;
            List<OverlayStore.Change> changes = new ArrayList<>();
            for (Map.Entry<String, Optional<String>> change :
                    transaction.changes().entrySet()) {
                String key = change.getKey();
                Optional<OverlayStore.Entry> entry =
                        change.getValue().map(text -> new OverlayStore.Entry(key, text, now));
                boolean was = truth.remove(key) != null;
                entry.ifPresent(put -> truth.put(key, put));
                if (was || entry.isPresent()) {
                    changes.add(new OverlayStore.Change(key, entry, now));
                }
            }
            NavigableMap<String, OverlayStore.Entry> after = new TreeMap<>(truth);
            views.forEach(view -> view.follow(changes, after));
        } else {
            by.catchUp(new TreeMap<>(truth), version);
        }
        return holds;
    }

    private synchronized void heal(View view) {
        view.healed(new TreeMap<>(truth), version);
    }

    private record Watch(String parent, Consumer<OverlayStore.Change> watcher) {}

    /** The store as one relay has it. */
    public final class View implements OverlayStore, AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "memory-store-view");
            daemon.setDaemon(true);
            return daemon;
        });
        private final List<Watch> watches = new CopyOnWriteArrayList<>();
        private volatile NavigableMap<String, Entry> mirror;
        private volatile boolean cut;

        private View(NavigableMap<String, Entry> present) {
            mirror = Collections.unmodifiableNavigableMap(present);
        }

        /** From now on it hears nothing, and what it is told fails. */
        public void cut() {
            cut = true;
        }

        /** It hears again, first of all that it has missed. */
        public void heal() {
            MemoryStore.this.heal(this);
        }

        private void healed(NavigableMap<String, Entry> now, long until) {
            cut = false;
            catchUp(now, until);
        }

        private void catchUp(NavigableMap<String, Entry> now, long until) {
            NavigableMap<String, Entry> before = mirror;
            mirror = Collections.unmodifiableNavigableMap(now);
            List<Change> missed = new ArrayList<>();
            now.forEach((key, entry) -> {
                if (!entry.equals(before.get(key))) {
                    missed.add(new Change(key, Optional.of(entry), entry.version()));
                }
            });
            before.keySet().stream()
                    .filter(key -> !now.containsKey(key))
                    .forEach(key -> missed.add(new Change(key, Optional.empty(), until)));
            tell(missed);
        }

        private void follow(List<Change> changes, NavigableMap<String, Entry> now) {
            if (!cut) {
                mirror = Collections.unmodifiableNavigableMap(now);
                tell(changes);
            }
        }

        private void tell(List<Change> changes) {
            for (Watch watch : watches) {
                changes.stream()
                        .filter(change -> StoreKeys.isBelow(change.key(), watch.parent))
                        .forEach(change -> thread.execute(() -> {
                            if (watches.contains(watch)) {
                                watch.watcher.accept(change);
                            }
                        }));
            }
        }

        @Override
        public Optional<Entry> get(String key) {
            return Optional.ofNullable(mirror.get(StoreKeys.check(key)));
        }

        @Override
        public List<Entry> below(String parent) {
            return List.copyOf(StoreKeys.below(mirror, parent).values());
        }

        @Override
        public CompletionStage<Boolean> commit(Transaction transaction) {
            return cut
                    ? CompletableFuture.failedFuture(new IOException("the store is out of reach"))
                    : CompletableFuture.completedFuture(MemoryStore.this.commit(transaction, this));
        }

        @Override
        public Subscription watch(String parent, Consumer<Change> watcher) {
            Watch watch = new Watch(parent, watcher);
            watches.add(watch);
            return () -> watches.remove(watch);
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }
}
