package io.mnedc.relay.audit;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.transport.Daemon;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: a line of JSON for each event, appended by a thread of its own. A caller never waits. Events
 * that find no room in the queue or on the disk are counted, and the number is written when there is room again. Thread-safe.
 */
public final class AuditLog implements RelayEventListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_QUEUED = 8192;
    private static final int MOST_TEXT = 600;
    /** Lines that are made in memory before they are written. */
    private static final int MOST_AT_ONCE = 1024;

    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration COMPLAINTS_APART = Duration.ofSeconds(10);
    private static final long CLOSE_MILLIS = 3000;

    /** Wakes the thread for its end. */
    private static final RelayEvent END = new RelayEvent(Instant.EPOCH, Kind.STOPPED, "", "", "");

    private final BlockingQueue<RelayEvent> queue = new ArrayBlockingQueue<>(MOST_QUEUED);
    private final AtomicLong lost = new AtomicLong();
    private final AuditThrottle throttle = new AuditThrottle();
    private final RotatingFile file;
    private final Clock clock;
    private final LongConsumer losses;
    private final Thread thread;
    private volatile boolean closing;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);

    private AuditLog(RotatingFile file, Clock clock, LongConsumer losses) {
        this.file = file;
        this.clock = clock;
        this.losses = losses;
        this.thread = Daemon.thread("mnedc-relay-audit", this::run);
    }

    /**
     * Opens the log of a data directory, which exists, and starts its thread.
     *
     * @param losses told how many more events are lost; on any thread
     * @throws IOException if it cannot be opened; the message has the cure
     */
    public static AuditLog open(Path directory, Clock clock, LongConsumer losses) throws IOException {
        RotatingFile file = new RotatingFile(directory.resolve(RelayDirectory.AUDIT));
        file.open();
        AuditLog log = new AuditLog(file, clock, losses);
        log.thread.start();
        return log;
    }

    @Override
    public void happened(RelayEvent event) {
        boolean written = !closing && throttle.pass(event.kind(), event.deviceId(), event.remote(), System.nanoTime());
        if (written && !queue.offer(event)) {
            lost(1);
        }
    }

    @Override
    public void lost(long events) {
        lost.addAndGet(events);
        losses.accept(events);
    }

    private void run() {
        long synced = System.nanoTime();
        boolean dirty = false;
        List<RelayEvent> batch = new ArrayList<>();
        try {
            while (!closing || !queue.isEmpty()) {
                RelayEvent first = queue.poll(SYNC_NANOS, TimeUnit.NANOSECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MOST_AT_ONCE);
                    batch.removeIf(entry -> entry.equals(END));
                }
                long now = System.nanoTime();
                dirty |= write(batch, now);
                batch.clear();
                if (dirty && now - synced >= SYNC_NANOS) {
                    sync();
                    synced = now;
                    dirty = false;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the audit log's thread was interrupted", e);
        } finally {
            write(List.of(), Long.MAX_VALUE);
            sync();
            file.close();
        }
    }

    /** Writes lines; whether there were any. */
    private boolean write(List<RelayEvent> batch, long now) {
        try {
            return writeLines(batch, now);
        } catch (RuntimeException | Error e) {
            // an Error too, or nothing would be written any more
            lost(batch.size());
            complain(e);
            return false;
        }
    }

    private boolean writeLines(List<RelayEvent> batch, long now) {
        StringBuilder lines = new StringBuilder();
        batch.forEach(entry -> lines.append(line(entry)).append('\n'));
        long dropped = lost.getAndSet(0);
        if (dropped > 0) {
            lines.append(sum("lost", dropped, "events came faster than they could be written"));
        }
        AuditThrottle.Suppressed suppressed = throttle.sum(now);
        if (suppressed.events() > 0) {
            lines.append(sum("suppressed", suppressed.events(), suppressed.text()));
        }
        if (lines.length() == 0) {
            return false;
        }
        int entries = batch.size();
        try {
            file.append(lines.toString());
        } catch (IOException e) {
            lost.addAndGet(dropped);
            lost(entries);
            complain(e);
        }
        return true;
    }

    /** The relay goes on: who can fill a disk must not be able to stop it. */
    private void complain(Throwable e) {
        if (complaints.may(System.nanoTime())) {
            LOG.warn(
                    "the audit log {} cannot be written and loses events until it can: {}; make room on its disk",
                    file,
                    PlainText.of(e));
        }
    }

    private void sync() {
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

    /** Writes what is queued and ends the thread, within three seconds. */
    @Override
    public void close() {
        closing = true;
        // with a full queue it is awake
        boolean waiting = queue.offer(END);
        LOG.debug("the audit log ends, queue not full: {}", waiting);
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("the audit log {} did not end within {} ms", file, CLOSE_MILLIS);
            thread.interrupt();
        }
    }
}
