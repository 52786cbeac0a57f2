package io.mnedc.device.common;

import io.mnedc.transport.Daemon;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread for what would hold up the loops. It lives only while there is work. */
public final class IdleThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IdleThread.class);

    private final ThreadPoolExecutor thread;
    private final Consumer<Throwable> faults;
    private final Duration end;

    /**
     * The thread begins with the first work.
     *
     * @param name of the thread
     * @param end how long to wait for its end; what cannot be interrupted may end later
     * @param faults told what a task has thrown; else its result would be waited for without end
     */
    public IdleThread(String name, Duration end, Consumer<Throwable> faults) {
        this.faults = faults;
        this.end = end;
        thread = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Daemon.thread(name, task),
                (late, ended) -> LOG.debug("a task is dropped: the device is ending"));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Runs a task on this thread; dropped after the end. */
    @Override
    public void execute(Runnable task) {
        thread.execute(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                faults.accept(e);
            }
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(end.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
