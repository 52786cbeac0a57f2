package io.mnedc.relay.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
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
import io.mnedc.relay.announce.Receiver;
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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registered devices, and who is told what about them. Thread-safe: the lock also orders the announcements. */
public final class Sessions implements Members, Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** How long a device may take from one relay to another before its peers hear that it has left. */
    private static final Duration HANDOVER = Duration.ofSeconds(3);

    @GuardedBy("this")
    private final Map<String, Session> byDevice = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, RemoteDevice> elsewhere = new HashMap<>();

    @GuardedBy("this")
    private OtherRelays others = OtherRelays.NONE;
    // read by the data loops, which must not wait for the lock
    private final Map<Long, StreamOwner> byId = new ConcurrentHashMap<>();
    private final NodeTable<Destination> byNode = new NodeTable<>();
    private final Routes here = new Here();

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
        RemoteDevice there = elsewhere.get(session.deviceId());
        if (there != null) {
            withdraw(there);
        }
        if (!others.equals(OtherRelays.NONE)) {
            session.fence(newest(others.known(session.deviceId()), older, there).moved());
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
        others.registered(session);
        boolean swapped = (older != null && older.instance() != session.instance())
                || (there != null && there.instance() != session.instance());
        if (swapped) {
            countSwap(session);
        }
    }

    private static Fence newest(Fence known, @Nullable Session here, @Nullable RemoteDevice there) {
        Fence newest = known;
        if (here != null && here.fence().compareTo(newest) > 0) {
            newest = here.fence();
        }
        if (there != null && there.fence().compareTo(newest) > 0) {
            newest = there.fence();
        }
        return newest;
    }

    /** Tells who is told of what is registered here, beginning with those who are there. */
    public synchronized void others(OtherRelays now) {
        others = now;
        byDevice.values().forEach(now::registered);
    }

    /** {@return why no further device can register here now, because another relay is to serve it; empty if it can} */
    synchronized Optional<ErrorReport> refusal() {
        return others.refusal();
    }

    /** A device is registered at another relay, or is different there. The newest of several registrations counts. */
    public synchronized void arrived(RemoteDevice now) {
        String id = now.deviceId();
        Session here = byDevice.get(id);
        RemoteDevice before = elsewhere.get(id);
        if (now.equals(before) && now.equals(byNode.get(now.node()))) {
            return;
        }
        boolean beaten = (here != null && isBeaten(now, here.fence(), others.own()))
                || (before != null
                        && !before.home().equals(now.home())
                        && isBeaten(now, before.fence(), before.home().relayId()));
        Destination holder = byNode.get(now.node());
        // what another relay says does not take an address from a device here
        boolean taken = holder instanceof Session && !holder.deviceId().equals(id);
        if (beaten || taken) {
            return;
        }
        if (here != null) {
            supersede(here, now.home().relayId(), now.instance());
        }
        if (before != null) {
            withdraw(before);
        }
        if (holder instanceof RemoteDevice other && !other.deviceId().equals(id)) {
            withdraw(other);
            roster.remove(other.deviceId());
        }
        elsewhere.put(id, now);
        byNode.put(now.node(), now);
        forget(absences.back(id));
        roster.put(now.told());
        room.add(now.told());
        announcer.changed();
    }

    private static boolean isBeaten(RemoteDevice now, Fence by, String relayId) {
        int order = now.fence().compareTo(by);
        return order < 0 || (order == 0 && now.home().relayId().compareTo(relayId) < 0);
    }

    /** The device of a session has registered at another relay since. */
    @GuardedBy("this")
    private void supersede(Session here, String relayId, long instance) {
        remove(here);
        counters.add(Counter.TAKEOVERS, 1);
        boolean clone = here.instance() != instance;
        here.dismiss(ErrorReport.fatal(
                ErrorCode.REPLACED,
                here.deviceId() + " has registered at relay " + relayId + " since"
                        + (clone ? "; if this repeats, two devices have the same ID: is one a cloned image?" : "")));
        log.info(
                here.deviceId(), "has registered at relay " + relayId + (clone ? ", another start of the device" : ""));
    }

    /** The store of the overlay says that a device has registered at another relay. */
    public synchronized void claimed(String deviceId, Fence claim, String relayId, long instance) {
        Session here = byDevice.get(deviceId);
        if (here != null && here.fence().compareTo(claim) < 0) {
            supersede(here, relayId, instance);
            // its relay tells soon what there is to know of it
            holdBack(here.told());
        }
    }

    /** The store of the overlay knows something newer of a registration here, such as that it counts. */
    public synchronized void settled(Session session, Fence now) {
        if (byDevice.get(session.deviceId()) == session) {
            session.fence(now);
            others.registered(session);
        }
    }

    /** A device is not registered at another relay any more; nothing happens if it is registered elsewhere already. */
    public synchronized void gone(RemoteDevice there) {
        if (elsewhere.get(there.deviceId()) == there) {
            withdraw(there);
            holdBack(there.told());
        }
    }

    @GuardedBy("this")
    private void withdraw(RemoteDevice there) {
        elsewhere.remove(there.deviceId(), there);
        byNode.remove(there.node(), there);
        room.free(there.told());
    }

    /** Tells its peers that a device has left, unless it appears at another relay soon. */
    @GuardedBy("this")
    private void holdBack(PeerRecord told) {
        if (absences.holdBack(told, HANDOVER, System.nanoTime())) {
            room.add(told);
            awaitAbsences();
        } else {
            roster.remove(told.deviceId());
            announcer.changed();
        }
    }

    /** {@return how many devices are registered at other relays} */
    public synchronized int countElsewhere() {
        return elsewhere.size();
    }

    /** A data stream that is no device's may be opened for this ID. */
    public void linked(long id, StreamOwner owner) {
        byId.put(id, owner);
    }

    /** No more. */
    public void unlinked(long id, StreamOwner owner) {
        byId.remove(id, owner);
    }

    /** {@return where frames go that come from other relays: to devices that are registered here, and no further} */
    public Routes here() {
        return here;
    }

    private final class Here implements Routes {
        @Override
        public @Nullable Destination to(int node) {
            Destination receiver = byNode.get(node);
            return receiver instanceof Session ? receiver : null;
        }

        @Override
        public @Nullable Access access() {
            // the sender's relay has looked at the rules, and the receiving device does
            return null;
        }

        @Override
        public @Nullable StreamOwner owner(long sessionId) {
            return byId.get(sessionId);
        }
    }

    private synchronized AnnouncementFeed.State state() {
        return roster.state(access);
    }

    private synchronized AnnouncementDelta seal() {
        return roster.seal(access);
    }

    private synchronized List<? extends Receiver> everybody() {
        return List.copyOf(byDevice.values());
    }

    /**
     * Has a device told of one that has just joined, if that was not done yet: before something is passed on that it would
     * not know what to do with. Without a lock for one that has not.
     */
    void introduce(boolean isNew, Destination to) {
        if (isNew) {
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
        if (before instanceof RemoteDevice there) {
            withdraw(there);
            roster.remove(there.deviceId());
            announcer.changed();
            return;
        }
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
        } else if (others.alone()) {
            gone(session);
        } else {
            counters.add(Counter.LEAVES, 1);
            holdBack(told);
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
        others.left(session);
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
                    "the relay has no room for what this device tells its peers, they keep what it has told before:"
                            + " tell less (attributes, services), or give the relay a larger heap; large devices share "
                            + (room.most() >> 10) + " KiB there, a sixteenth of it",
                    System.nanoTime());
            return 0;
        }
        session.told(now);
        roster.put(now);
        announcer.changed();
        others.registered(session);
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
