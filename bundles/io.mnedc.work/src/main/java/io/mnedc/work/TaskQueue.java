package io.mnedc.work;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other, without a thread of its own and without a lock: a caller that finds no task running runs
 * its own and all that come meanwhile. So a task may register services, whose listeners may call anything. Thread-safe.
 */
public final class TaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(TaskQueue.class);

    @GuardedBy("this")
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Thread runner;

    @GuardedBy("this")
    private boolean closed;

    /** Runs a task, now or after those before it; then another thread runs it. Dropped after the end. */
    public void run(Runnable task) {
        if (add(task, false)) {
            drain();
        }
    }

    /**
     * Runs a task and waits for its end, also if another thread runs it. Called by a task it does not wait.
     *
     * @param limit how long another thread's tasks are waited for, which may themselves wait for the caller
     */
    public void run(Runnable task, Duration limit) {
        if (add(task, false)) {
            drain();
        } else {
            await(limit);
        }
    }

    /**
     * Runs the last task and waits for its end. Called by a task it does not wait: the last one comes right after.
     *
     * @param limit how long another thread's task is waited for, which may itself wait for the caller
     */
    public void end(Runnable last, Duration limit) {
        if (add(last, true)) {
            drain();
        } else {
            await(limit);
        }
    }

    private synchronized boolean add(Runnable task, boolean last) {
        if (closed) {
            LOG.debug("a task comes after the end");
            return false;
        }
        closed = last;
        waiting.add(task);
        if (runner != null) {
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private void drain() {
        for (Runnable next = next(); next != null; next = next()) {
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                // those behind it must not wait for ever
                LOG.error("A task has failed", e);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable next = waiting.poll();
        if (next == null) {
            runner = null;
            notifyAll();
        }
        return next;
    }

    private synchronized void await(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toNanos();
                    left > 0 && runner != null && !Thread.currentThread().equals(runner);
                    left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
