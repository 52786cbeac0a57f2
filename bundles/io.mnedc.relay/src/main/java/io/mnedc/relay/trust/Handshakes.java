package io.mnedc.relay.trust;

import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.HandshakeQueue;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.Workers;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that compute handshakes. Work for a handshake that has begun comes before the next handshake, so no more are
 * begun than can be completed. With one queue for both, each would wait for all others until all have given up. Warming up
 * comes last. Thread-safe.
 */
public final class Handshakes implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Handshakes.class);
    /** Each connection has one task at most, and one turn that was not needed in the end. */
    private static final int MOST_WAITING = 4 * HalfOpen.MOST;

    private final ThreadPoolExecutor threads;
    private final Consumer<HandshakeQueue.Arrival> beginning;
    private final Queue<Runnable> going = new ConcurrentLinkedQueue<>();
    private final HandshakeQueue queue = new HandshakeQueue();
    private volatile @Nullable BooleanSupplier idle;

    /**
     * Starts them.
     *
     * @param beginning begins with a connection
     */
    public Handshakes(Consumer<HandshakeQueue.Arrival> beginning) {
        this.beginning = beginning;
        this.threads =
                Workers.start("relay-tls", Math.min(4, Runtime.getRuntime().availableProcessors()), MOST_WAITING);
    }

    /**
     * Does work for a handshake that has begun.
     *
     * @throws RejectedExecutionException if too much waits, or the relay ends
     */
    @Override
    public void execute(Runnable task) {
        going.add(task);
        try {
            turn();
        } catch (RejectedExecutionException e) {
            // if it is gone already, the turn of another one has taken it
            if (going.remove(task)) {
                throw e;
            }
        }
    }

    /** Begins with a connection when there is time. It is closed if that is too late, or has to give way before. */
    public void arrive(HalfOpen.Entry entry, ByteBuffer begun) {
        var place = queue.add(entry, begun, System.nanoTime());
        entry.servedBy(() -> {
            if (queue.remove(place)) {
                entry.discard();
            }
        });
        try {
            turn();
        } catch (RejectedExecutionException e) {
            if (queue.remove(place)) {
                entry.refuse(Counter.REFUSED_LIMIT, "too many TLS handshakes at once");
                entry.discard();
            }
        }
    }

    /**
     * Does something whenever nothing else is to be done.
     *
     * @param step does a little of it; whether there is more
     */
    void whenIdle(BooleanSupplier step) {
        idle = step;
        try {
            turn();
        } catch (RejectedExecutionException e) {
            LOG.debug("there is no time for it");
        }
    }

    private void turn() {
        threads.execute(this::next);
    }

    private void next() {
        Runnable task = going.poll();
        if (task != null) {
            task.run();
            return;
        }
        HandshakeQueue.Arrival arrival = queue.next(System.nanoTime(), Handshakes::tooLate);
        if (arrival != null) {
            begin(arrival);
            return;
        }
        BooleanSupplier step = idle;
        if (step != null) {
            if (step.getAsBoolean()) {
                whenIdle(step);
            } else {
                idle = null;
            }
        }
    }

    private void begin(HandshakeQueue.Arrival arrival) {
        boolean begun = false;
        try {
            beginning.accept(arrival);
            begun = true;
        } finally {
            if (!begun) {
                // the log has it from the end of this thread; another one takes its place
                arrival.entry().discard();
            }
        }
    }

    private static void tooLate(HandshakeQueue.Arrival late) {
        late.entry().refuse(Counter.REFUSED_TIMEOUT, "too many others came at once: there was no time for it");
        late.entry().discard();
    }

    /** How many connections wait to be begun with. */
    int waiting() {
        return queue.count();
    }

    /** Ends the threads; what waits is dropped. */
    @Override
    public void close() {
        Workers.end(threads);
    }
}
