package io.mnedc.device;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what would hold up the control loop: reading and writing keys, signing, checking certificates. It lives
 * only while there is work.
 */
final class IdentityThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityThread.class);
    private static final Duration END = Duration.ofSeconds(1);

    private final ThreadPoolExecutor thread;

    IdentityThread() {
        thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "mnedc-device-identity");
            made.setDaemon(true);
            made.setContextClassLoader(IdentityThread.class.getClassLoader());
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a task on this thread.
     *
     * @throws RejectedExecutionException after the end
     */
    @Override
    public void execute(Runnable task) {
        thread.execute(() -> {
            try {
                task.run();
            } catch (RejectedExecutionException e) {
                LOG.debug("the device has ended meanwhile", e);
            }
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // a provider may take its time; the thread ends when it answers
            thread.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
