package io.mnedc.discovery;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one listener has yet to be told. Changes are kept in order up to a bound. A listener that falls behind further is
 * brought up to date from a view instead. It misses steps but ends with the truth, and nobody waits for it.
 */
final class Mailbox {
    /** Changes kept for one listener. */
    static final int BOUND = 1024;

    /** Services of all peers in those changes: a relay chooses how large peers are. */
    static final int MOST_SERVICES = 4 * BOUND;

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private final PeerListener listener;
    private volatile Predicate<Peer> wanted;
    private final Supplier<Directory.View> views;
    private final Executor executor;
    private final ArrayDeque<Directory.Change> waiting = new ArrayDeque<>();
    private int services;
    private boolean behind = true;
    private boolean running;
    private boolean ending;
    private boolean closed;

    // used only by the one thread that delivers
    private final Map<String, Peer> told = new HashMap<>();
    private long seen = -1;

    Mailbox(PeerListener listener, Predicate<Peer> wanted, Supplier<Directory.View> views, Executor executor) {
        this.listener = listener;
        this.wanted = wanted;
        this.views = views;
        this.executor = executor;
    }

    /** From now on it wants to hear of other peers: it is told what that changes. */
    void want(Predicate<Peer> now) {
        synchronized (this) {
            if (closed || ending) {
                return;
            }
            wanted = now;
            behind = true;
        }
        run();
    }

    /** Begins with what is there already. */
    void open() {
        run();
    }

    /** Takes a change; never waits. */
    void put(Directory.Change change) {
        synchronized (this) {
            if (closed || ending) {
                return;
            }
            int more = services(change);
            if (waiting.size() == BOUND || services + more > MOST_SERVICES) {
                forget();
                behind = true;
            }
            if (!behind) {
                waiting.add(change);
                services += more;
            }
        }
        run();
    }

    /** Tells the listener that every peer has left, and nothing more. */
    void end() {
        synchronized (this) {
            forget();
            behind = false;
            ending = true;
        }
        run();
    }

    /** Begins no further call. */
    synchronized void close() {
        closed = true;
        forget();
    }

    private void forget() {
        waiting.clear();
        services = 0;
    }

    private static int services(Directory.Change change) {
        return change instanceof Directory.Change.Present present
                ? present.peer().info().services().size()
                : 0;
    }

    private void run() {
        synchronized (this) {
            if (running || closed) {
                return;
            }
            running = true;
        }
        boolean begun = false;
        try {
            executor.execute(this::deliver);
            begun = true;
        } finally {
            // no thread to be had: the next change tries again
            if (!begun) {
                letGo();
            }
        }
    }

    private void deliver() {
        boolean done = false;
        try {
            for (Runnable step = next(); step != null; step = next()) {
                step.run();
            }
            done = true;
        } finally {
            // an Error ends this thread, but not what the listener will be told
            if (!done) {
                letGo();
            }
        }
    }

    private synchronized void letGo() {
        running = false;
    }

    /** {@return the next thing to do; null once there is none, and this thread is let go} */
    private synchronized @Nullable Runnable next() {
        if (!closed && behind) {
            behind = false;
            return () -> catchUp(views.get());
        }
        Directory.Change change = closed ? null : waiting.poll();
        if (change != null) {
            services -= services(change);
            return () -> tell(change);
        }
        if (!closed && ending) {
            closed = true;
            return () -> List.copyOf(told.values()).forEach(this::left);
        }
        running = false;
        return null;
    }

    private void catchUp(Directory.View view) {
        seen = view.version();
        for (Peer peer : List.copyOf(told.values())) {
            if (!view.byDeviceId().containsKey(peer.deviceId())) {
                left(peer);
            }
        }
        view.peers().forEach(this::present);
    }

    private void tell(Directory.Change change) {
        if (change.version() <= seen) {
            return;
        }
        seen = change.version();
        if (change instanceof Directory.Change.Present present) {
            present(present.peer());
        } else if (change instanceof Directory.Change.Absent absent) {
            Peer peer = told.get(absent.deviceId());
            if (peer != null) {
                left(peer);
            }
        }
    }

    private void present(Peer peer) {
        boolean wants = wanted.test(peer);
        Peer last = told.get(peer.deviceId());
        // with another beginning it was away in between
        if (last != null && !(wants && last.since().equals(peer.since()))) {
            left(last);
        }
        if (!wants) {
            return;
        }
        Peer before = told.put(peer.deviceId(), peer);
        if (before == null) {
            call("joined", peer, () -> listener.joined(peer));
        } else if (!before.equals(peer)) {
            call("changed", peer, () -> listener.changed(before, peer));
        }
    }

    private void left(Peer peer) {
        told.remove(peer.deviceId());
        call("left", peer, () -> listener.left(peer));
    }

    private void call(String what, Peer peer, Runnable call) {
        if (stopped()) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            // an Error too: the listener's bundle may have been updated under it
            LOG.warn(
                    "Peer listener {} failed when told that {} {}; it will be told of the next change all the same",
                    listener.getClass().getName(),
                    peer.deviceId(),
                    what,
                    e);
        }
    }

    private synchronized boolean stopped() {
        return closed && !ending;
    }
}
