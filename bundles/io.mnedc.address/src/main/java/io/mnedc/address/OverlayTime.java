package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of several relays: one number in their store, which each relay adds to what has passed since it last changed, by its own
 * stopwatch. So no clock of a host can end a lease. It stands still while no relay reaches the store, because nobody can tell then which
 * devices are there.
 *
 * <p>A relay stores of a device that is there a time that lies ahead, up to a day, and again before that comes. So whoever ends leases
 * finds devices of other relays present, and each device costs two writes a day.
 */
final class OverlayTime implements LeaseTime, AutoCloseable {
    static final String KEY = "leases/time/now";

    /** So long a relay gives devices what it knows of the store, if it does not hear from it. */
    static final Duration MEMORY = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(OverlayTime.class);
    private static final String PARENT = "leases/time";
    private static final Duration MOST_AHEAD = Duration.ofDays(1);

    /** What was read of the store, and when by the stopwatch. */
    private record Known(OverlayStore.Entry entry, Instant time, long nanos) {}

    private final OverlayStore store;
    private final Clock clock;
    private final LongSupplier stopwatch;
    private final OverlayStore.Subscription watch;
    private final Object lock = new Object();
    private volatile Known known;
    // guarded by the lock
    private CompletableFuture<Void> passing = CompletableFuture.completedFuture(null);

    /**
     * Takes part; begins the time if no relay has done so.
     *
     * @param clock of this host, for what people are shown
     * @param stopwatch nanoseconds, as {@link System#nanoTime}
     * @throws IOException if the store does not answer, or what is in it is no time
     */
    OverlayTime(OverlayStore store, Clock clock, LongSupplier stopwatch) throws IOException {
        this.store = store;
        this.clock = clock;
        this.stopwatch = stopwatch;
        this.known = begun();
        // it may change at any time: look again after the watch has begun
        this.watch = store.watch(PARENT, change -> look());
        look();
    }

    private Known begun() throws IOException {
        if (store.get(KEY).isEmpty()) {
            // others may be faster: theirs is as good
            StoreAttempts.join(store.commit(Transaction.whenAbsent(KEY).put(KEY, Long.toString(clock.millis()))));
        }
        OverlayStore.Entry entry =
                store.get(KEY).orElseThrow(() -> new IOException("the store has lost its key " + KEY));
        return new Known(
                entry,
                parse(entry)
                        .orElseThrow(() -> new IOException(
                                "the key " + KEY + " of the store is no time: '" + entry.value() + "'")),
                stopwatch.getAsLong());
    }

    private static Optional<Instant> parse(OverlayStore.Entry entry) {
        try {
            return Optional.of(Instant.ofEpochMilli(Long.parseLong(entry.value())));
        } catch (NumberFormatException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private void look() {
        Optional<OverlayStore.Entry> entry = store.get(KEY);
        synchronized (lock) {
            if (entry.isPresent() && entry.get().version() > known.entry().version()) {
                Optional<Instant> time = parse(entry.get());
                if (time.isPresent()) {
                    known = new Known(entry.get(), time.get(), stopwatch.getAsLong());
                } else {
                    LOG.error(
                            "the key {} of the store is no time: '{}'; no lease ends",
                            KEY,
                            entry.get().value());
                }
            }
        }
    }

    @Override
    public Instant now() {
        return known.time();
    }

    private static Duration ahead(LeasePolicy rules) {
        return rules.absence()
                .map(absence -> absence.dividedBy(2))
                .filter(half -> half.compareTo(MOST_AHEAD) < 0)
                .orElse(MOST_AHEAD);
    }

    @Override
    public Instant noted(Instant seen, LeasePolicy rules) {
        return seen.plus(ahead(rules));
    }

    @Override
    public boolean isDue(Entry stored, Instant seen, LeasePolicy rules) {
        return seen.plus(ahead(rules).dividedBy(2)).isAfter(stored.lastSeen());
    }

    /**
     * Another relay may have ended it if it could expire meanwhile; half of the absence is for what is on its way. Or by a command: then
     * nobody gets the node before {@link ReleasedNodes#REST}.
     */
    @Override
    public boolean isSure(Entry stored, LeasePolicy rules) {
        Known last = known;
        long unheard = stopwatch.getAsLong() - last.nanos();
        Instant latest = last.time().plusNanos(unheard);
        return unheard < MEMORY.toNanos()
                && rules.absence()
                        .map(absence -> latest.isBefore(stored.lastSeen().plus(absence.dividedBy(2))))
                        .orElse(true);
    }

    /** The device has the whole absence left, also if this relay is killed now. */
    @Override
    public boolean isFresh(Entry stored, LeasePolicy rules) {
        return rules.absence().isEmpty() || !now().isAfter(stored.lastSeen());
    }

    @Override
    public Instant end(Instant lastSeen, Duration absence) {
        return lastSeen.plus(absence);
    }

    @Override
    public Instant shown(Instant stored) {
        Duration ago = Duration.between(stored, now());
        return clock.instant().minus(ago.isNegative() ? Duration.ZERO : ago).truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public CompletionStage<Void> pass(Duration interval) {
        synchronized (lock) {
            if (!passing.isDone()) {
                return passing;
            }
            Known last = known;
            long passed = stopwatch.getAsLong() - last.nanos();
            // another relay has added it a moment ago
            if (passed < interval.toNanos() / 4 * 3) {
                return CompletableFuture.completedFuture(null);
            }
            // no more: when the store was not there, time stood still
            Instant next = last.time().plusNanos(Math.min(passed, 2 * interval.toNanos()));
            passing = store.commit(Transaction.when(last.entry()).put(KEY, Long.toString(next.toEpochMilli())))
                    .handle((done, failure) -> {
                        look();
                        // if only the answer was lost, the time has changed all the same
                        return failure == null
                                        || known.entry().version()
                                                > last.entry().version()
                                ? CompletableFuture.<Void>completedFuture(null)
                                : CompletableFuture.<Void>failedFuture(failure);
                    })
                    .thenCompose(result -> result)
                    .toCompletableFuture();
            return passing;
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
