package io.mnedc.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that have not proved yet who they are. There is room for {@value #MOST}, and for fewer of one source;
 * where there is none, the oldest one gives way: who is honest needs milliseconds, who stalls is the oldest. Of all
 * sources the one with the most connections gives way. Thread-safe.
 */
final class HalfOpen implements AutoCloseable {
    static final int MOST = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(HalfOpen.class);

    /** A connection that is counted until it is released. */
    final class Entry {
        private final SocketChannel socket;
        private final SourceNetwork source;
        private final String remote;
        private final long deadline;
        private final AtomicBoolean refused = new AtomicBoolean();
        private @Nullable Runnable closer;
        private boolean evicted;

        private Entry(SocketChannel socket, SourceNetwork source, String remote, long deadline) {
            this.socket = socket;
            this.source = source;
            this.remote = remote;
            this.deadline = deadline;
        }

        SocketChannel socket() {
            return socket;
        }

        SourceNetwork source() {
            return source;
        }

        /** The other end's address and port. */
        String remote() {
            return remote;
        }

        /** When it must have proved who it is, by {@link System#nanoTime}. */
        long deadline() {
            return deadline;
        }

        /**
         * Somebody serves it who does not see that its socket's input is shut down.
         *
         * @param close ends that; run at once if the connection has had to give way already
         */
        void servedBy(Runnable close) {
            synchronized (this) {
                closer = close;
                if (!evicted) {
                    return;
                }
            }
            close.run();
        }

        /** Whether it had to give way. */
        synchronized boolean evicted() {
            return evicted;
        }

        /** Whoever serves it closes it in its own order. */
        private void giveWay() {
            Runnable close;
            synchronized (this) {
                evicted = true;
                close = closer;
            }
            if (close == null) {
                // reads the end of the stream
                shutDown(socket);
            } else {
                close.run();
            }
        }

        /** It is refused; counted and logged once, however often and by whomsoever it is said. */
        void refuse(Counter kind, String why) {
            if (refused.compareAndSet(false, true)) {
                refusals.add(kind, remote, why);
            }
        }

        /** It has proved who it is, or is closed; may be said more than once. */
        void release() {
            remove(this);
        }

        /** Closes it before it was handed to anybody. */
        void discard() {
            release();
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing a socket failed", e);
            }
        }
    }

    private final int most;
    private final IntSupplier mostOfOne;
    private final Refusals refusals;
    private final Map<SourceNetwork, LinkedHashSet<Entry>> bySource = new HashMap<>();
    private int count;
    private boolean closed;

    /**
     * Empty.
     *
     * @param mostOfOne how many there may be from one source, now
     */
    HalfOpen(IntSupplier mostOfOne, Refusals refusals) {
        this(MOST, mostOfOne, refusals);
    }

    HalfOpen(int most, IntSupplier mostOfOne, Refusals refusals) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.refusals = refusals;
    }

    /**
     * Takes a connection.
     *
     * @param deadline when it must have proved who it is, by {@link System#nanoTime}
     * @throws IOException if the other end is gone already, or the relay ends
     */
    Entry enter(SocketChannel socket, long deadline) throws IOException {
        var remote = socket.getRemoteAddress();
        Entry entry = new Entry(socket, SourceNetwork.of(remote), text(remote), deadline);
        Entry evicted;
        boolean ofOne;
        synchronized (this) {
            if (closed) {
                throw new IOException("the relay ends");
            }
            Set<Entry> same = bySource.computeIfAbsent(entry.source, source -> new LinkedHashSet<>());
            ofOne = same.size() >= mostOfOne.getAsInt();
            evicted = ofOne ? oldest(same) : count >= most ? oldest(largest()) : null;
            if (evicted != null) {
                remove(evicted);
            }
            bySource.computeIfAbsent(entry.source, source -> new LinkedHashSet<>())
                    .add(entry);
            count++;
        }
        if (evicted != null) {
            evicted.refuse(
                    Counter.REFUSED_LIMIT,
                    "too many connections " + (ofOne ? "from " + evicted.source : "in all")
                            + " have not proved who they are: the oldest is closed");
            evicted.giveWay();
        }
        return entry;
    }

    private static String text(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet ? Acceptor.text(inet) : String.valueOf(remote);
    }

    private Set<Entry> largest() {
        Set<Entry> largest = Set.of();
        for (Set<Entry> entries : bySource.values()) {
            if (entries.size() > largest.size() || (entries.size() == largest.size() && older(entries, largest))) {
                largest = entries;
            }
        }
        return largest;
    }

    private static boolean older(Set<Entry> one, Set<Entry> other) {
        Entry first = oldest(one);
        Entry second = oldest(other);
        return first != null && second != null && first.deadline - second.deadline < 0;
    }

    private static @Nullable Entry oldest(Set<Entry> entries) {
        return entries.isEmpty() ? null : entries.iterator().next();
    }

    private synchronized void remove(Entry entry) {
        Set<Entry> same = bySource.get(entry.source);
        if (same != null && same.remove(entry)) {
            count--;
            if (same.isEmpty()) {
                bySource.remove(entry.source);
            }
        }
    }

    private static void shutDown(SocketChannel socket) {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            LOG.debug("closed meanwhile", e);
        }
    }

    synchronized int count() {
        return count;
    }

    /** Closes those that still wait for somebody to serve them, and takes no more. To be called when nobody serves any more. */
    @Override
    public void close() {
        List<Entry> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            bySource.values().forEach(left::addAll);
        }
        left.forEach(Entry::discard);
    }
}
