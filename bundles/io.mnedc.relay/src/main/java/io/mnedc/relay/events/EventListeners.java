package io.mnedc.relay.events;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEventListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Who is told of events, each by a thread of its own. Listeners may come and go while a relay runs. Thread-safe. */
public final class EventListeners implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final Map<RelayEventListener, ListenerQueue> queues = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private boolean closed;

    /** Tells a listener of what happens from now on; nothing after the end. */
    public synchronized void add(RelayEventListener listener) {
        if (!closed) {
            queues.computeIfAbsent(listener, ListenerQueue::new);
        }
    }

    /**
     * The same for a listener of the relay's own.
     *
     * @param chosen whether an event is for it; asked on the thread where it happens, before it waits; must not block
     * @param quiet told on the listener's thread when no event waits, each second while none comes, and after the last one
     */
    public synchronized void add(RelayEventListener listener, Predicate<RelayEvent> chosen, Runnable quiet) {
        if (!closed) {
            queues.computeIfAbsent(listener, own -> new ListenerQueue(own, chosen, quiet));
        }
    }

    /** Tells a listener no more. */
    public void remove(RelayEventListener listener) {
        ListenerQueue gone = queues.remove(listener);
        if (gone != null) {
            gone.drop();
        }
    }

    /** Has all told; how many of them have no room for it. */
    int tell(RelayEvent event) {
        int lost = 0;
        for (ListenerQueue queue : queues.values()) {
            lost += queue.offer(event) ? 0 : 1;
        }
        return lost;
    }

    /** Tells what is left to tell, within three seconds, and ends the threads. */
    @Override
    public void close() {
        List<ListenerQueue> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(queues.values());
            queues.clear();
        }
        long end = System.nanoTime() + CLOSE_LIMIT.toNanos();
        all.forEach(ListenerQueue::finish);
        all.forEach(queue -> queue.join(end));
    }
}
