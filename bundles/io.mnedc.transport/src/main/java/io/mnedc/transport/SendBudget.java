package io.mnedc.transport;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One bound for all that waits in many control streams together. Where it is reached, the stream gives way that holds at
 * least its share and has gone longest without its peer taking anything: a peer that reads is not touched. Thread-safe.
 */
public final class SendBudget {
    /** Part of the memory that may wait. */
    private static final int SHARE = 8;

    private static final long LEAST = 4 << 20;

    /** What holds memory. */
    interface Holder {
        /** Since when its peer has taken nothing, by {@link System#nanoTime}. */
        long stuckSince();

        /** It must let go of all that it holds; it is not counted any more. Must not block. */
        void giveWay();
    }

    private final long most;
    private final Map<Holder, Long> holders = new HashMap<>();
    private long used;

    /**
     * A budget of which nothing is used yet.
     *
     * @param most bytes that may wait
     */
    public SendBudget(long most) {
        this.most = most;
    }

    /**
     * Makes one that goes with the JVM's memory.
     *
     * @param memory the most that the heap, or the memory beside it, may become; the lower one counts
     * @return an eighth of it, and 4 MiB at least
     */
    public static SendBudget ofMemory(long memory) {
        return new SendBudget(Math.max(LEAST, memory / SHARE));
    }

    /**
     * A holder holds more or less than before.
     *
     * @param held bytes, in all
     */
    void hold(Holder holder, long held) {
        Holder victim = null;
        synchronized (this) {
            Long before = held > 0 ? holders.put(holder, held) : holders.remove(holder);
            used += held - (before == null ? 0 : before);
            if (used > most && (before == null || held > before)) {
                victim = longestStuck();
            }
            if (victim != null) {
                release(victim);
            }
        }
        if (victim != null) {
            victim.giveWay();
        }
    }

    /** A holder ends. */
    synchronized void release(Holder holder) {
        Long held = holders.remove(holder);
        used -= held == null ? 0 : held;
    }

    private @Nullable Holder longestStuck() {
        long share = used / Math.max(1, holders.size());
        Holder longest = null;
        for (Map.Entry<Holder, Long> one : holders.entrySet()) {
            Holder holder = one.getKey();
            if (one.getValue() >= share && (longest == null || holder.stuckSince() - longest.stuckSince() < 0)) {
                longest = holder;
            }
        }
        return longest;
    }

    /** {@return whether half of it is used: what can wait elsewhere should} */
    public synchronized boolean scarce() {
        return used > most / 2;
    }

    /** {@return how many bytes wait now} */
    public synchronized long used() {
        return used;
    }

    /** {@return how many bytes may wait} */
    public long most() {
        return most;
    }
}
