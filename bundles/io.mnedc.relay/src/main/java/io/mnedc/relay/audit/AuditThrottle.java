package io.mnedc.relay.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps clients that are refused, or that come and go all the time, from filling the audit log. It limits the lines per
 * source and minute, and the refusals of all sources together. What is left out is counted. Memory is bounded. Thread-safe.
 */
public final class AuditThrottle {
    public static final int REFUSALS_PER_SOURCE = 10;
    static final int REFUSALS = 200;
    public static final int CHANGES_PER_DEVICE = 20;

    private static final int MOST_SOURCES = 1024;
    private static final int MOST_DEVICES = 1 << 16;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What was left out of one window. */
    record Suppressed(long events, int sources, String worst, long worstEvents) {
        static final Suppressed NONE = new Suppressed(0, 0, "", 0);

        String text() {
            return "not written: too many of their kind within a minute, from " + sources
                    + " or more sources; most of them, " + worstEvents + ", from " + worst;
        }
    }

    @GuardedBy("this")
    private final Map<String, Integer> refused = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Integer> changed = new HashMap<>();

    @GuardedBy("this")
    private long began = System.nanoTime();

    @GuardedBy("this")
    private int refusals;

    @GuardedBy("this")
    private long suppressed;

    synchronized boolean pass(Kind kind, String device, String remote, long now) {
        if (now - began >= WINDOW_NANOS && suppressed == 0) {
            restart(now);
        }
        boolean pass = switch (kind) {
            case REFUSED, LIMITED -> {
                int count = count(refused, source(remote), MOST_SOURCES);
                yield count <= REFUSALS_PER_SOURCE && ++refusals <= REFUSALS;
            }
            case JOINED, LEFT, RENEWED -> count(changed, device, MOST_DEVICES) <= CHANGES_PER_DEVICE;
            default -> true;
        };
        if (!pass) {
            suppressed++;
        }
        return pass;
    }

    /** Those that find no room share a place. */
    private static int count(Map<String, Integer> counts, String source, int most) {
        String key = counts.size() < most || counts.containsKey(source) ? source : "others";
        return counts.merge(key, 1, Integer::sum);
    }

    /** The host without its port; of an IPv6 address the network, which one host can fill with addresses. */
    static String source(String remote) {
        // as the JDK writes socket addresses
        String address = remote.startsWith("/") ? remote.substring(1) : remote;
        if (address.startsWith("[")) {
            String[] parts = address.substring(1).split(":", -1);
            return parts.length < 5 ? address : String.join(":", parts[0], parts[1], parts[2], parts[3]) + "::/64";
        }
        int end = address.lastIndexOf(':');
        return end < 0 ? address : address.substring(0, end);
    }

    /** What was left out, once the minute is over; else nothing. */
    synchronized Suppressed sum(long now) {
        if (suppressed == 0 || (now != Long.MAX_VALUE && now - began < WINDOW_NANOS)) {
            return Suppressed.NONE;
        }
        String worst = "";
        int most = 0;
        int sources = 0;
        for (Map.Entry<String, Integer> source : refused.entrySet()) {
            if (source.getValue() > most) {
                most = source.getValue();
                worst = source.getKey();
            }
            sources += source.getValue() > REFUSALS_PER_SOURCE ? 1 : 0;
        }
        for (Map.Entry<String, Integer> device : changed.entrySet()) {
            if (device.getValue() > CHANGES_PER_DEVICE) {
                sources++;
                if (device.getValue() > most) {
                    most = device.getValue();
                    worst = device.getKey();
                }
            }
        }
        Suppressed sum = new Suppressed(suppressed, sources, worst, most);
        restart(now == Long.MAX_VALUE ? began : now);
        return sum;
    }

    @GuardedBy("this")
    private void restart(long now) {
        began = now;
        refused.clear();
        changed.clear();
        refusals = 0;
        suppressed = 0;
    }
}
