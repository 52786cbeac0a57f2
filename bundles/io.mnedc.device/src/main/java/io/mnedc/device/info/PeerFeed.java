package io.mnedc.device.info;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.Protocol;
import io.mnedc.device.data.PeerAnnouncements;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What observers hear of the peers, after it has been checked. The control loop only notes what has changed: of each peer the
 * last word counts, so a relay cannot make a queue grow. Checking and telling are on one thread, which has nothing else to do, and
 * takes at most half of one processor for them, also for a list of all peers. Thread-safe.
 */
public final class PeerFeed implements RelayLink, PeerAnnouncements.News {
    private static final Logger LOG = LoggerFactory.getLogger(PeerFeed.class);
    private static final int SUPER_PACKETS = Protocol.CAN_CHECKSUM | Protocol.CAN_TSO4 | Protocol.CAN_TSO6;
    /** Work after which there is a pause that is as long. */
    private static final long SPELL = Duration.ofMillis(100).toNanos();

    /** Runs a task later. */
    public interface Later {
        void schedule(Duration delay, Runnable task);
    }

    private record Announced(NodeRecord node, VirtualNetwork network, boolean sealed, Instant since) {}

    /** A list of all peers that is being checked, one peer after the other. */
    private static final class Checking {
        final Iterator<Announced> left;
        final Map<String, Peer> peers = new LinkedHashMap<>();

        Checking(List<Announced> all) {
            this.left = all.iterator();
        }
    }

    private final class Following implements Subscription {
        final Observer observer;
        volatile boolean ended;

        Following(Observer observer) {
            this.observer = observer;
        }

        @Override
        public void close() {
            ended = true;
            left();
        }
    }

    private final Executor thread;
    private final Later later;
    private final InfoVerifier verifier;
    private final OwnInfo own;
    private final BiFunction<Integer, Duration, CompletionStage<Duration>> pings;
    private final InstantSource clock;

    @GuardedBy("this")
    private Map<String, Announced> announced = new LinkedHashMap<>();

    /** Those that are different since observers were told, in the order in which they became so. */
    @GuardedBy("this")
    private final Set<String> changed = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean replaced;

    @GuardedBy("this")
    private final Deque<Following> joining = new ArrayDeque<>();

    @GuardedBy("this")
    private final List<Following> followers = new ArrayList<>();

    @GuardedBy("this")
    private boolean running;

    private volatile @Nullable Registration registration;

    // of the thread
    private final Map<String, Peer> shown = new LinkedHashMap<>();
    private @Nullable Checking checking;
    private long worked;

    /**
     * Nobody is known yet.
     *
     * @param thread checks and tells
     * @param later for pauses
     * @param pings measures the time to a node
     */
    public PeerFeed(
            Executor thread,
            Later later,
            InfoVerifier verifier,
            OwnInfo own,
            BiFunction<Integer, Duration, CompletionStage<Duration>> pings,
            InstantSource clock) {
        this.thread = thread;
        this.later = later;
        this.verifier = verifier;
        this.own = own;
        this.pings = pings;
        this.clock = clock;
    }

    @Override
    public Subscription subscribe(Observer observer) {
        Following following = new Following(observer);
        synchronized (this) {
            joining.add(following);
        }
        run();
        return following;
    }

    /** The relay has registered this device. */
    public void registered(String name, int node, VirtualNetwork network) {
        registration = new Registration(name, node, network);
    }

    @Override
    public Optional<Registration> registration() {
        return Optional.ofNullable(registration);
    }

    private synchronized void left() {
        followers.removeIf(follower -> follower.ended);
        joining.removeIf(follower -> follower.ended);
    }

    @Override
    public void publish(OrchestrationInfo info) {
        own.publish(info);
    }

    @Override
    public CompletionStage<Duration> ping(int node, Duration timeout) {
        return pings.apply(node, timeout);
    }

    @Override
    public void snapshot(List<NodeRecord> nodes, VirtualNetwork network, boolean sealed) {
        Map<String, Announced> now = new LinkedHashMap<>();
        synchronized (this) {
            for (NodeRecord node : nodes) {
                now.put(node.deviceId(), new Announced(node, network, sealed, since(node.deviceId())));
            }
            announced = now;
            changed.clear();
            replaced = true;
        }
        run();
    }

    @Override
    public void present(NodeRecord node, VirtualNetwork network, boolean sealed) {
        synchronized (this) {
            announced.put(node.deviceId(), new Announced(node, network, sealed, since(node.deviceId())));
            changed.add(node.deviceId());
        }
        run();
    }

    @GuardedBy("this")
    private Instant since(String deviceId) {
        Announced before = announced.get(deviceId);
        return before == null ? clock.instant() : before.since();
    }

    @Override
    public void absent(String deviceId) {
        synchronized (this) {
            announced.remove(deviceId);
            // it has left before what follows: its node may be another's now
            changed.remove(deviceId);
            changed.add(deviceId);
        }
        run();
    }

    /** Others are trusted now: what is known of all peers is checked again. */
    public void trustChanged() {
        synchronized (this) {
            changed.addAll(announced.keySet());
        }
        run();
    }

    private void run() {
        synchronized (this) {
            if (running) {
                return;
            }
            running = true;
        }
        thread.execute(this::work);
    }

    private void work() {
        boolean done = false;
        try {
            Runnable step = next();
            while (step != null) {
                long begun = System.nanoTime();
                step.run();
                worked += System.nanoTime() - begun;
                if (worked > SPELL) {
                    long pause = worked;
                    worked = 0;
                    done = true;
                    later.schedule(Duration.ofNanos(pause), () -> thread.execute(this::work));
                    return;
                }
                step = next();
            }
            done = true;
        } finally {
            if (!done) {
                synchronized (this) {
                    running = false;
                }
            }
        }
    }

    /** {@return what to do next; null once there is nothing, and the thread is let go} */
    private synchronized @Nullable Runnable next() {
        if (replaced) {
            replaced = false;
            changed.clear();
            // of a list that was not done only what was checked counts
            checking = new Checking(List.copyOf(announced.values()));
        }
        Checking all = checking;
        if (all != null) {
            if (all.left.hasNext()) {
                Announced each = all.left.next();
                return () -> all.peers.put(each.node().deviceId(), peer(each));
            }
            checking = null;
            return () -> tellAll(all.peers);
        }
        Following follower = joining.poll();
        if (follower != null) {
            followers.add(follower);
            return () -> call(follower, observer -> observer.snapshot(List.copyOf(shown.values())));
        }
        Iterator<String> first = changed.iterator();
        if (first.hasNext()) {
            String deviceId = first.next();
            first.remove();
            Announced now = announced.get(deviceId);
            return () -> tell(deviceId, now);
        }
        running = false;
        return null;
    }

    private void tellAll(Map<String, Peer> now) {
        shown.keySet().stream().filter(id -> !now.containsKey(id)).forEach(verifier::forget);
        shown.clear();
        shown.putAll(now);
        List<Peer> peers = List.copyOf(now.values());
        tellEach(observer -> observer.snapshot(peers));
    }

    private void tell(String deviceId, @Nullable Announced now) {
        if (now != null) {
            Peer peer = peer(now);
            Peer before = shown.put(deviceId, peer);
            if (before != null && !before.since().equals(peer.since())) {
                // it was away in between
                tellEach(observer -> observer.absent(deviceId));
            }
            if (!peer.equals(before)) {
                tellEach(observer -> observer.present(peer));
            }
        } else if (shown.remove(deviceId) != null) {
            verifier.forget(deviceId);
            tellEach(observer -> observer.absent(deviceId));
        }
    }

    private Peer peer(Announced announcement) {
        NodeRecord node = announcement.node();
        VirtualNetwork network = announcement.network();
        InfoVerifier.Result known = verifier.check(node, announcement.sealed());
        return new Peer(
                node.deviceId(),
                node.label(),
                node.node(),
                network.ipv4(node.node()),
                network.ipv6(node.node()),
                node.software(),
                (node.capabilities() & SUPER_PACKETS) == SUPER_PACKETS,
                known.info(),
                known.verified(),
                known.groups(),
                announcement.since());
    }

    private void tellEach(Consumer<Observer> news) {
        List<Following> all;
        synchronized (this) {
            all = List.copyOf(followers);
        }
        all.forEach(follower -> call(follower, news));
    }

    private static void call(Following follower, Consumer<Observer> news) {
        if (follower.ended) {
            return;
        }
        try {
            news.accept(follower.observer);
        } catch (RuntimeException e) {
            LOG.error("An observer of the relay's announcements failed", e);
        }
    }
}
