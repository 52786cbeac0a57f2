package io.mnedc.relay.accept;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.text.PlainText;
import io.mnedc.transport.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a relay listening: tries again while an address is in use or not there, and puts another acceptor in the place of one
 * that has ended by itself. Thread-safe.
 */
public final class ListeningPort implements AutoCloseable {
    /** Opens the port. */
    public interface Opener {
        /**
         * Listens.
         *
         * @param failed run if the acceptor ends by itself
         * @throws IOException if it cannot listen there; the message has the cure
         */
        Acceptor open(List<InetSocketAddress> listen, Runnable failed) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(ListeningPort.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration REPLACE = Duration.ofSeconds(1);

    private final Scheduler loop;
    private final Opener opener;
    private final Runnable opened;

    @GuardedBy("this")
    private List<InetSocketAddress> listen;

    private volatile @Nullable Acceptor acceptor;

    @GuardedBy("this")
    private boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param loop where it is tried again
     * @param listen addresses and ports
     * @param opened run each time the relay listens from then on
     */
    public ListeningPort(Scheduler loop, List<InetSocketAddress> listen, Opener opener, Runnable opened) {
        this.loop = loop;
        this.listen = listen;
        this.opener = opener;
        this.opened = opened;
    }

    /** Listens, at once or as soon as that is possible. */
    public void open() {
        openOrRetry("");
    }

    private synchronized void openOrRetry(String complaint) {
        if (closed || acceptor != null) {
            return;
        }
        String problem;
        try {
            acceptor = opener.open(listen, this::ended);
            opened.run();
            return;
        } catch (IOException e) {
            problem = PlainText.of(e);
        }
        if (!problem.equals(complaint)) {
            LOG.error("the relay cannot listen and tries again every {} s: {}", RETRY.toSeconds(), problem);
        }
        loop.schedule(RETRY, () -> openOrRetry(problem));
    }

    /** The acceptor has ended by itself. */
    private void ended() {
        loop.schedule(REPLACE, this::replace);
    }

    private synchronized void replace() {
        Acceptor present = acceptor;
        if (present != null && !present.listens()) {
            acceptor = null;
            openOrRetry("");
        }
    }

    /**
     * Listens elsewhere.
     *
     * @throws IOException if it cannot listen there; it listens where it did before then
     */
    public synchronized void move(List<InetSocketAddress> next) throws IOException {
        Acceptor before = acceptor;
        if (before != null) {
            // an address in both lists can be bound only after it is let go
            before.close();
            acceptor = null;
        }
        try {
            acceptor = opener.open(next, this::ended);
        } catch (IOException e) {
            openOrRetry("");
            throw e;
        }
        listen = next;
        opened.run();
    }

    /** Whether it listens now. */
    public boolean isOpen() {
        return acceptor != null;
    }

    /** The sockets that are bound now. */
    public List<InetSocketAddress> bound() {
        Acceptor present = acceptor;
        return present == null ? List.of() : present.listening();
    }

    /** The same as texts. */
    public List<String> listening() {
        return bound().stream().map(Acceptor::text).toList();
    }

    @Override
    public void close() {
        Acceptor present;
        synchronized (this) {
            closed = true;
            present = acceptor;
            acceptor = null;
        }
        if (present != null) {
            present.close();
        }
    }
}
