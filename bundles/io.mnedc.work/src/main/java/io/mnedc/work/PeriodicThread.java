package io.mnedc.work;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of its own that does something again and again, whatever that throws. It is never interrupted: what it does may
 * write to a file, and an interrupt would close that. Thread-safe.
 */
public final class PeriodicThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeriodicThread.class);
    private static final int CLOSE_SECONDS = 5;

    private final String name;
    private final Runnable task;
    private final Consumer<Throwable> fault;
    private final ScheduledThreadPoolExecutor executor;
    private Duration pause = Duration.ZERO;
    private @Nullable ScheduledFuture<?> next;
    private volatile @Nullable Thread thread;

    /**
     * Does nothing yet.
     *
     * @param name of the thread
     * @param task what is done
     * @param fault told what the task has thrown; it is done again all the same
     */
    public PeriodicThread(String name, Runnable task, Consumer<Throwable> fault) {
        this.name = name;
        this.task = task;
        this.fault = fault;
        this.executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            // others may remember a thread that has ended, and through it a class loader
            made.setContextClassLoader(null);
            thread = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setRejectedExecutionHandler((late, ended) -> LOG.debug("{} has ended", name));
    }

    /** Does it after this pause and again after each further one; a pause as before changes nothing. Nothing after the end. */
    public synchronized void every(Duration pause) {
        if (pause.equals(this.pause)) {
            return;
        }
        this.pause = pause;
        if (next != null) {
            next.cancel(false);
        }
        next = executor.scheduleWithFixedDelay(this::run, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Does it at once, beside the usual times. Nothing after the end. */
    public void soon() {
        executor.execute(this::run);
    }

    private void run() {
        if (executor.isShutdown()) {
            // what is due is run by the executor even then
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // an Error too, or it would never be done again
            fault.accept(e);
        }
    }

    /** Ends the thread and waits for it, within a bound; called by its own task it does not wait. Not with a lock that the task needs. */
    @Override
    public void close() {
        executor.shutdown();
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("thread {} does not end", name);
                return;
            }
            // the executor has done its work a moment before its thread has ended
            Thread last = thread;
            if (last != null) {
                last.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
