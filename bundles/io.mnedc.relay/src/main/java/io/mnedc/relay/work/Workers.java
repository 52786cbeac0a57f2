package io.mnedc.relay.work;

import io.mnedc.transport.Daemon;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads beside the control loop, with a bounded queue: what does not fit is rejected. */
public final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final int CLOSE_MILLIS = 2000;
    private static final int IDLE_SECONDS = 30;

    private Workers() {}

    public static ThreadPoolExecutor start(String role, int threads, int waiting) {
        AtomicInteger next = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                task -> Daemon.thread("mnedc-" + role + "-" + next.getAndIncrement(), task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Gives a task to these threads; whether they take it: not with too much to do already, nor after their end. */
    public static boolean offer(Executor threads, Runnable task) {
        try {
            threads.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("a task is rejected", e);
            return false;
        }
    }

    /** Ends the threads; what waits is dropped. */
    public static void end(ThreadPoolExecutor pool) {
        pool.shutdownNow();
        try {
            pool.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
