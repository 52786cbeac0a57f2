package io.mnedc.discovery;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of peers on threads of its own. The calls of one registration come one at a time and in order; different
 * listeners do not wait for each other. Threads exist only while there is something to tell, and a little longer.
 */
final class ListenerDispatch {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerDispatch.class);
    private static final Duration IDLE = Duration.ofSeconds(5);

    /** By registration: one object may be several services, each with a filter of its own. */
    private final Map<Object, Mailbox> mailboxes = new HashMap<>();

    private final Supplier<Directory.View> views;
    private final ThreadPoolExecutor threads;
    private boolean closed;

    ListenerDispatch(Supplier<Directory.View> views) {
        this.views = views;
        var number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), task -> {
                    var thread = new Thread(task, "mnedc-discovery-dispatch-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    // not the loader of the thread that announced the first peer, nor this bundle's: a thread that
                    // has
                    // ended forgets all but this, and others may remember the thread
                    thread.setContextClassLoader(null);
                    return thread;
                });
    }

    /**
     * Begins to tell a listener, first of the peers that are there.
     *
     * @param registration names it to {@link #remove}
     * @param wanted which peers it wants to hear of
     */
    synchronized void add(Object registration, PeerListener listener, Predicate<Peer> wanted) {
        if (!closed) {
            var mailbox = new Mailbox(listener, wanted, views, threads);
            Mailbox before = mailboxes.put(registration, mailbox);
            if (before != null) {
                before.close();
            }
            mailbox.open();
        }
    }

    /** A listener wants to hear of other peers from now on. */
    synchronized void update(Object registration, Predicate<Peer> wanted) {
        Mailbox mailbox = mailboxes.get(registration);
        if (mailbox != null) {
            mailbox.want(wanted);
        }
    }

    /** Begins no further call to a listener. */
    synchronized void remove(Object registration) {
        Mailbox mailbox = mailboxes.remove(registration);
        if (mailbox != null) {
            mailbox.close();
        }
    }

    /** Hands a change to every listener; never waits. */
    synchronized void put(Directory.Change change) {
        mailboxes.values().forEach(mailbox -> mailbox.put(change));
    }

    /**
     * Tells every listener that all peers have left, then ends the threads.
     *
     * @param bound how long listeners may take; a call that lasts longer is interrupted
     */
    void close(Duration bound) {
        synchronized (this) {
            closed = true;
            List.copyOf(mailboxes.values()).forEach(Mailbox::end);
            mailboxes.clear();
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A peer listener did not return within {} ms and is interrupted", bound.toMillis());
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
