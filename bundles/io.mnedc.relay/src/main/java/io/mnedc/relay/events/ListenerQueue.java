package io.mnedc.relay.events;

import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.transport.Daemon;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that wait for one listener, and the thread that tells it. A caller never waits. Events that come in
 * floods take half of the queue at most, so that a flood cannot hide what else happens. Thread-safe.
 *
 * <p>A listener of the relay's own may choose its events before they wait, and is told when nothing waits.
 */
final class ListenerQueue {
    static final int MOST = 4096;

    private static final int MOST_OF_FLOODS = MOST / 2;
    private static final Logger LOG = LoggerFactory.getLogger(ListenerQueue.class);

    /** Wakes the thread for its end. */
    private static final RelayEvent END = new RelayEvent(Instant.EPOCH, Kind.STOPPED, "", "", "");

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** A listener that does nothing while nothing happens needs its thread for nothing then. */
    private static final long NEVER = Long.MAX_VALUE;

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RelayEventListener listener;
    private final Predicate<RelayEvent> chosen;
    private final Runnable quiet;
    private final long pause;
    private final BlockingQueue<RelayEvent> queue = new ArrayBlockingQueue<>(MOST);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private volatile boolean ending;
    private final LogLimiter failures = new LogLimiter(Duration.ofSeconds(10));

    ListenerQueue(RelayEventListener listener) {
        this(listener, event -> true, () -> {}, NEVER);
    }

    /**
     * Of a listener of the relay's own.
     *
     * @param chosen whether an event is for it; on the thread where that happens, must not block
     * @param quiet told on the listener's thread when no event waits, each second while none comes, and after the last one
     */
    ListenerQueue(RelayEventListener listener, Predicate<RelayEvent> chosen, Runnable quiet) {
        this(listener, chosen, quiet, QUIET_NANOS);
    }

    private ListenerQueue(RelayEventListener listener, Predicate<RelayEvent> chosen, Runnable quiet, long pause) {
        this.listener = listener;
        this.chosen = chosen;
        this.quiet = quiet;
        this.pause = pause;
        this.thread = Daemon.thread("mnedc-relay-events-" + NUMBERS.getAndIncrement(), this::run);
        thread.start();
    }

    /** Takes an event; whether there was room for it. */
    boolean offer(RelayEvent event) {
        if (ending || !chosen.test(event)) {
            return true;
        }
        boolean floods = event.kind() == Kind.REFUSED || event.kind() == Kind.LIMITED;
        boolean room = !floods || queue.size() < MOST_OF_FLOODS;
        if (room && queue.offer(event)) {
            return true;
        }
        lost.incrementAndGet();
        return false;
    }

    private void run() {
        try {
            while (!ending || !queue.isEmpty()) {
                RelayEvent next = queue.poll();
                if (next == null) {
                    tellQuiet();
                    next = queue.poll(pause, TimeUnit.NANOSECONDS);
                }
                if (next != null) {
                    tell(next);
                }
            }
            tellQuiet();
        } catch (InterruptedException e) {
            LOG.debug("a listener's thread was interrupted", e);
        }
    }

    private void tellQuiet() {
        tellLost();
        guarded(quiet);
    }

    @SuppressWarnings("ReferenceEquality") // the one mark of the end
    private void tell(RelayEvent event) {
        tellLost();
        if (event != END) {
            guarded(() -> listener.happened(event));
        }
    }

    private void tellLost() {
        long events = lost.getAndSet(0);
        if (events > 0) {
            guarded(() -> listener.lost(events));
        }
    }

    /** Whatever a listener throws, it is told the next event. */
    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            if (failures.may(System.nanoTime())) {
                LOG.warn(
                        "a listener of relay events has failed: {}",
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    /** Takes no more; what waits is told still. */
    void finish() {
        ending = true;
        // with a full queue the thread is awake
        if (!queue.offer(END)) {
            LOG.debug("the queue of a listener is full at its end");
        }
    }

    /** Takes no more, and forgets what waits. */
    void drop() {
        queue.clear();
        finish();
    }

    /** Waits for the thread after {@link #finish}; if it does not end, it ends when its listener returns. */
    void join(long end) {
        try {
            long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
            thread.join(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn(
                    "a listener of relay events does not return: {}",
                    listener.getClass().getName());
            queue.clear();
        }
    }
}
