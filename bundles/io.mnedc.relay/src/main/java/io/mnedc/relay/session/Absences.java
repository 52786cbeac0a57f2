package io.mnedc.relay.session;

import io.mnedc.relay.announce.PeerRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds back that a device has left, if it comes and goes all the time: its peers hear of it only when it stays away. It
 * remembers at most {@value #MOST} devices. Not thread-safe; time comes in as an argument.
 */
final class Absences {
    static final int MOST = 4096;

    /** So often within a minute a device may leave before that is held back. */
    static final int OFTEN = 5;

    /** How long it must stay away then. */
    static final Duration HELD_BACK = Duration.ofSeconds(5);

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private record Held(PeerRecord record, long until) {}

    // both by the last change, so that the first one is the oldest
    private final Map<String, ArrayDeque<Long>> leaves = new LinkedHashMap<>();
    private final Map<String, Held> held = new LinkedHashMap<>();

    /**
     * A device has left.
     *
     * @param told what its peers know of it
     * @return whether they are not to hear of it yet
     */
    boolean holdBack(PeerRecord told, long now) {
        String id = told.deviceId();
        ArrayDeque<Long> known = leaves.remove(id);
        ArrayDeque<Long> times = known == null ? new ArrayDeque<>() : known;
        makeRoom();
        leaves.put(id, times);
        while (!times.isEmpty() && now - times.getFirst() >= WINDOW_NANOS) {
            times.removeFirst();
        }
        boolean often = times.size() >= OFTEN;
        if (often) {
            times.removeFirst();
        }
        times.addLast(now);
        if (!often || held.size() >= MOST) {
            return false;
        }
        held.put(id, new Held(told, now + HELD_BACK.toNanos()));
        return true;
    }

    /**
     * A device has left that may be on its way to another relay.
     *
     * @param told what its peers know of it
     * @param patience how long it may take
     * @return whether they are not to hear of it yet
     */
    boolean holdBack(PeerRecord told, Duration patience, long now) {
        if (held.size() >= MOST) {
            return false;
        }
        held.put(told.deviceId(), new Held(told, now + patience.toNanos()));
        return true;
    }

    private void makeRoom() {
        Iterator<ArrayDeque<Long>> eldest = leaves.values().iterator();
        while (leaves.size() >= MOST && eldest.hasNext()) {
            eldest.next();
            eldest.remove();
        }
    }

    /** A device is there: {@return what its peers still know of it; null if nothing was held back} */
    @Nullable
    PeerRecord back(String deviceId) {
        Held here = held.remove(deviceId);
        return here == null ? null : here.record;
    }

    /** {@return those that have stayed away for long enough: it is to be told now} */
    List<PeerRecord> due(long now) {
        List<PeerRecord> due = new ArrayList<>();
        Iterator<Held> eldest = held.values().iterator();
        while (eldest.hasNext()) {
            Held next = eldest.next();
            if (next.until - now <= 0) {
                due.add(next.record);
                eldest.remove();
            }
        }
        return due;
    }

    /** {@return how long it takes until the next one is due; null: nothing is held back} */
    @Nullable
    Duration next(long now) {
        return held.isEmpty()
                ? null
                : Duration.ofNanos(Math.max(
                        0,
                        held.values().stream()
                                .mapToLong(next -> next.until - now)
                                .min()
                                .orElse(0)));
    }
}
