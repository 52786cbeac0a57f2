package io.mnedc.itests.sharing;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A real store that, as a store may, does not know of some transactions whether they were made. Half of those were. */
final class LosingStore implements OverlayStore {
    /** Of so many with changes one. */
    private static final int APART = 3;

    private final OverlayStore real;
    private final Random random = new Random(15);
    private final AtomicInteger lost = new AtomicInteger();

    LosingStore(OverlayStore real) {
        this.real = real;
    }

    int lost() {
        return lost.get();
    }

    @Override
    public Optional<Entry> get(String key) {
        return real.get(key);
    }

    @Override
    public List<Entry> below(String parent) {
        return real.below(parent);
    }

    @Override
    public CompletionStage<Boolean> commit(Transaction transaction) {
        if (transaction.changes().isEmpty() || !one(APART)) {
            return real.commit(transaction);
        }
        lost.incrementAndGet();
        IOException unknown = new IOException("nobody knows whether it was made");
        return one(2)
                ? CompletableFuture.failedFuture(unknown)
                : real.commit(transaction).thenCompose(made -> CompletableFuture.failedFuture(unknown));
    }

    private boolean one(int of) {
        synchronized (random) {
            return random.nextInt(of) == 0;
        }
    }

    @Override
    public Subscription watch(String parent, Consumer<Change> watcher) {
        return real.watch(parent, watcher);
    }
}
