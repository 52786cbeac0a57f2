package io.mnedc.security;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which certificates are checked: the latest of the system's clock, what a relay has told, and the floor. The
 * floor is what has been proven, kept on disk: for devices without a battery clock, which boot in 1970.
 *
 * <p>What one relay tells is believed as long as nothing else is told, and the floor does not simply follow: a relay that
 * was broken into for an hour must not lock devices out for years. The floor rises to what the CA has signed; to what a relay
 * and the system's clock say alike; and toward what a relay tells no faster than time passes. Where the clock and a
 * relay agree that the floor is ahead, it comes back. Thread-safe.
 */
public final class TimeFloor {
    private static final Logger LOG = LoggerFactory.getLogger(TimeFloor.class);
    private static final Duration WORTH_WRITING = Duration.ofHours(1);
    /** Clocks that differ by less say the same. */
    private static final Duration ALIKE = Duration.ofDays(1);

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(10);

    private final @Nullable Path file;
    private final InstantSource system;
    private final LongSupplier nanos;
    private Instant floor;
    private long floorNanos;
    private Instant written;
    /** What the present relay has told; may be wrong. */
    private Instant told = Instant.EPOCH;

    private long toldNanos;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);

    private TimeFloor(@Nullable Path file, InstantSource system, Instant floor, LongSupplier nanos) {
        this.nanos = nanos;
        this.file = file;
        this.system = system;
        this.floor = floor;
        this.floorNanos = nanos.getAsLong();
        this.written = floor;
    }

    /**
     * Opens the floor.
     *
     * @param file where it is kept; may be missing
     * @param system the system's clock
     * @return the floor; begins at the epoch when the file is missing or damaged
     */
    public static TimeFloor open(Path file, InstantSource system) {
        return open(file, system, System::nanoTime);
    }

    static TimeFloor open(Path file, InstantSource system, LongSupplier nanos) {
        Instant floor = Instant.EPOCH;
        try {
            if (Files.exists(file)) {
                floor = Instant.parse(new String(PrivateFiles.read(file, 64), StandardCharsets.US_ASCII).strip());
            }
        } catch (IOException | DateTimeException e) {
            LOG.warn("Time floor {} cannot be read and begins again: {}", file, PlainText.of(e));
        }
        return new TimeFloor(file, system, floor, nanos);
    }

    /** {@return a floor that is kept nowhere} */
    public static TimeFloor inMemory(InstantSource system) {
        return new TimeFloor(null, system, Instant.EPOCH, System::nanoTime);
    }

    /** {@return the effective time} */
    public synchronized Instant now() {
        return later(later(clock(), told()), proven());
    }

    /** {@return what the system's clock says, be it right or wrong} */
    public Instant clock() {
        return system.instant();
    }

    /** {@return the floor: what has been proven, and the time that has passed since} */
    public synchronized Instant proven() {
        return floor.plusNanos(nanos.getAsLong() - floorNanos);
    }

    /**
     * The time by which a certificate that the CA has signed is to be checked. What was told, or a floor that was pushed
     * ahead, does not decide against it alone: not if the clock is within its life, nor, with a clock that is behind it, if
     * the floor is.
     *
     * @param begin of the certificate: a time before it is wrong, because what the CA has signed is past
     * @param end of the certificate
     * @return the effective time, or one within the certificate's life
     */
    public synchronized Instant at(Instant begin, Instant end) {
        Instant now = now();
        if (now.isAfter(end)) {
            Instant clock = clock();
            if (!clock.isBefore(begin) && !clock.isAfter(end)) {
                outvoted(clock, "the device's clock", end);
                now = clock;
            } else if (clock.isBefore(begin) && !proven().isAfter(end)) {
                outvoted(proven(), "what was proven before", end);
                now = proven();
            }
        }
        return later(now, begin);
    }

    /** Why a certificate is good that seems to have expired; at each handshake it is the same. */
    private void outvoted(Instant by, String whose, Instant end) {
        if (!complaints.may(nanos.getAsLong())) {
            return;
        }
        boolean floorAhead = proven().isAfter(end);
        LOG.warn(
                "{} {} does not count: by it a certificate that the CA has signed would have expired at {}, by {} it is {}."
                        + " Did a relay tell a wrong time before?",
                floorAhead ? "The time floor" : "A time that a relay has told,",
                floorAhead ? proven() : told(),
                end,
                whose,
                by);
    }

    private Instant told() {
        return told.plusNanos(told.equals(Instant.EPOCH) ? 0 : nanos.getAsLong() - toldNanos);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * A time that is certainly past: the CA has signed it. The system's clock itself is never kept: should it run ahead
     * for a while, that does no lasting harm.
     *
     * @param past not after the true time; nothing new if it is before what was proven earlier
     */
    public synchronized void raise(Instant past) {
        set(later(past, proven()));
    }

    /**
     * What a relay says that has proved who it is. Counts until the next one says something else.
     *
     * @param time what it says
     * @param begin of its certificate: what the CA has signed is past
     * @param end of its certificate: beyond it, a relay that lost its key could end the certificates of others
     */
    public synchronized void told(Instant time, Instant begin, Instant end) {
        Instant now = time.isBefore(begin) ? begin : time.isAfter(end) ? end : time;
        Instant proven = proven();
        Instant clock = clock();
        boolean alike = Duration.between(clock, now).abs().compareTo(ALIKE) < 0;
        if (alike && now.isBefore(proven.minus(ALIKE))) {
            LOG.warn(
                    "The time floor {} is in the future by what the relay and this device's clock say alike: it comes back to"
                            + " {}. Did a relay tell a wrong time before?",
                    proven,
                    now);
            set(now);
        } else if (now.isAfter(proven)) {
            Instant last = told();
            // as much again as has passed since the last word that was not behind the floor
            Duration passed = last.isAfter(proven) || last.equals(proven)
                    ? Duration.ofNanos(nanos.getAsLong() - toldNanos)
                    : Duration.ZERO;
            Instant step = proven.plus(passed);
            set(alike || now.isBefore(step) ? now : step);
        }
        told = now;
        toldNanos = nanos.getAsLong();
    }

    private void set(Instant now) {
        floor = now;
        floorNanos = nanos.getAsLong();
        if (file != null && Duration.between(written, floor).abs().compareTo(WORTH_WRITING) > 0) {
            try {
                PrivateFiles.write(file, (floor + "\n").getBytes(StandardCharsets.US_ASCII));
                written = floor;
            } catch (IOException e) {
                LOG.warn("Time floor {} cannot be written: {}", file, PlainText.of(e));
            }
        }
    }
}
