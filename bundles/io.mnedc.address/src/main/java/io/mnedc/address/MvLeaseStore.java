package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a local file. Reads are answered from memory and tell what is durable. Writes queue up for one thread, which
 * makes all that wait durable with one commit and one sync, and then completes them.
 */
final class MvLeaseStore implements LeaseStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MvLeaseStore.class);
    private static final String EPOCH = "epoch";
    private static final int LARGEST_BATCH = 10_000;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

    /** A queued change and who waits for its result. */
    private record Write<T>(Function<Batch, T> change, CompletableFuture<T> done) {
        /** {@return what tells the result once the batch is durable} */
        Runnable applyTo(Batch batch) {
            T result = change.apply(batch);
            return () -> done.complete(result);
        }
    }

    /** What a watcher closes to end its watch; a watcher may have several. */
    private final class Subscription implements AutoCloseable {
        private final Consumer<Change> watcher;

        Subscription(Consumer<Change> watcher) {
            this.watcher = watcher;
        }

        @Override
        public void close() {
            watchers.remove(this);
        }
    }

    private static final Write<Boolean> END = new Write<>(batch -> true, new CompletableFuture<>());

    private final Path directory;
    private final long epoch;
    private final LeaseIndex index = new LeaseIndex();
    private final List<Subscription> watchers = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Write<?>> queue = new LinkedBlockingQueue<>();
    private final Thread committer;
    // guarded by queue
    private boolean closed;
    // used by the committer only, once it runs; null after a failure, until it was opened again
    private @Nullable LeaseFile file;

    /**
     * Opens the store.
     *
     * @param directory where its files are
     * @throws IOException with a message for the administrator, if it cannot be opened
     */
    MvLeaseStore(Path directory) throws IOException {
        this.directory = directory;
        LeaseFile opened = LeaseFile.open(directory);
        this.file = opened;
        try {
            index.apply(index.differences(opened.entries()));
            epoch = nextEpoch(opened);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        committer = new Thread(this::run, "mnedc-lease-commit");
        committer.setDaemon(true);
        // not the loader of the thread that happens to start it, nor this bundle's: a thread that has ended forgets all
        // but
        // this,
        // and others may remember the thread
        committer.setContextClassLoader(null);
        committer.start();
    }

    private static long nextEpoch(LeaseFile file) throws IOException {
        long next = file.property(EPOCH).map(Long::parseLong).orElse(0L) + 1;
        Batch batch = new Batch(new LeaseIndex());
        batch.property(EPOCH, Long.toString(next));
        file.write(batch.nodes(), batch.properties());
        return next;
    }

    @Override
    public CompletionStage<Entry> putIfAbsent(Entry entry) {
        return submit(batch -> {
            Optional<Entry> inTheWay = batch.byDevice(entry.deviceId()).or(() -> batch.byNode(entry.node()));
            if (inTheWay.isEmpty()) {
                batch.put(entry);
            }
            return inTheWay.orElse(entry);
        });
    }

    @Override
    public CompletionStage<Void> touch(Collection<Entry> entries) {
        List<Entry> seen = List.copyOf(entries);
        return submit(batch -> {
                    for (Entry entry : seen) {
                        batch.byDevice(entry.deviceId())
                                .filter(old -> old.lastSeen().isBefore(entry.lastSeen()))
                                .ifPresent(old -> batch.put(
                                        new Entry(old.deviceId(), old.node(), old.allocated(), entry.lastSeen())));
                    }
                    return true;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Boolean> remove(String deviceId, int node) {
        return submit(batch -> {
            Optional<Entry> found = batch.byDevice(deviceId).filter(entry -> entry.node() == node);
            found.ifPresent(batch::remove);
            return found.isPresent();
        });
    }

    @Override
    public Optional<Entry> byDevice(String deviceId) {
        return index.byDevice(deviceId);
    }

    @Override
    public Optional<Entry> byNode(int node) {
        return index.byNode(node);
    }

    @Override
    public Collection<Entry> entries() {
        return index.entries();
    }

    @Override
    public String property(String name, String proposed) throws IOException {
        try {
            return submit(batch -> {
                        Optional<String> stored = Optional.ofNullable(file)
                                .flatMap(open -> open.property(name))
                                .or(() -> batch.property(name));
                        if (stored.isEmpty()) {
                            batch.property(name, proposed);
                        }
                        return stored.orElse(proposed);
                    })
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e);
        }
    }

    @Override
    public AutoCloseable watch(Consumer<Change> watcher) {
        Subscription subscription = new Subscription(watcher);
        watchers.add(subscription);
        return subscription;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    private <T> CompletableFuture<T> submit(Function<Batch, T> change) {
        Write<T> write = new Write<>(change, new CompletableFuture<>());
        synchronized (queue) {
            if (closed) {
                return CompletableFuture.failedFuture(closedException());
            }
            queue.add(write);
        }
        return write.done();
    }

    private IOException closedException() {
        return new IOException("the lease store in " + directory + " is closed");
    }

    private void run() {
        List<Write<?>> writes = new ArrayList<>();
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

    private void commit(List<Write<?>> writes) {
        Batch batch = new Batch(index);
        List<Runnable> acknowledgements = new ArrayList<>(writes.size());
        @Nullable IOException failure = null;
        try {
            LeaseFile open = reopened();
            writes.forEach(write -> acknowledgements.add(write.applyTo(batch)));
            if (!batch.isEmpty()) {
                open.write(batch.nodes(), batch.properties());
                index.apply(batch.changes());
                notifyWatchers(batch.changes());
            }
        } catch (IOException | RuntimeException | Error e) {
            // an Error too, or everybody would wait for this thread for ever
            failure = e instanceof IOException io ? io : new IOException("lease store in " + directory + " failed", e);
            LOG.error("{} leases were not stored; the next write opens the file again", writes.size(), failure);
            closeFile();
        }
        if (failure != null) {
            IOException told = failure;
            writes.forEach(write -> write.done().completeExceptionally(told));
        } else {
            acknowledgements.forEach(Runnable::run);
            reclaim();
        }
    }

    /** {@return the file, opened again if a write to it had failed} */
    private LeaseFile reopened() throws IOException {
        LeaseFile open = file;
        if (open == null) {
            open = LeaseFile.open(directory);
            file = open;
            // the failed write may have reached the file after all
            List<Change> changes = index.differences(open.entries());
            index.apply(changes);
            notifyWatchers(changes);
        }
        return open;
    }

    private void reclaim() {
        LeaseFile open = file;
        if (open != null && queue.isEmpty()) {
            try {
                open.reclaim();
            } catch (IOException e) {
                LOG.error("lease store: the next write opens the file again", e);
                closeFile();
            }
        }
    }

    private void notifyWatchers(List<Change> changes) {
        for (Subscription subscription : watchers) {
            try {
                changes.forEach(subscription.watcher);
            } catch (RuntimeException | Error e) {
                LOG.error("a watcher of the lease store failed", e);
            }
        }
    }

    private void closeFile() {
        LeaseFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("lease file in {} was not closed cleanly; nothing stored is lost", directory, e);
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
            LOG.error("lease store in {} did not close within {}: its disk does not answer", directory, LONGEST_CLOSE);
        }
        List<Write<?>> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(write -> write.done().completeExceptionally(closedException()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
