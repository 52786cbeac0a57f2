package io.mnedc.relay;

import io.mnedc.codec.Announcements;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registered devices, and who is told what about them. Thread-safe: the lock also orders the announcements. */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final Map<String, Session> byDevice = new HashMap<>();
    // read by the data loops, which must not wait for the lock
    private final Map<Long, Session> byId = new ConcurrentHashMap<>();
    private final NodeTable byNode = new NodeTable();
    private final Quarantine quarantine = new Quarantine();
    private final Counter.Set counters;
    private final Events events;
    private final IntSupplier cloneSwaps;
    private volatile @Nullable Access access;

    /**
     * Nobody yet; all may talk to all.
     *
     * @param cloneSwaps how often in a minute two starts of a device may take turns, now
     */
    Sessions(Counter.Set counters, Events events, IntSupplier cloneSwaps) {
        this.counters = counters;
        this.events = events;
        this.cloneSwaps = cloneSwaps;
    }

    /** Registers a device: welcomes it, tells it of the others and the others of it; an older session must go. */
    synchronized void join(Session session, Welcome welcome) {
        Session older = byDevice.get(session.deviceId());
        if (older != null) {
            remove(older);
        }
        Session holder = byNode.get(session.node());
        if (holder != null) {
            dismissFromNode(holder, session);
        }
        byDevice.put(session.deviceId(), session);
        byId.put(session.id(), session);
        byNode.put(session);
        counters.add(Counter.JOINS, 1);
        session.send(welcome);
        session.announce(Announcements.snapshot(others(session), session.nextAnnouncement()));
        if (older != null) {
            takeOver(older, session);
        }
        boolean changed = older == null || !older.record().equals(session.record());
        for (Session other : byDevice.values()) {
            if (other != session) {
                boolean knew = older != null && acquainted(older, other);
                if (acquainted(session, other)) {
                    if (changed || !knew) {
                        tell(other, new Change.Present(session.record()));
                    }
                } else if (knew) {
                    // enrolled anew, into other groups
                    tell(other, new Change.Absent(session.deviceId()));
                }
            }
        }
        if (older != null && older.instance() != session.instance()) {
            countSwap(session);
        }
    }

    private void countSwap(Session session) {
        if (!quarantine.swapped(session.deviceId(), cloneSwaps.getAsInt(), System.nanoTime())) {
            return;
        }
        counters.add(Counter.QUARANTINES, 1);
        String sentence = "two devices take turns as " + session.deviceId()
                + ", the last one from " + session.remote() + ": one must be a cloned image. Both have to wait "
                + Quarantine.LENGTH.toMinutes() + " minutes; give one of them another ID and key";
        LOG.error("{}", sentence);
        events.record(Events.Kind.QUARANTINED, session.deviceId(), session.remote(), sentence);
        session.dismiss(
                new ErrorReport(ErrorCode.QUARANTINED.number(), sentence, true, (int) Quarantine.LENGTH.toMillis()));
    }

    /** How long a device has still to stay away because of a clone. */
    synchronized Duration quarantineLeft(String deviceId) {
        return quarantine.left(deviceId, System.nanoTime());
    }

    private void takeOver(Session older, Session newer) {
        counters.add(Counter.TAKEOVERS, 1);
        boolean clone = older.instance() != newer.instance();
        older.dismiss(ErrorReport.fatal(
                ErrorCode.REPLACED,
                "a newer connection from " + newer.remote() + " has registered as " + newer.deviceId()
                        + (clone ? "; if this repeats, two devices have the same ID: is one a cloned image?" : "")));
        newer.send(ErrorReport.notice(
                ErrorCode.TOOK_OVER,
                "an older connection of " + newer.deviceId() + " from " + older.remote() + " has been closed"));
        LOG.info(
                "{} from {} takes over from {}{}",
                newer.deviceId(),
                newer.remote(),
                older.remote(),
                clone ? ", another start of the device" : "");
    }

    /** Only after a change of leases beside the relay: the address now belongs to another device. */
    private void dismissFromNode(Session holder, Session now) {
        remove(holder);
        counters.add(Counter.LEAVES, 1);
        tellOthers(holder, new Change.Absent(holder.deviceId()));
        holder.dismiss(ErrorReport.fatal(
                ErrorCode.READDRESSED, "the address is now leased to " + now.deviceId() + ": register again"));
    }

    /** Takes out a session that ended; nothing happens if another one has taken over. */
    synchronized boolean leave(Session session) {
        if (byDevice.get(session.deviceId()) != session) {
            return false;
        }
        remove(session);
        counters.add(Counter.LEAVES, 1);
        tellOthers(session, new Change.Absent(session.deviceId()));
        return true;
    }

    private void remove(Session session) {
        byDevice.remove(session.deviceId(), session);
        byId.remove(session.id());
        byNode.remove(session);
        counters.add(Counter.DROP_QUEUE, session.dropped());
    }

    /** A device tells something else about itself. */
    synchronized void publish(Session session, NodeInfo info) {
        if (info.equals(session.info())) {
            return;
        }
        session.info(info);
        if (byDevice.get(session.deviceId()) == session) {
            tellOthers(session, new Change.Present(session.record()));
        }
    }

    private void tellOthers(Session about, Change change) {
        for (Session other : byDevice.values()) {
            if (other != about && acquainted(about, other)) {
                tell(other, change);
            }
        }
    }

    private static void tell(Session session, Change change) {
        session.announce(Announcements.delta(List.of(change), session.nextAnnouncement()));
    }

    private List<Change> others(Session session) {
        List<Change> present = new ArrayList<>(byDevice.size());
        for (Session other : byDevice.values()) {
            if (other != session && acquainted(session, other)) {
                present.add(new Change.Present(other.record()));
            }
        }
        return present;
    }

    /** Whether two devices may know of each other and talk; without a lock. */
    boolean acquainted(Session one, Session other) {
        return AccessChange.allowed(access, one, other);
    }

    /** The rules in force; null if all may talk to all. Without a lock, for each run of frames. */
    @Nullable
    Access access() {
        return access;
    }

    /** Puts other rules in force, and tells the devices whom they may know now and whom no longer. */
    synchronized void access(@Nullable Access now) {
        Access before = access;
        // frames stop at once
        access = now;
        new AccessChange(before, now)
                .of(byDevice.values())
                .forEach((session, changes) ->
                        session.announce(Announcements.delta(changes, session.nextAnnouncement())));
    }

    /** The session of a device. */
    synchronized @Nullable Session ofDevice(String deviceId) {
        return byDevice.get(deviceId);
    }

    /** The session at a node; without a lock, for each frame. */
    @Nullable
    Session atNode(int node) {
        return byNode.get(node);
    }

    /** The session with an ID; without a lock. */
    @Nullable
    Session withId(long id) {
        return byId.get(id);
    }

    synchronized int count() {
        return byDevice.size();
    }

    /** All sessions, by ascending node. */
    synchronized List<Session> all() {
        List<Session> all = new ArrayList<>(byDevice.values());
        all.sort(Comparator.comparingInt(Session::node));
        return all;
    }
}
