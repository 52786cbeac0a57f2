package io.mnedc.load;

import io.mnedc.codec.Part;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who was announced to one device, a bit for each, with the rules of announcements checked: sequence numbers without a gap,
 * changes only after a whole snapshot. Of one thread.
 */
final class Roll {
    private final LongAdder acquaintances;
    private BitSet known = new BitSet();
    private BitSet snapshot = new BitSet();
    private int count;
    private long sequence;
    private boolean inSnapshot;
    private boolean told;

    /**
     * Nobody yet.
     *
     * @param acquaintances counts how many devices know how many others, over all rolls
     */
    Roll(LongAdder acquaintances) {
        this.acquaintances = acquaintances;
    }

    /** A new session: nothing is known until the relay has told. */
    void clear() {
        known = new BitSet();
        count(0);
        sequence = 0;
        inSnapshot = false;
        told = false;
    }

    private void count(int now) {
        acquaintances.add(now - count);
        count = now;
    }

    /** Whether a snapshot is complete. */
    boolean told() {
        return told;
    }

    /** An announcement begins. */
    void begin(long number, Part part) {
        if (number != ++sequence) {
            throw new IllegalStateException("announcement " + number + " instead of " + sequence);
        }
        boolean continues = part == Part.SNAPSHOT_MORE || part == Part.SNAPSHOT_END;
        if (continues != inSnapshot || (part == Part.DELTA && !told)) {
            throw new IllegalStateException(part + " is out of place in announcement " + number);
        }
        if (part == Part.SNAPSHOT_BEGIN || part == Part.SNAPSHOT_WHOLE) {
            snapshot = new BitSet();
        }
        inSnapshot = part != Part.DELTA;
    }

    void present(int device) {
        (inSnapshot ? snapshot : known).set(device);
    }

    void absent(int device) {
        if (!inSnapshot) {
            known.clear(device);
        }
    }

    /** An announcement ends. */
    void end(Part part) {
        if (part == Part.SNAPSHOT_END || part == Part.SNAPSHOT_WHOLE) {
            known = snapshot;
            snapshot = new BitSet();
            told = true;
        }
        inSnapshot = part == Part.SNAPSHOT_BEGIN || part == Part.SNAPSHOT_MORE;
        if (!inSnapshot) {
            count(known.cardinality());
        }
    }

    boolean knows(int device) {
        return known.get(device);
    }
}
