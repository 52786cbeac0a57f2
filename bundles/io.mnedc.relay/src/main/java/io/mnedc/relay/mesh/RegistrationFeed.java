package io.mnedc.relay.mesh;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.Announcements;
import io.mnedc.codec.Part;
import io.mnedc.relay.session.Session;
import io.mnedc.transport.ControlStream;
import io.mnedc.work.LogLimiter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one other relay which devices are registered here: a snapshot, then what has changed since, as fast as it reads. It holds at
 * most one change for each device, however slow the other one is. {@link #changed} may be called by any thread, all else on the control
 * loop.
 */
final class RegistrationFeed implements Runnable {
    /** How much may wait in the stream before the rest waits here. */
    private static final int WINDOW = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationFeed.class);
    private static final Duration FAULTS_APART = Duration.ofMinutes(1);

    private final LogLimiter faults = new LogLimiter(FAULTS_APART);
    private final ControlStream stream;
    private final Iterator<Session> snapshot;

    @GuardedBy("this")
    private final Map<String, Optional<Session>> changes = new LinkedHashMap<>();

    @GuardedBy("this")
    private boolean scheduled;

    private byte[] held = {};
    private boolean begun;
    private boolean complete;
    private boolean waiting;
    private long sequence;

    /**
     * Begins with a snapshot.
     *
     * @param present the devices that are registered; changes from then on are told by {@link #changed}
     */
    RegistrationFeed(ControlStream stream, List<Session> present) {
        this.stream = stream;
        this.snapshot = List.copyOf(present).iterator();
    }

    /**
     * A device has come, is different, or has gone.
     *
     * @param session its registration; empty if there is none any more
     */
    void changed(String deviceId, Optional<Session> session) {
        synchronized (this) {
            changes.put(deviceId, session);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        stream.execute(() -> {
            synchronized (this) {
                scheduled = false;
            }
            run();
        });
    }

    /** Tells what there is to tell, as far as there is room. */
    @Override
    public void run() {
        while (!waiting && pending()) {
            if (stream.waitingBytes() > WINDOW) {
                waiting = true;
                stream.afterSent(this::goOn);
                return;
            }
            page();
        }
    }

    private void goOn() {
        waiting = false;
        run();
    }

    /**
     * Tells of one device before its turn, for something of it follows.
     *
     * @return whether the other relay knows of it now; not if it does not know those of the snapshot yet, or does not read
     */
    boolean tellNow(String deviceId) {
        if (!complete || stream.waitingBytes() > 2 * WINDOW) {
            return false;
        }
        byte[] before = held;
        held = new byte[0];
        Optional<Session> change;
        synchronized (this) {
            change = changes.remove(deviceId);
        }
        for (byte[] record : List.of(before, change == null ? new byte[0] : record(deviceId, change))) {
            if (record.length > 0) {
                send(Part.DELTA, List.of(record), record.length);
            }
        }
        return true;
    }

    private synchronized boolean pending() {
        return !complete || held.length > 0 || !changes.isEmpty();
    }

    /** One message. */
    private void page() {
        List<byte[]> records = new ArrayList<>();
        int size = 0;
        byte[] next = next();
        while (next.length > 0 && size + next.length <= Announcements.MOST_RECORDS) {
            records.add(next);
            size += next.length;
            next = next();
        }
        held = next;
        if (complete) {
            send(Part.DELTA, records, size);
            return;
        }
        boolean first = !begun;
        begun = true;
        complete = held.length == 0;
        send(
                first
                        ? complete ? Part.SNAPSHOT_WHOLE : Part.SNAPSHOT_BEGIN
                        : complete ? Part.SNAPSHOT_END : Part.SNAPSHOT_MORE,
                records,
                size);
    }

    /** The next record; empty if there is none now. */
    private byte[] next() {
        if (held.length > 0) {
            byte[] before = held;
            held = new byte[0];
            return before;
        }
        byte[] record = {};
        while (!complete && record.length == 0 && snapshot.hasNext()) {
            Session session = snapshot.next();
            record = record(session.deviceId(), Optional.of(session));
        }
        while (complete && record.length == 0) {
            Map.Entry<String, Optional<Session>> change = nextChange();
            if (change == null) {
                break;
            }
            record = record(change.getKey(), change.getValue());
        }
        return record;
    }

    private synchronized Map.@Nullable Entry<String, Optional<Session>> nextChange() {
        Iterator<Map.Entry<String, Optional<Session>>> eldest =
                changes.entrySet().iterator();
        if (!eldest.hasNext()) {
            return null;
        }
        Map.Entry<String, Optional<Session>> change = eldest.next();
        Map.Entry<String, Optional<Session>> taken = Map.entry(change.getKey(), change.getValue());
        eldest.remove();
        return taken;
    }

    /** Empty for a device that cannot be told of, such as one with more groups than a record holds. */
    private byte[] record(String deviceId, Optional<Session> present) {
        try {
            return present.map(session -> Announcements.here(
                            session.told().present(), session.groups(), session.instance(), session.fence()))
                    .orElseGet(() -> Announcements.gone(deviceId));
        } catch (IllegalArgumentException e) {
            if (faults.may(System.nanoTime())) {
                LOG.warn("other relays cannot be told of {}: {}{}", deviceId, e.getMessage(), faults.heldBack());
            }
            return new byte[0];
        }
    }

    private void send(Part part, List<byte[]> records, int size) {
        ByteBuffer message = ByteBuffer.allocate(size);
        records.forEach(message::put);
        stream.sendNow(Announcements.registrationsHead(++sequence, part, size), message.flip());
    }
}
