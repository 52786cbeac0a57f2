package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store of an overlay in an ensemble of ZooKeeper servers. */
public final class ZooKeeperStore implements OverlayStore, AutoCloseable {
    /**
     * How long things take.
     *
     * @param commit after this a transaction has failed; below the 30 seconds of {@link OverlayStore#commit}
     * @param session how long the ensemble keeps a session without a connection
     * @param start how long the store is waited for when it is opened
     * @param dead so long after its last transaction a relay without a session is taken for dead
     */
    record Times(Duration commit, Duration session, Duration start, Duration dead) {
        static final Times USUAL =
                new Times(Duration.ofSeconds(25), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));
    }

    /** Told whether the ensemble can be reached: at the first time that it can, when it cannot for some seconds, and so on. Must not wait. */
    @FunctionalInterface
    interface Reach {
        void now(boolean there);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperStore.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int MOST_WAITING = 1_000;
    private static final long MOST_CHARACTERS = 16 * 1024 * 1024;
    private static final int CLOSE_SECONDS = 10;
    private static final int IDLE_SECONDS = 5;

    private final Layout layout;
    private final Mirror mirror = new Mirror();
    private final ScheduledThreadPoolExecutor thread;
    private final ThreadPoolExecutor teller;
    private final Watches watches;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingCharacters = new AtomicLong();
    private volatile boolean closed;

    /** Used by the store's own thread only. */
    private @Nullable Engine engine;

    private ZooKeeperStore(Access ensemble, Layout layout, Times times, Reach reach) {
        this.layout = layout;
        int number = NUMBER.incrementAndGet();
        thread = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "mnedc-cluster-store-" + number));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRejectedExecutionHandler((late, ended) -> LOG.debug("the store {} has ended", layout.root()));
        teller = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "mnedc-cluster-tell-" + number),
                // somebody waits for it
                (late, ended) -> late.run());
        teller.allowCoreThreadTimeOut(true);
        watches = new Watches(teller);
        thread.execute(() -> build(ensemble, times, reach));
    }

    private static Thread daemon(Runnable task, String name) {
        var made = new Thread(task, name);
        made.setDaemon(true);
        // ZooKeeper looks up its own classes by it; its threads are started by this one and inherit it
        made.setContextClassLoader(ZooKeeperStore.class.getClassLoader());
        return made;
    }

    /**
     * Opens a store, which is made if it is not there.
     *
     * @param ensemble servers of ZooKeeper: names or addresses, each with a port, with commas between them
     * @param name of the overlay: at most 64 printable ASCII characters without a slash
     * @throws IOException if it cannot be read within 30 seconds
     * @throws IllegalArgumentException if the servers or the name are not of that form
     */
    public static ZooKeeperStore open(String ensemble, String name) throws IOException {
        return open(ensemble, name, Times.USUAL);
    }

    static ZooKeeperStore open(String ensemble, String name, Times times) throws IOException {
        ZooKeeperStore store = begin(Access.open(ensemble), name, times, there -> {});
        String problem = "the ensemble " + ensemble + " is not there";
        try {
            store.started.get(times.start().toMillis(), TimeUnit.MILLISECONDS);
            return store;
        } catch (TimeoutException e) {
            store.close();
            throw new IOException(problem + ": nothing heard in "
                    + times.start().toSeconds() + " seconds; check that most of its servers run and can be reached");
        } catch (ExecutionException e) {
            store.close();
            if (e.getCause() instanceof IllegalArgumentException bad) {
                throw new IllegalArgumentException("the ensemble '" + ensemble + "' is not host:port,host:port", bad);
            }
            throw new IOException(problem, e.getCause());
        } catch (InterruptedException e) {
            store.close();
            Thread.currentThread().interrupt();
            throw new IOException(problem, e);
        }
    }

    /**
     * Begins to open a store, for however long that takes.
     *
     * @param reach told whether the ensemble is there, by the store's own thread
     * @throws IllegalArgumentException if the name is none
     */
    static ZooKeeperStore begin(Access ensemble, String name, Times times, Reach reach) {
        return new ZooKeeperStore(ensemble, new Layout(name), times, reach);
    }

    /** {@return completed once reads are answered; exceptionally if that can never be} */
    CompletionStage<Void> started() {
        return started.minimalCompletionStage();
    }

    private void build(Access ensemble, Times times, Reach reach) {
        try {
            engine = new Engine(ensemble, layout, times, mirror, watches, thread, teller, started, reach);
        } catch (IOException | RuntimeException | LinkageError e) {
            // the last one too: the classes of ZooKeeper may want what the framework lacks
            started.completeExceptionally(e);
        }
    }

    @Override
    public Optional<Entry> get(String key) {
        return mirror.get(key);
    }

    @Override
    public List<Entry> below(String parent) {
        return mirror.below(parent);
    }

    /**
     * {@inheritDoc}
     *
     * <p>At most 1,000 transactions with 16,777,216 characters wait in all; one more has failed.
     */
    @Override
    public CompletionStage<Boolean> commit(Transaction transaction) {
        long size = size(transaction);
        if (closed) {
            return CompletableFuture.failedFuture(new IOException("the store was closed"));
        }
        int count = waiting.incrementAndGet();
        if (waitingCharacters.addAndGet(size) > MOST_CHARACTERS || count > MOST_WAITING) {
            done(size);
            return CompletableFuture.failedFuture(
                    new IOException("too many transactions wait for the store " + layout.root() + ": at most "
                            + MOST_WAITING + " with " + MOST_CHARACTERS + " characters; try again later"));
        }
        long asked = System.nanoTime();
        var result = new CompletableFuture<Boolean>();
        thread.execute(() -> {
            Engine now = engine;
            if (now == null) {
                result.completeExceptionally(new IOException("the store was closed"));
            } else {
                now.commit(transaction, result, asked);
            }
        });
        if (thread.isShutdown()) {
            // perhaps dropped
            result.completeExceptionally(new IOException("the store was closed"));
        }
        return result.whenComplete((made, failure) -> done(size));
    }

    private void done(long size) {
        waiting.decrementAndGet();
        waitingCharacters.addAndGet(-size);
    }

    private static long size(Transaction transaction) {
        long size = 0;
        for (Map.Entry<String, Optional<String>> each : transaction.changes().entrySet()) {
            size += each.getKey().length() + each.getValue().map(String::length).orElse(0);
        }
        return size;
    }

    @Override
    public Subscription watch(String parent, Consumer<Change> watcher) {
        return watches.add(parent, watcher);
    }

    /** Fails what waits and ends all threads, within 20 seconds. Reads go on, of what was there last. Not to be called by a watcher. */
    @Override
    public void close() {
        closed = true;
        // before the shutdown, which drops what waits
        var ended = new CompletableFuture<Void>();
        thread.execute(() -> {
            Engine now = engine;
            engine = null;
            if (now != null) {
                now.close();
            }
            ended.complete(null);
        });
        if (!thread.isShutdown()) {
            try {
                ended.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                LOG.warn("the store {} does not end", layout.root(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        end(thread);
        end(teller);
    }

    private void end(ThreadPoolExecutor ended) {
        ended.shutdown();
        try {
            if (!ended.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a thread of the store {} does not end", layout.root());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
