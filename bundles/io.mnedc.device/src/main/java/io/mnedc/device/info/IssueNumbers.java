package io.mnedc.device.info;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers for this device's documents: each is higher than those before, also over restarts and with a clock that was set back.
 * They are milliseconds since 1970 unless that would not be higher, so a device that has lost its directory goes on all the
 * same. Used by one thread.
 */
final class IssueNumbers {
    /** The name of the file, in the device's directory. */
    static final String FILE = "info-issue";

    private static final Logger LOG = LoggerFactory.getLogger(IssueNumbers.class);
    private static final int MOST_BYTES = 32;

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);
    private @Nullable Path read;
    private long last;

    IssueNumbers(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * {@return the next number; it is on the disk before it is used}
     *
     * @param directory where the last one is kept; null: nowhere
     */
    long next(@Nullable Path directory) {
        Path file = directory == null ? null : directory.resolve(FILE);
        if (file != null && !file.equals(read)) {
            last = Math.max(last, kept(file));
            read = file;
        }
        last = Math.max(last + 1, clock.millis());
        if (file != null) {
            try {
                PrivateFiles.write(file, (last + "\n").getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                if (complaints.may(System.nanoTime())) {
                    LOG.warn(
                            "{} cannot be written: {}. If the clock is set back before the next start, peers will not believe"
                                    + " what this device tells until it is as late again{}",
                            file,
                            PlainText.of(e),
                            complaints.heldBack());
                }
            }
        }
        return last;
    }

    private static long kept(Path file) {
        try {
            if (Files.exists(file)) {
                String text = new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.US_ASCII);
                return Math.max(0, Long.parseLong(text.strip()));
            }
        } catch (IOException | NumberFormatException e) {
            LOG.warn("{} cannot be read, numbers begin with the clock: {}", file, PlainText.of(e));
        }
        return 0;
    }
}
