package io.mnedc.relay.work;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What registered devices do, for people: so many lines of one device in a minute, and so many of all. How many were left
 * out is said once the minute is over. Memory is bounded. Thread-safe.
 */
public final class DeviceLog {
    public static final int LINES_PER_DEVICE = 20;
    static final int LINES = 2000;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceLog.class);
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    @GuardedBy("this")
    private final Map<String, Integer> lines = new HashMap<>();

    @GuardedBy("this")
    private long began = System.nanoTime();

    @GuardedBy("this")
    private int written;

    @GuardedBy("this")
    private long leftOut;

    /** Writes a line about a device, unless there were too many. */
    public void info(String deviceId, String line) {
        if (pass(deviceId, System.nanoTime())) {
            LOG.info("{} {}", deviceId, line);
        }
    }

    /** Whether another line about a device may be written. */
    synchronized boolean pass(String deviceId, long now) {
        tell(now);
        Integer before = lines.get(deviceId);
        int count = before == null ? 0 : before;
        if (written >= LINES || count >= LINES_PER_DEVICE) {
            leftOut++;
            if (before != null) {
                lines.put(deviceId, count + 1);
            }
            return false;
        }
        // no more devices than lines
        lines.put(deviceId, count + 1);
        written++;
        return true;
    }

    /** Says what was left out, when the minute is over; to be called now and then. */
    public synchronized void tell(long now) {
        if (now - began < WINDOW_NANOS) {
            return;
        }
        if (leftOut > 0) {
            Map.Entry<String, Integer> worst = null;
            for (Map.Entry<String, Integer> each : lines.entrySet()) {
                worst = worst == null || each.getValue() > worst.getValue() ? each : worst;
            }
            LOG.warn(
                    "{} more lines about devices within a minute are left out, most of them about {}: does it come and go"
                            + " all the time?",
                    leftOut,
                    worst == null ? "nobody" : worst.getKey());
        }
        began = now;
        lines.clear();
        written = 0;
        leftOut = 0;
    }
}
