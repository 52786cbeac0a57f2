package io.mnedc.address;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that looks every few seconds whether an address of this host has come into the pool, or has left it. */
final class HostWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);
    private static final int SECONDS = 5;

    private final Runnable look;
    private final ScheduledThreadPoolExecutor executor;

    /**
     * Begins.
     *
     * @param look what is done; on a thread of its own
     */
    HostWatch(Runnable look) {
        this.look = look;
        this.executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "mnedc-address-watch");
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // as in MvLeaseStore
            return thread;
        });
        executor.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            look.run();
        } catch (RuntimeException | Error e) {
            // an Error too, or nobody would look any more
            LOG.error("could not look at the addresses of this host; tried again later", e);
        }
    }

    /** Looks at once, beside the usual times. */
    void soon() {
        try {
            executor.execute(this::look);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing is watched any more", e);
        }
    }

    /** Ends the thread. Not with a lock that {@code look} needs. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("thread mnedc-address-watch does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
