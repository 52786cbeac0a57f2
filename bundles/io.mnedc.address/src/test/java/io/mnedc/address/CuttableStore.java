package io.mnedc.address;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A relay's way to a store: it can be cut, so that the relay reads what it knew, lag, and lose answers. It counts transactions. */
final class CuttableStore implements OverlayStore {
    /** How a transaction goes. */
    enum Way {
        /** As it should. */
        OPEN,
        /** It is made, but the relay hears of nothing before it has an answer. */
        LAGGING,
        /** It is made, and the relay does not hear of it. */
        ANSWER_LOST,
        /** It is not made. */
        CUT,
        /** It is not made, and nobody says so. */
        SILENT
    }

    private record Watcher(String parent, Consumer<Change> told) {}

    private final OverlayStore store;
    private final List<Watcher> watchers = new ArrayList<>();
    final AtomicInteger transactions = new AtomicInteger();
    private volatile Way way = Way.OPEN;
    /** What the relay knew when it was cut off; null while it is not. */
    private @Nullable Map<String, Entry> known;

    CuttableStore(OverlayStore store) {
        this.store = store;
    }

    /** What happens to transactions from now on; while it is cut or lags, the relay hears of nothing. */
    void set(Way now) {
        way = now;
        hear(now == Way.OPEN || now == Way.ANSWER_LOST);
    }

    /** {@return whether the relay reaches nothing} */
    boolean isCut() {
        return way == Way.CUT || way == Way.SILENT;
    }

    /** Tells the relay of all that it has missed. */
    private void hear(boolean onward) {
        List<Change> missed = new ArrayList<>();
        List<Watcher> told;
        synchronized (this) {
            Map<String, Entry> before = known;
            Map<String, Entry> all = new HashMap<>();
            store.below("").forEach(entry -> all.put(entry.key(), entry));
            if (before != null) {
                all.forEach((key, entry) -> {
                    if (!entry.equals(before.remove(key))) {
                        missed.add(new Change(key, Optional.of(entry), entry.version()));
                    }
                });
                before.keySet().forEach(key -> missed.add(new Change(key, Optional.empty(), Long.MAX_VALUE)));
            }
            known = onward ? null : all;
            told = List.copyOf(watchers);
        }
        for (Watcher each : told) {
            missed.stream()
                    .filter(change -> change.key().startsWith(each.parent() + "/"))
                    .forEach(each.told());
        }
    }

    @Override
    public synchronized Optional<Entry> get(String key) {
        return known == null ? store.get(key) : Optional.ofNullable(known.get(key));
    }

    @Override
    public synchronized List<Entry> below(String parent) {
        Map<String, Entry> last = known;
        return last == null
                ? store.below(parent)
                : last.values().stream()
                        .filter(entry -> parent.isEmpty() || entry.key().startsWith(parent + "/"))
                        .toList();
    }

    @Override
    public CompletionStage<Boolean> commit(Transaction transaction) {
        transactions.incrementAndGet();
        IOException lost = new IOException("the connection of a test is cut");
        return switch (way) {
            case OPEN -> store.commit(transaction);
            case LAGGING ->
                store.commit(transaction).thenApply(done -> {
                    hear(false);
                    return done;
                });
            case ANSWER_LOST ->
                store.commit(transaction).thenCompose(done -> CompletableFuture.<Boolean>failedFuture(lost));
            case CUT -> CompletableFuture.failedFuture(lost);
            case SILENT -> new CompletableFuture<>();
        };
    }

    @Override
    public synchronized Subscription watch(String parent, Consumer<Change> watcher) {
        Watcher told = new Watcher(parent, watcher);
        watchers.add(told);
        Subscription below = store.watch(parent, change -> {
            if (hears()) {
                watcher.accept(change);
            }
        });
        return () -> {
            below.close();
            forget(told);
        };
    }

    private synchronized boolean hears() {
        return known == null;
    }

    private synchronized void forget(Watcher told) {
        watchers.remove(told);
    }
}
