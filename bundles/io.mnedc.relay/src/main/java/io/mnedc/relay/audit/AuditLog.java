package io.mnedc.relay.audit;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: a line of JSON for each event. Who tells it of events does so on one thread, and says when nothing more waits:
 * then the lines are written. Events that were lost on their way here, or find no room on the disk, are counted, and the number
 * is written when there is room again. Thread-safe.
 */
public final class AuditLog implements RelayEventListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_TEXT = 600;
    /** Characters that are kept in memory before they are written. */
    private static final int MOST_AT_ONCE = 1 << 16;

    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration COMPLAINTS_APART = Duration.ofSeconds(10);
    private static final long CLOSE_MILLIS = 3000;

    private final AuditThrottle throttle = new AuditThrottle();
    private final Clock clock;
    private final LongConsumer losses;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);

    /** Also held while the disk is at work, so who must not wait for that only tries to get it. */
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final RotatingFile file;

    @GuardedBy("lock")
    private StringBuilder lines = new StringBuilder();

    /** Events in these lines. */
    @GuardedBy("lock")
    private int entries;

    /** Events that are in no line, and not told yet. */
    @GuardedBy("lock")
    private long lost;

    @GuardedBy("lock")
    private boolean dirty;

    @GuardedBy("lock")
    private long synced = System.nanoTime();

    private volatile boolean closing;

    private AuditLog(RotatingFile file, Clock clock, LongConsumer losses) {
        this.file = file;
        this.clock = clock;
        this.losses = losses;
    }

    /**
     * Opens the log of a data directory, which exists.
     *
     * @param losses told how many more events are lost; on any thread
     * @throws IOException if it cannot be opened; the message has the cure
     */
    public static AuditLog open(Path directory, Clock clock, LongConsumer losses) throws IOException {
        RotatingFile file = new RotatingFile(directory.resolve(RelayDirectory.AUDIT));
        file.open();
        return new AuditLog(file, clock, losses);
    }

    /**
     * {@return whether an event is to be written; else it is counted as suppressed} To be asked before it waits for its turn:
     * what is left out in a flood takes no room then. It does not wait for the disk.
     */
    public boolean passes(RelayEvent event) {
        return throttle.pass(event.kind(), event.deviceId(), event.remote(), System.nanoTime());
    }

    @Override
    public void happened(RelayEvent event) {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            try {
                lines.append(line(event) + "\n");
                entries++;
            } catch (RuntimeException | Error e) {
                missing(1);
                complain(e);
            }
            if (lines.length() >= MOST_AT_ONCE) {
                write(System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void lost(long events) {
        lock.lock();
        try {
            missing(events);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void missing(long events) {
        lost += events;
        losses.accept(events);
    }

    /** Nothing waits: writes what there is. To be called at least once a second. */
    public void quiet() {
        lock.lock();
        try {
            if (closing) {
                // who wanted to close it did not wait for the disk
                finish();
            } else {
                write(System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void write(long now) {
        try {
            append(now);
        } catch (IOException | RuntimeException | Error e) {
            // an Error too, or nothing would be written any more
            complain(e);
        }
        if (dirty && now - synced >= SYNC_NANOS) {
            sync();
            synced = now;
        }
    }

    @GuardedBy("lock")
    private void append(long now) throws IOException {
        StringBuilder text = lines;
        int events = entries;
        long before = lost;
        AuditThrottle.Suppressed suppressed = throttle.sum(now);
        if (events == 0 && before == 0 && suppressed.events() == 0) {
            return;
        }
        lines = new StringBuilder();
        entries = 0;
        boolean written = false;
        try {
            if (before > 0) {
                text.append(sum("lost", before, "events came faster than they could be written"));
            }
            if (suppressed.events() > 0) {
                text.append(sum("suppressed", suppressed.events(), suppressed.text()));
            }
            // also when this fails, something may be in the file
            dirty = true;
            file.append(text.toString());
            lost -= before;
            written = true;
        } finally {
            if (!written) {
                missing(events);
            }
        }
    }

    /** The relay goes on: who can fill a disk must not be able to stop it. */
    @GuardedBy("lock")
    private void complain(Throwable e) {
        if (complaints.may(System.nanoTime())) {
            LOG.warn(
                    "the audit log {} cannot be written and loses events until it can: {}; make room on its disk",
                    file,
                    PlainText.of(e));
        }
    }

    @GuardedBy("lock")
    private void sync() {
        dirty = false;
        try {
            file.sync();
        } catch (IOException e) {
            complain(e);
        }
    }

    private String sum(String event, long count, String detail) {
        return Json.object()
                        .add("time", clock.instant().toString())
                        .add("event", event)
                        .add("count", count)
                        .add("detail", detail)
                        .toString()
                + "\n";
    }

    private static String line(RelayEvent entry) {
        JsonObject line = Json.object()
                .add("time", entry.time().toString())
                .add("event", entry.kind().label());
        add(line, "device", entry.deviceId());
        add(line, "remote", entry.remote());
        add(line, "detail", entry.detail());
        return shown(line.toString());
    }

    /** JSON allows any character in a string; people look at this file with a terminal. */
    private static String shown(String json) {
        StringBuilder escaped = new StringBuilder(json.length());
        json.codePoints().forEach(character -> {
            if (PlainText.isPlain(character)) {
                escaped.appendCodePoint(character);
            } else {
                for (char unit : Character.toChars(character)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        });
        return escaped.toString();
    }

    private static void add(JsonObject line, String name, String value) {
        if (!value.isEmpty()) {
            line.add(name, value.length() <= MOST_TEXT ? value : value.substring(0, MOST_TEXT) + "...");
        }
    }

    /** Writes what is left to write and closes the file, within three seconds; else that is done when the disk answers. */
    @Override
    public void close() {
        closing = true;
        // an interrupt would close the file before the last line is in it
        boolean interrupted = Thread.interrupted();
        try {
            if (lock.tryLock(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    finish();
                } finally {
                    lock.unlock();
                }
            } else {
                LOG.warn("the audit log's disk does not answer within {} ms", CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @GuardedBy("lock")
    private void finish() {
        write(Long.MAX_VALUE);
        sync();
        file.close();
    }
}
