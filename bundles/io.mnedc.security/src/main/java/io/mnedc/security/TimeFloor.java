package io.mnedc.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that never runs behind what has been proven: the system's, or the latest time heard of from somebody believed
 * and what has passed since. For devices without a battery clock, which boot in 1970. The floor is kept on disk, written
 * when it has moved by an hour. Thread-safe.
 */
public final class TimeFloor {
    private static final Logger LOG = LoggerFactory.getLogger(TimeFloor.class);
    private static final Duration WORTH_WRITING = Duration.ofHours(1);

    private final @Nullable Path file;
    private final InstantSource system;
    private Instant floor;
    private long floorNanos;
    private Instant written;

    private TimeFloor(@Nullable Path file, InstantSource system, Instant floor) {
        this.file = file;
        this.system = system;
        this.floor = floor;
        this.floorNanos = System.nanoTime();
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
        Instant floor = Instant.EPOCH;
        try {
            if (Files.exists(file)) {
                floor = Instant.parse(new String(PrivateFiles.read(file, 64), StandardCharsets.US_ASCII).strip());
            }
        } catch (IOException | DateTimeException e) {
            LOG.warn("Time floor {} cannot be read and begins anew: {}", file, e.toString());
        }
        return new TimeFloor(file, system, floor);
    }

    /** {@return a floor that is kept nowhere} */
    public static TimeFloor inMemory(InstantSource system) {
        return new TimeFloor(null, system, Instant.EPOCH);
    }

    /** {@return the effective time} */
    public synchronized Instant now() {
        Instant proven = proven();
        Instant clock = system.instant();
        return clock.isAfter(proven) ? clock : proven;
    }

    private Instant proven() {
        return floor.plusNanos(System.nanoTime() - floorNanos);
    }

    /**
     * A time that is certainly past, heard of from somebody believed. The system's clock itself is never kept: should it
     * run ahead for a while, that does no lasting harm.
     *
     * @param past not after the true time; nothing new if it is before what was proven earlier
     */
    public synchronized void raise(Instant past) {
        Instant proven = proven();
        floor = past.isAfter(proven) ? past : proven;
        floorNanos = System.nanoTime();
        if (file != null && Duration.between(written, floor).compareTo(WORTH_WRITING) > 0) {
            try {
                PrivateFiles.write(file, (floor + "\n").getBytes(StandardCharsets.US_ASCII));
                written = floor;
            } catch (IOException e) {
                LOG.warn("Time floor {} cannot be written: {}", file, e.toString());
            }
        }
    }
}
