package io.mnedc.relay.accept;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.text.PlainText;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts refused connections, and logs them so that strangers cannot fill the log. Thread-safe. */
public final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    static final Duration QUIET = Duration.ofSeconds(10);

    private final Counter.Set counters;
    private final Events events;

    @GuardedBy("this")
    private final Map<Counter, LogLimiter> kinds = new EnumMap<>(Counter.class);

    public Refusals(Counter.Set counters, Events events) {
        this.counters = counters;
        this.events = events;
    }

    /** Counts a refusal; logs the first of its kind, then at most one in ten seconds with how many there were. */
    public void add(Counter kind, String remote, String why) {
        add(kind, remote, why, System.nanoTime());
    }

    void add(Counter kind, String remote, String why, long now) {
        counters.add(kind, 1);
        events.record(Kind.REFUSED, "", remote, kind.label() + ": " + why);
        int unlogged;
        synchronized (this) {
            LogLimiter lines = kinds.computeIfAbsent(kind, unused -> new LogLimiter(QUIET));
            if (!lines.may(now)) {
                return;
            }
            unlogged = lines.count();
        }
        LOG.warn(
                "refused {}: {}{}",
                PlainText.of(remote),
                PlainText.of(why),
                unlogged == 0 ? "" : " (and " + unlogged + " more like it since the last line)");
    }
}
