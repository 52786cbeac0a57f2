package io.mnedc.relay.trust;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often a device may have itself enrolled: a few times at once, since an answer may be lost, then once a minute. Each
 * costs a certificate, lines in logs and writes to the disk. Remembers at most {@value #MOST} devices that were enrolled,
 * the latest. Thread-safe; time comes in as an argument.
 */
public final class Reenrolments {
    public static final int BURST = 5;
    static final int MOST = 4096;

    private static final long EARN_NANOS = Duration.ofMinutes(1).toNanos();

    private record Left(int left, long since) {}

    // by the last enrolment
    @GuardedBy("this")
    private final Map<String, Left> byDevice = new LinkedHashMap<>();

    /** How long a device has to wait until it may be enrolled again; zero: not at all. */
    synchronized Duration untilNext(String deviceId, long now) {
        Left left = now(byDevice.get(deviceId), now);
        return left.left > 0 ? Duration.ZERO : Duration.ofNanos(EARN_NANOS - (now - left.since));
    }

    /** A device was enrolled. */
    synchronized void enrolled(String deviceId, long now) {
        Left left = now(byDevice.remove(deviceId), now);
        Iterator<Left> eldest = byDevice.values().iterator();
        while (byDevice.size() >= MOST && eldest.hasNext()) {
            eldest.next();
            eldest.remove();
        }
        byDevice.put(deviceId, new Left(Math.max(0, left.left - 1), left.since));
    }

    private static Left now(@Nullable Left before, long now) {
        if (before == null) {
            return new Left(BURST, now);
        }
        long earned = (now - before.since) / EARN_NANOS;
        return earned == 0
                ? before
                : new Left((int) Math.min(BURST, before.left + earned), before.since + earned * EARN_NANOS);
    }
}
