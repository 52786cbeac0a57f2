package io.mnedc.address;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.api.store.Transaction;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a local file. Reads are answered from memory and tell what is durable. Transactions queue up for one thread, which makes all
 * that wait durable with one commit and one sync, and then completes them.
 */
final class FileStore implements OverlayStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
    private static final int LARGEST_BATCH = 10_000;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

    /** A transaction that waits, and who waits for it. */
    private record Write(Transaction transaction, CompletableFuture<Boolean> done) {}

    /** Told of what changes below a key, until it is closed. */
    private final class Watch implements Subscription {
        private final String parent;
        private final Consumer<Change> watcher;
        private final LogLimiter failures = new LogLimiter(Duration.ofSeconds(60));

        Watch(String parent, Consumer<Change> watcher) {
            this.parent = parent;
            this.watcher = watcher;
        }

        void tell(List<Change> changes) {
            for (Change change : changes) {
                if (StoreKeys.isBelow(change.key(), parent)) {
                    tell(change);
                }
            }
        }

        private void tell(Change change) {
            try {
                watcher.accept(change);
            } catch (RuntimeException | Error e) {
                if (failures.may(System.nanoTime())) {
                    LOG.warn("A watcher of the keys below '{}' has failed{}", parent, failures.heldBack(), e);
                }
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    private static final Write END = new Write(Transaction.EMPTY, new CompletableFuture<>());

    private final Path directory;
    private final StoreIndex index = new StoreIndex();
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Write> queue = new LinkedBlockingQueue<>();
    private final Thread committer;
    // guarded by queue
    private boolean closed;
    // used by the committer only, once it runs; null after a failure, until it was opened again
    private @Nullable OverlayFile file;
    private long sequence;

    /**
     * Opens the store.
     *
     * @param directory where its files are
     * @throws IOException with a message for the administrator, if it cannot be opened
     */
    FileStore(Path directory) throws IOException {
        this.directory = directory;
        OverlayFile opened = OverlayFile.open(directory);
        this.file = opened;
        try {
            sequence = opened.sequence();
            index.apply(index.differences(opened.entries(), sequence));
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        committer = new Thread(this::run, "mnedc-store-commit");
        committer.setDaemon(true);
        // not the loader of the thread that happens to start it, nor this bundle's: a thread that has ended forgets all
        // but
        // this, and others may remember the thread
        committer.setContextClassLoader(null);
        committer.start();
    }

    @Override
    public Optional<Entry> get(String key) {
        return index.get(key);
    }

    @Override
    public List<Entry> below(String parent) {
        return index.below(parent);
    }

    @Override
    public CompletionStage<Boolean> commit(Transaction transaction) {
        Write write = new Write(transaction, new CompletableFuture<>());
        synchronized (queue) {
            if (closed) {
                return CompletableFuture.failedFuture(closedException());
            }
            queue.add(write);
        }
        return write.done();
    }

    @Override
    public Subscription watch(String parent, Consumer<Change> watcher) {
        Watch watch = new Watch(parent, watcher);
        watches.add(watch);
        return watch;
    }

    private IOException closedException() {
        return new IOException("the store in " + directory + " is closed");
    }

    private void run() {
        List<Write> writes = new ArrayList<>();
        boolean more = true;
        while (more) {
            writes.clear();
            try {
                writes.add(queue.take());
            } catch (InterruptedException e) {
                // nobody of ours interrupts; the end of this thread is END
                continue;
            }
            queue.drainTo(writes, LARGEST_BATCH);
            more = !writes.remove(END);
            commit(writes);
        }
        closeFile();
    }

    private void commit(List<Write> writes) {
        List<Boolean> results = new ArrayList<>(writes.size());
        @Nullable IOException failure = null;
        try {
            OverlayFile open = reopened();
            Pending pending = new Pending(index, sequence);
            writes.forEach(write -> results.add(pending.add(write.transaction())));
            if (!pending.isEmpty()) {
                List<Change> changes = pending.changes();
                open.write(changes, pending.sequence());
                sequence = pending.sequence();
                index.apply(changes);
                tellWatchers(changes);
            }
        } catch (IOException | RuntimeException | Error e) {
            // an Error too, or everybody would wait for this thread for ever
            failure = e instanceof IOException io ? io : new IOException("store in " + directory + " failed", e);
            LOG.error("{} changes were not stored; the next one opens the file again", writes.size(), failure);
            closeFile();
        }
        if (failure != null) {
            IOException told = failure;
            writes.forEach(write -> write.done().completeExceptionally(told));
        } else {
            for (int i = 0; i < writes.size(); i++) {
                writes.get(i).done().complete(results.get(i));
            }
            reclaim();
        }
    }

    /** {@return the file, opened again if a write to it had failed} */
    private OverlayFile reopened() throws IOException {
        OverlayFile open = file;
        if (open == null) {
            open = OverlayFile.open(directory);
            file = open;
            sequence = Math.max(sequence, open.sequence());
            // the failed write may have reached the file after all
            List<Change> changes = index.differences(open.entries(), sequence);
            index.apply(changes);
            tellWatchers(changes);
        }
        return open;
    }

    private void reclaim() {
        OverlayFile open = file;
        if (open != null && queue.isEmpty()) {
            try {
                open.reclaim();
            } catch (IOException e) {
                LOG.error("{}: the next change opens the file again", directory, e);
                closeFile();
            }
        }
    }

    private void tellWatchers(List<Change> changes) {
        watches.forEach(watch -> watch.tell(changes));
    }

    private void closeFile() {
        OverlayFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the file in {} was not closed cleanly; nothing stored is lost", directory, e);
            }
        }
    }

    /** Makes durable what was submitted, then closes the file. Ends within {@link #LONGEST_CLOSE}. */
    @Override
    public void close() {
        synchronized (queue) {
            if (!closed) {
                closed = true;
                queue.add(END);
            }
        }
        boolean interrupted = false;
        try {
            committer.join(LONGEST_CLOSE.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (committer.isAlive()) {
            LOG.error("the store in {} did not close within {}: its disk does not answer", directory, LONGEST_CLOSE);
        }
        List<Write> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(write -> write.done().completeExceptionally(closedException()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
