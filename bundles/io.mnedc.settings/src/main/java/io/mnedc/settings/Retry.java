package io.mnedc.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries again, after pauses, what could not be begun: a disk was full, a directory not mounted yet. It has a thread only
 * while it waits. Each reason is told once; reasons that change all the time are told once a minute. Thread-safe.
 */
public final class Retry implements AutoCloseable {
    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CLOSE_MILLIS = 5000;

    private final String name;
    private final Duration pause;
    private final Runnable attempt;
    private final Consumer<String> teller;
    private @Nullable Thread thread;
    private Duration rest;
    /** The one that waits or, after its last attempt, is about to end. */
    private @Nullable Thread latest;

    private String problem = "";
    private long told;
    private long since;
    /** Nobody was told yet, because it may come in a moment. */
    private boolean quiet;

    /**
     * Begins nothing yet.
     *
     * @param name of the thread, when there is one
     * @param pause between two attempts
     * @param attempt calls {@link #failed} if it does not succeed, else {@link #end}; both may be called with any lock
     * @param teller tells people what is waited for
     */
    public Retry(String name, Duration pause, Runnable attempt, Consumer<String> teller) {
        this.name = name;
        this.pause = pause;
        this.rest = pause;
        this.attempt = attempt;
        this.teller = teller;
    }

    /** Something could not be begun: it is tried again until somebody calls {@link #end}. */
    public synchronized void failed(String why) {
        long now = System.nanoTime();
        if (thread == null || quiet || (!why.equals(problem) && now - told >= TELL_NANOS)) {
            quiet = false;
            told = now;
            teller.accept(why);
        }
        begin(why, pause);
    }

    /**
     * The same of what usually comes by itself a moment later: it is told only when it has not come for a while.
     *
     * @param patience how long nothing is told
     * @return whether this is the first time, so that the caller may say that it waits
     */
    public synchronized boolean awaits(String why, Duration patience) {
        boolean first = thread == null;
        if (first) {
            quiet = true;
            since = System.nanoTime();
        }
        if (!quiet || System.nanoTime() - since >= patience.toNanos()) {
            failed(why);
        } else {
            begin(why, pause);
        }
        return first;
    }

    /**
     * The same after another pause, and told by the caller.
     *
     * @param first until the next attempt; longer or shorter than the usual one
     */
    public synchronized void later(String why, Duration first) {
        told = System.nanoTime();
        begin(why, first);
    }

    private synchronized void begin(String why, Duration until) {
        problem = why;
        rest = until;
        if (thread == null) {
            Thread fresh = new Thread(this::run, name);
            fresh.setDaemon(true);
            // others may remember a thread that has ended, and through it a class loader
            fresh.setContextClassLoader(null);
            fresh.start();
            // only one that runs, or nothing would ever be tried again
            thread = fresh;
            latest = fresh;
        }
    }

    /**
     * It has succeeded, or nobody wants it any more.
     *
     * @return whether it was waited for
     */
    public synchronized boolean end() {
        boolean waited = thread != null;
        thread = null;
        quiet = false;
        problem = "";
        notifyAll();
        return waited;
    }

    /** {@return why it is not there yet; empty if nothing is waited for} */
    public synchronized Optional<String> problem() {
        return thread == null ? Optional.empty() : Optional.of(problem);
    }

    private void run() {
        while (pause()) {
            try {
                attempt.run();
            } catch (RuntimeException | Error e) {
                // an Error too, or it would never be tried again
                failedHere(e);
            }
        }
    }

    private synchronized void failedHere(Throwable fault) {
        if (Thread.currentThread().equals(thread)) {
            failed(fault.toString());
        }
    }

    /** Waits; whether another attempt is wanted of this thread. */
    private synchronized boolean pause() {
        long wanted = rest.toNanos();
        long until = System.nanoTime() + wanted;
        try {
            for (long left = wanted;
                    left > 0 && Thread.currentThread().equals(thread);
                    left = until - System.nanoTime()) {
                wait(Math.max(TimeUnit.NANOSECONDS.toMillis(left), 1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return Thread.currentThread().equals(thread);
    }

    /** Ends it and its thread. Not with a lock that an attempt needs. */
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            ending = latest;
            end();
        }
        if (ending == null || ending.equals(Thread.currentThread())) {
            return;
        }
        try {
            ending.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
