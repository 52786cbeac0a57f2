package io.mnedc.rsa;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that live only while there is work. */
final class Threads {
    private static final long IDLE_SECONDS = 5;

    private Threads() {}

    /** {@return at most so many threads of this name} */
    static ThreadPoolExecutor several(String name, int most) {
        var number = new AtomicInteger();
        var threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory(name + "-", number),
                new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** {@return one thread that can also do something later} */
    static ScheduledThreadPoolExecutor one(String name) {
        var thread =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, name), new ThreadPoolExecutor.DiscardPolicy());
        thread.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }

    private static ThreadFactory factory(String prefix, AtomicInteger number) {
        return task -> daemon(task, prefix + number.incrementAndGet());
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        // nobody's loader: threads that a library starts by this one inherit it
        thread.setContextClassLoader(null);
        return thread;
    }

    /** Ends them when all work is done; what takes longer is interrupted. */
    static void end(ExecutorService threads, Duration bound) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
