package io.mnedc.transport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How threads are made that keep neither a JVM alive nor a class loader, and whose end by a fault is in the log. */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private Daemon() {}

    /**
     * Makes a thread, not started yet.
     *
     * @param name begins with {@code mnedc-}
     * @param task what it does
     * @return the thread, prepared
     */
    public static Thread thread(String name, Runnable task) {
        return prepared(new Thread(task, name));
    }

    /**
     * Makes a daemon of a thread and takes its context class loader away. That would be the loader of the thread that makes it.
     * Not even the loader of its own bundle is safe there. A thread that has ended keeps its context class loader, and others
     * may remember the thread. Felix 7.0.5 does, when two threads load a class at the same moment.
     *
     * @param thread not started yet
     * @return the same thread
     */
    public static Thread prepared(Thread thread) {
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        // else it would be on standard error only
        thread.setUncaughtExceptionHandler(
                (ended, fault) -> LOG.error("thread {} has ended because of a fault", ended.getName(), fault));
        return thread;
    }
}
