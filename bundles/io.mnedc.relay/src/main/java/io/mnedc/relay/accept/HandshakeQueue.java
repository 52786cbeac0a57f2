package io.mnedc.relay.accept;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.relay.work.FairQueue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections whose handshake has not begun. They are served in the order in which they came, as long as nobody waits
 * long. When more come than can be served, that order would serve each just before it gives up. Then the newest comes first,
 * of the source with the fewest connections, so that a flood keeps no other source out. Thread-safe; time comes in as an argument.
 */
public final class HandshakeQueue {
    /** How long the oldest may have waited for the order to stay. */
    static final Duration PATIENCE = Duration.ofMillis(1500);

    /** A connection is not begun if less than this part of its time is left. */
    private static final int LEAST_PART = 8;

    /**
     * One of them.
     *
     * @param entry the connection
     * @param begun what it has sent, as far as it was read
     * @param since when it came, by {@link System#nanoTime}
     */
    public record Arrival(HalfOpen.Entry entry, ByteBuffer begun, long since) {
        private boolean tooLate(long now) {
            long deadline = entry.deadline();
            return deadline - now < (deadline - since) / LEAST_PART;
        }
    }

    @GuardedBy("this")
    private final FairQueue<Arrival> waiting = new FairQueue<>();

    /** Takes one in. */
    public synchronized FairQueue<Arrival>.Place add(HalfOpen.Entry entry, ByteBuffer begun, long now) {
        return waiting.add(entry.source(), new Arrival(entry, begun, now));
    }

    /** Takes one out; whether it was waiting still. */
    public synchronized boolean remove(FairQueue<Arrival>.Place place) {
        return waiting.remove(place);
    }

    /**
     * Takes out the one to be served next.
     *
     * @param tooLate given those that are taken out too, because they would not be served in time
     * @return null if there is none
     */
    @Nullable
    public Arrival next(long now, Consumer<Arrival> tooLate) {
        while (true) {
            Arrival late;
            synchronized (this) {
                FairQueue<Arrival>.Place oldest = waiting.oldest();
                if (oldest == null) {
                    return null;
                }
                Arrival longest = oldest.thing();
                if (!longest.tooLate(now)) {
                    boolean orderly = now - longest.since <= PATIENCE.toNanos();
                    FairQueue<Arrival>.Place place = orderly ? oldest : waiting.newestOfFewest();
                    if (place == null) {
                        return null;
                    }
                    waiting.remove(place);
                    return place.thing();
                }
                waiting.remove(oldest);
                late = longest;
            }
            tooLate.accept(late);
        }
    }

    public synchronized int count() {
        return waiting.size();
    }
}
