package io.mnedc.relay.accept;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.relay.work.SourceNetwork;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a refused enrolment waits for its answer: longer each time for the same source. Until then the relay answers
 * nothing else from there, so that hanging up and dialling again saves no time. It remembers the last {@value #MOST} sources. Thread-safe; time comes in as an argument.
 */
public final class JoinDelays {
    public static final int MOST = 4096;
    public static final Duration FIRST = Duration.ofSeconds(1);
    public static final Duration LONGEST = Duration.ofSeconds(8);

    private static final long FORGOTTEN_NANOS = Duration.ofMinutes(10).toNanos();

    private record Failures(int count, long last, long due) {}

    // by the last failure
    @GuardedBy("this")
    private final Map<SourceNetwork, Failures> bySource = new LinkedHashMap<>();

    /** Another enrolment was refused: how long its answer is to wait. */
    public synchronized Duration refused(SourceNetwork source, long now) {
        Failures before = bySource.remove(source);
        int count = before == null || now - before.last() >= FORGOTTEN_NANOS ? 0 : before.count();
        Iterator<Failures> eldest = bySource.values().iterator();
        while (bySource.size() >= MOST && eldest.hasNext()) {
            eldest.next();
            eldest.remove();
        }
        Duration delay = FIRST;
        for (int i = 0; i < count && delay.compareTo(LONGEST) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        delay = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
        bySource.put(source, new Failures(Math.min(count + 1, Integer.SIZE), now, now + delay.toNanos()));
        return delay;
    }

    /** How long the next enrolment from there has to wait. */
    public synchronized Duration untilNext(SourceNetwork source, long now) {
        Failures before = bySource.get(source);
        return before == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, before.due() - now));
    }
}
