package io.mnedc.relay.announce;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Decides when the devices are told what has changed: at once after a quiet time, else in rounds.
 * The longer a round takes, the later the next one begins, and the more it tells. So telling takes only a part of the time,
 * however fast devices join. Thread-safe.
 */
public final class Announcer {
    private static final long LEAST_APART = Duration.ofMillis(50).toNanos();

    /** The longest that a change waits for a round, beside the round before it. */
    public static final Duration MOST_APART = Duration.ofSeconds(1);

    /** Some rounds. */
    private static final long NEW_NANOS = 5 * MOST_APART.toNanos();

    /** Of how many equal parts of the time one at most is spent on rounds. */
    private static final int PARTS = 4;

    private final Scheduler loop;
    private final Supplier<AnnouncementDelta> seal;
    private final Supplier<List<? extends Receiver>> everybody;

    @GuardedBy("this")
    private boolean due;

    @GuardedBy("this")
    private boolean running;

    @GuardedBy("this")
    private long next = System.nanoTime();

    /**
     * Tells nobody yet.
     *
     * @param loop where rounds begin
     * @param seal makes a round of what has changed; the last one
     * @param everybody who is to be told
     */
    public Announcer(Scheduler loop, Supplier<AnnouncementDelta> seal, Supplier<List<? extends Receiver>> everybody) {
        this.loop = loop;
        this.seal = seal;
        this.everybody = everybody;
    }

    /** Whether something is so new that not all may have been told of it yet. */
    public static boolean isNew(long since, long now) {
        return now - since < NEW_NANOS;
    }

    /** Something has changed. */
    public synchronized void changed() {
        if (!due) {
            due = true;
            if (!running) {
                schedule();
            }
        }
    }

    @GuardedBy("this")
    private void schedule() {
        long wait = next - System.nanoTime();
        if (wait <= 0) {
            loop.execute(this::round);
        } else {
            loop.schedule(Duration.ofNanos(wait), this::round);
        }
    }

    private void round() {
        long begun = System.nanoTime();
        synchronized (this) {
            due = false;
            running = true;
        }
        boolean begins = false;
        try {
            begin(begun);
            begins = true;
        } finally {
            if (!begins) {
                // or nobody would be told anything any more
                ended(begun);
            }
        }
    }

    private void begin(long begun) {
        AnnouncementDelta last = seal.get();
        List<? extends Receiver> all = everybody.get();
        AtomicInteger left = new AtomicInteger(all.size() + 1);
        Runnable done = () -> {
            if (left.decrementAndGet() == 0) {
                ended(begun);
            }
        };
        all.forEach(receiver -> receiver.tell(last, done));
        done.run();
    }

    private synchronized void ended(long begun) {
        running = false;
        long took = System.nanoTime() - begun;
        next = begun + Math.min(MOST_APART.toNanos(), Math.max(LEAST_APART, PARTS * took));
        if (due) {
            schedule();
        }
    }
}
