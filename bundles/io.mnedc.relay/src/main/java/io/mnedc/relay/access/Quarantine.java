package io.mnedc.relay.access;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds device IDs that two devices use in turns, as a cloned image does, and keeps both away for a while. It remembers at
 * most {@value #MOST} IDs. Not thread-safe; time comes in as an argument.
 */
public final class Quarantine {
    public static final Duration LENGTH = Duration.ofMinutes(10);
    public static final int MOST = 4096;

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private static final class Case {
        final ArrayDeque<Long> swaps = new ArrayDeque<>();
        boolean closed;
        long until;
    }

    // by the last change, so that the longest quiet one is forgotten first
    private final Map<String, Case> cases = new LinkedHashMap<>();

    /**
     * Another start of a device has taken over from one that was still connected.
     *
     * @param most how often that may happen in a minute; 0 is no limit
     * @return whether it is quarantined from now on
     */
    public boolean swapped(String deviceId, int most, long now) {
        Case found = cases.remove(deviceId);
        Case present = found == null ? new Case() : found;
        makeRoom();
        cases.put(deviceId, present);
        while (!present.swaps.isEmpty() && now - present.swaps.getFirst() >= WINDOW_NANOS) {
            present.swaps.removeFirst();
        }
        present.swaps.addLast(now);
        if (most == 0 || present.swaps.size() <= most) {
            if (present.swaps.size() > Math.max(1, most)) {
                present.swaps.removeFirst();
            }
            return false;
        }
        present.swaps.clear();
        present.closed = true;
        present.until = now + LENGTH.toNanos();
        return true;
    }

    private void makeRoom() {
        Iterator<Case> eldest = cases.values().iterator();
        while (cases.size() >= MOST && eldest.hasNext()) {
            eldest.next();
            eldest.remove();
        }
    }

    /** How long a device has still to stay away; zero if it may come. */
    public Duration left(String deviceId, long now) {
        Case present = cases.get(deviceId);
        if (present == null || !present.closed) {
            return Duration.ZERO;
        }
        if (present.until - now <= 0) {
            cases.remove(deviceId);
            return Duration.ZERO;
        }
        return Duration.ofNanos(present.until - now);
    }
}
