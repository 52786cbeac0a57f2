package io.mnedc.relay.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.access.Access;
import io.mnedc.relay.access.Members;
import io.mnedc.relay.access.Quarantine;
import io.mnedc.relay.announce.AnnouncementDelta;
import io.mnedc.relay.announce.AnnouncementFeed;
import io.mnedc.relay.announce.Announcer;
import io.mnedc.relay.announce.InfoRoom;
import io.mnedc.relay.announce.PeerRecord;
import io.mnedc.relay.announce.Roster;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.forward.Destination;
import io.mnedc.relay.forward.Routes;
import io.mnedc.relay.forward.StreamOwner;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.transport.NodeTable;
import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registered devices, and who is told what about them. Thread-safe: the lock also orders the announcements. */
public final class Sessions implements Members, Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    @GuardedBy("this")
    private final Map<String, Session> byDevice = new HashMap<>();
    // read by the data loops, which must not wait for the lock
    private final Map<Long, Session> byId = new ConcurrentHashMap<>();
    private final NodeTable<Destination> byNode = new NodeTable<>();

    @GuardedBy("this")
    private final Quarantine quarantine = new Quarantine();

    private final Counter.Set counters;
    private final DeviceLog log;
    private final Events events;
    private final IntSupplier cloneSwaps;

    @GuardedBy("this")
    private final Roster roster = new Roster();

    @GuardedBy("this")
    private InfoRoom room = InfoRoom.of(Runtime.getRuntime().maxMemory());

    @GuardedBy("this")
    private final Absences absences = new Absences();

    @GuardedBy("this")
    private boolean waitsForAbsences;

    private final Scheduler loop;
    private final Announcer announcer;
    private volatile @Nullable Access access;

    /**
     * Nobody yet; all may talk to all.
     *
     * @param cloneSwaps how often in a minute two starts of a device may take turns, now
     * @param loop where it is decided when the devices are told what has changed
     */
    public Sessions(Counter.Set counters, Events events, DeviceLog log, IntSupplier cloneSwaps, Scheduler loop) {
        this.counters = counters;
        this.log = log;
        this.events = events;
        this.cloneSwaps = cloneSwaps;
        this.loop = loop;
        this.announcer = new Announcer(loop, this::seal, this::everybody);
    }

    /** Registers a device: welcomes it, tells it of the others and the others of it; an older session must go. */
    synchronized void join(Session session, Welcome welcome) {
        Session older = byDevice.get(session.deviceId());
        if (older != null) {
            remove(older);
        }
        Destination holder = byNode.get(session.node());
        if (holder != null) {
            dismissFromNode(holder, session);
        }
        byDevice.put(session.deviceId(), session);
        byId.put(session.id(), session);
        byNode.put(session.node(), session);
        counters.add(Counter.JOINS, 1);
        forget(absences.back(session.deviceId()));
        roster.put(session.told());
        room.add(session.told());
        session.send(welcome);
        session.listen(roster.state(access), this::state);
        if (older != null) {
            takeOver(older, session);
        }
        announcer.changed();
        if (older != null && older.instance() != session.instance()) {
            countSwap(session);
        }
    }

    private synchronized AnnouncementFeed.State state() {
        return roster.state(access);
    }

    private synchronized AnnouncementDelta seal() {
        return roster.seal(access);
    }

    private synchronized List<Session> everybody() {
        return List.copyOf(byDevice.values());
    }

    /**
     * Has a device told of one that has just joined, if that was not done yet: before something is passed on that it would
     * not know what to do with. Without a lock for one that has not.
     */
    void introduce(Session one, Destination to) {
        if (one.isNew(System.nanoTime())) {
            to.tell(seal(), () -> {});
        }
    }

    @GuardedBy("this")
    private void countSwap(Session session) {
        if (!quarantine.swapped(session.deviceId(), cloneSwaps.getAsInt(), System.nanoTime())) {
            return;
        }
        counters.add(Counter.QUARANTINES, 1);
        String sentence = "two devices take turns as " + session.deviceId()
                + ", the last one from " + session.remote() + ": one must be a cloned image. Both have to wait "
                + Quarantine.LENGTH.toMinutes() + " minutes; give one of them another ID and key";
        LOG.error("{}", sentence);
        events.record(Kind.QUARANTINED, session.deviceId(), session.remote(), sentence);
        session.dismiss(
                new ErrorReport(ErrorCode.QUARANTINED.number(), sentence, true, (int) Quarantine.LENGTH.toMillis()));
    }

    @Override
    public synchronized Duration quarantineLeft(String deviceId) {
        return quarantine.left(deviceId, System.nanoTime());
    }

    @GuardedBy("this")
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
        log.info(
                newer.deviceId(),
                "from " + newer.remote() + " takes over from " + older.remote()
                        + (clone ? ", another start of the device" : ""));
    }

    /** Only after a change of leases beside the relay: the address now belongs to another device. */
    @GuardedBy("this")
    private void dismissFromNode(Destination before, Session now) {
        Session holder = byDevice.get(before.deviceId());
        if (holder == null) {
            return;
        }
        remove(holder);
        gone(holder);
        holder.dismiss(ErrorReport.fatal(
                ErrorCode.READDRESSED, "the address is now leased to " + now.deviceId() + ": register again"));
    }

    /** Takes out a session that ended; nothing happens if another one has taken over. */
    synchronized boolean leave(Session session) {
        if (byDevice.get(session.deviceId()) != session) {
            return false;
        }
        remove(session);
        PeerRecord told = session.told();
        if (absences.holdBack(told, System.nanoTime())) {
            counters.add(Counter.LEAVES, 1);
            counters.add(Counter.LEAVES_HELD_BACK, 1);
            // the roster keeps it for as long
            room.add(told);
            awaitAbsences();
        } else {
            gone(session);
        }
        return true;
    }

    @GuardedBy("this")
    private void awaitAbsences() {
        Duration next = waitsForAbsences ? null : absences.next(System.nanoTime());
        if (next != null) {
            waitsForAbsences = true;
            loop.schedule(next, this::tellAbsences);
        }
    }

    private synchronized void tellAbsences() {
        waitsForAbsences = false;
        for (PeerRecord absent : absences.due(System.nanoTime())) {
            forget(absent);
            roster.remove(absent.deviceId());
            announcer.changed();
        }
        awaitAbsences();
    }

    @GuardedBy("this")
    private void forget(@Nullable PeerRecord held) {
        if (held != null) {
            room.free(held);
        }
    }

    @GuardedBy("this")
    private void gone(Session session) {
        counters.add(Counter.LEAVES, 1);
        roster.remove(session.deviceId());
        announcer.changed();
    }

    @GuardedBy("this")
    private void remove(Session session) {
        byDevice.remove(session.deviceId(), session);
        room.free(session.told());
        byId.remove(session.id());
        byNode.remove(session.node(), session);
        counters.add(Counter.DROP_QUEUE, session.dropped());
    }

    /** A device tells something else about itself; how many bytes each of the others is told. */
    int publish(Session session, Publish said) {
        // encoded without the lock, for which all others wait
        return publish(session, session.record(said));
    }

    private synchronized int publish(Session session, PeerRecord now) {
        PeerRecord before = session.told();
        if (byDevice.get(session.deviceId()) != session || now.looksLike(before)) {
            return 0;
        }
        if (!room.replace(before, now)) {
            session.noRoom(
                    "the relay has no room for what this device tells its peers, they keep what it has told before: tell less"
                            + " (attributes, services), or give the relay a larger heap; large devices share "
                            + (room.most() >> 10) + " KiB there, a sixteenth of it",
                    System.nanoTime());
            return 0;
        }
        session.told(now);
        roster.put(now);
        announcer.changed();
        return now.present().length;
    }

    /** Whether two devices may know of each other and talk; without a lock. */
    public boolean acquainted(Destination one, Destination other) {
        Access rules = access;
        return rules == null || rules.allowed(one.deviceId(), one.groups(), other.deviceId(), other.groups());
    }

    @Override
    @Nullable
    public Access access() {
        return access;
    }

    @Override
    public synchronized void access(@Nullable Access now) {
        Access before = access;
        // frames stop at once
        access = now;
        if (before != now) {
            roster.rules(before, now);
            announcer.changed();
        }
    }

    @Override
    public boolean dismiss(String deviceId, ErrorReport report, Consumer<String> before) {
        Session session = ofDevice(deviceId);
        if (session == null) {
            return false;
        }
        before.accept(session.remote());
        session.dismiss(report);
        return true;
    }

    /** The session of a device. */
    public synchronized @Nullable Session ofDevice(String deviceId) {
        return byDevice.get(deviceId);
    }

    @Override
    @Nullable
    public Destination to(int node) {
        return byNode.get(node);
    }

    @Override
    @Nullable
    public StreamOwner owner(long id) {
        return byId.get(id);
    }

    /** For tests: another room, while nobody is there. */
    synchronized void room(InfoRoom other) {
        room = other;
    }

    /** How many bytes the large records of devices take in all. */
    public synchronized long roomUsed() {
        return room.used();
    }

    public synchronized int count() {
        return byDevice.size();
    }

    /** All sessions, by ascending node. */
    public synchronized List<Session> all() {
        List<Session> all = new ArrayList<>(byDevice.values());
        all.sort(Comparator.comparingInt(Session::node));
        return all;
    }
}
