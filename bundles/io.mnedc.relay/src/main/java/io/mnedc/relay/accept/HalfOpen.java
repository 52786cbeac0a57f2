package io.mnedc.relay.accept;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.FairQueue;
import io.mnedc.relay.work.SourceNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that have not proved yet who they are. There is room for {@value #MOST}, and for fewer of one source. At
 * the limit the relay drops the oldest connection of the busiest source, first those whose handshake has not begun. An
 * honest client needs milliseconds. Handshakes that have begun cost memory, so there is less room for them. Thread-safe.
 */
public final class HalfOpen implements AutoCloseable {
    public static final int MOST = 4096;

    /** What a TLS handshake takes of the heap, about, while it waits for the other end. */
    private static final int HEAP_OF_ONE = 48 << 10;

    private static final int LEAST_BEGUN = 64;

    private static final Logger LOG = LoggerFactory.getLogger(HalfOpen.class);

    /** A connection that is counted until it is released. */
    public final class Entry {
        private final SocketChannel socket;
        private final SourceNetwork source;
        private final String remote;
        private final long deadline;
        private final AtomicBoolean refused = new AtomicBoolean();
        private FairQueue<Entry>.@Nullable Place place;
        private boolean begun;

        @GuardedBy("this")
        private @Nullable Runnable closer;

        @GuardedBy("this")
        private boolean evicted;

        private Entry(SocketChannel socket, SourceNetwork source, String remote, long deadline) {
            this.socket = socket;
            this.source = source;
            this.remote = remote;
            this.deadline = deadline;
        }

        public SocketChannel socket() {
            return socket;
        }

        public SourceNetwork source() {
            return source;
        }

        /** The other end's address and port. */
        public String remote() {
            return remote;
        }

        /** When it must have proved who it is, by {@link System#nanoTime}. */
        public long deadline() {
            return deadline;
        }

        /**
         * Somebody serves it who does not see that its socket's input is shut down.
         *
         * @param close ends that; run at once if the connection has had to give way already
         */
        public void servedBy(Runnable close) {
            synchronized (this) {
                closer = close;
                if (!evicted) {
                    return;
                }
            }
            close.run();
        }

        /**
         * From now on the processor works for it. Another one for which it does may have to give way.
         *
         * @return false if this one has given way, or is released, already
         */
        public boolean begin() {
            return HalfOpen.this.begin(this);
        }

        /** Whether it had to give way. */
        public synchronized boolean evicted() {
            return evicted;
        }

        /** The part that serves it closes it in its own order. */
        private void giveWay(String why) {
            refuse(Counter.REFUSED_LIMIT, why);
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

        /** It is refused. This is counted and logged once, however often it is called. */
        public void refuse(Counter kind, String why) {
            if (refused.compareAndSet(false, true)) {
                refusals.add(kind, remote, why);
            }
        }

        /** It has proved who it is, or is closed; may be said more than once. */
        public void release() {
            remove(this);
        }

        /** Closes it before it was handed to anybody. */
        public void discard() {
            release();
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing a socket failed", e);
            }
        }
    }

    private final int most;
    private final int mostBegun;
    private final IntSupplier mostOfOne;
    private final Refusals refusals;

    @GuardedBy("this")
    private final FairQueue<Entry> waiting = new FairQueue<>();

    @GuardedBy("this")
    private final FairQueue<Entry> begun = new FairQueue<>();

    @GuardedBy("this")
    private boolean closed;

    /**
     * Empty.
     *
     * @param mostOfOne how many there may be from one source, now
     */
    public HalfOpen(IntSupplier mostOfOne, Refusals refusals) {
        this(MOST, mostBegun(Runtime.getRuntime().maxMemory()), mostOfOne, refusals);
    }

    public HalfOpen(int most, int mostBegun, IntSupplier mostOfOne, Refusals refusals) {
        this.most = most;
        this.mostBegun = mostBegun;
        this.mostOfOne = mostOfOne;
        this.refusals = refusals;
    }

    /** For how many handshakes a heap has room, when they may have a quarter of it. */
    static int mostBegun(long heap) {
        return (int) Math.max(LEAST_BEGUN, Math.min(MOST, heap / 4 / HEAP_OF_ONE));
    }

    /**
     * Takes a connection.
     *
     * @param deadline when it must have proved who it is, by {@link System#nanoTime}
     * @throws IOException if the other end is gone already, or the relay ends
     */
    public Entry enter(SocketChannel socket, long deadline) throws IOException {
        var remote = socket.getRemoteAddress();
        Entry entry = new Entry(socket, SourceNetwork.of(remote), text(remote), deadline);
        Entry evicted = null;
        boolean ofOne;
        synchronized (this) {
            if (closed) {
                throw new IOException("the relay ends");
            }
            SourceNetwork source = entry.source;
            ofOne = waiting.sizeOf(source) + begun.sizeOf(source) >= mostOfOne.getAsInt();
            if (ofOne) {
                evicted = remove(first(waiting.oldestOf(source), begun.oldestOf(source)));
            } else if (count() >= most) {
                evicted = remove(first(waiting.oldestOfMost(), begun.oldestOfMost()));
            }
            entry.place = waiting.add(source, entry);
        }
        if (evicted != null) {
            evicted.giveWay("too many connections " + (ofOne ? "from " + evicted.source : "in all")
                    + " have not proved who they are: the oldest is closed");
        }
        return entry;
    }

    private static @Nullable Entry first(
            FairQueue<Entry>.@Nullable Place notBegun, FairQueue<Entry>.@Nullable Place begun) {
        return notBegun != null ? notBegun.thing() : begun != null ? begun.thing() : null;
    }

    private boolean begin(Entry entry) {
        Entry evicted = null;
        synchronized (this) {
            var place = entry.place;
            if (place == null) {
                return false;
            }
            if (entry.begun || !waiting.remove(place)) {
                return true;
            }
            if (begun.size() >= mostBegun) {
                evicted = remove(first(null, begun.oldestOfMost()));
            }
            entry.place = begun.add(entry.source, entry);
            entry.begun = true;
        }
        if (evicted != null) {
            evicted.giveWay("too many handshakes are going on: the oldest is ended");
        }
        return true;
    }

    private static String text(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet ? Acceptor.text(inet) : String.valueOf(remote);
    }

    private synchronized @Nullable Entry remove(@Nullable Entry entry) {
        if (entry != null && entry.place != null) {
            (entry.begun ? begun : waiting).remove(entry.place);
            entry.place = null;
        }
        return entry;
    }

    private static void shutDown(SocketChannel socket) {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            LOG.debug("closed meanwhile", e);
        }
    }

    public synchronized int count() {
        return waiting.size() + begun.size();
    }

    /** For how many of them work is done or was done. */
    public synchronized int begun() {
        return begun.size();
    }

    /** Closes those that still wait for somebody to serve them, and takes no more. To be called when nobody serves any more. */
    @Override
    public void close() {
        List<Entry> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            waiting.places().forEach(place -> left.add(place.thing()));
            begun.places().forEach(place -> left.add(place.thing()));
        }
        left.forEach(Entry::discard);
    }
}
