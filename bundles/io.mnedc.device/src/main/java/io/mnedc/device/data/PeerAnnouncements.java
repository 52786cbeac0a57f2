package io.mnedc.device.data;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.Protocol;
import io.mnedc.device.network.Membership;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the relay announces, for the observers and for the data path. Everything but the two methods of the service
 * happens on the control loop, one after the other.
 */
public final class PeerAnnouncements implements RelayLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerAnnouncements.class);
    private static final int SUPER_PACKETS = Protocol.CAN_CHECKSUM | Protocol.CAN_TSO4 | Protocol.CAN_TSO6;

    /** Told which device has which node. */
    public interface Holders {
        /** A device has a node now, maybe as before. */
        void present(int node, String deviceId);

        /** Nobody has a node any more. */
        void absent(int node);
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
            loop.execute(() -> followers.remove(this));
        }
    }

    private final Executor loop;
    private final PeerTable table;
    private final Holders told;
    private final Consumer<NodeInfo> published;
    private final List<Following> followers = new ArrayList<>();
    private final PeerRoom room;
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final NavigableMap<Integer, String> holders = new ConcurrentSkipListMap<>();
    private volatile @Nullable VirtualNetwork network;
    private volatile NodeInfo own = NodeInfo.NONE;

    /**
     * No peer is known yet.
     *
     * @param loop the control loop
     * @param table what the data path knows of the peers
     * @param told told which device has which node
     * @param published told on the control loop of what is to be published
     * @param room how much is remembered
     */
    public PeerAnnouncements(
            Executor loop, PeerTable table, Holders told, Consumer<NodeInfo> published, PeerRoom room) {
        this.room = room;
        this.loop = loop;
        this.table = table;
        this.told = told;
        this.published = published;
    }

    @Override
    public Subscription subscribe(Observer observer) {
        Following following = new Following(observer);
        loop.execute(() -> {
            followers.add(following);
            List<Peer> known = List.copyOf(peers.values());
            tell(following, one -> one.snapshot(known));
        });
        return following;
    }

    @Override
    public void publish(OrchestrationInfo info) {
        List<ServiceRecord> services = new ArrayList<>();
        for (OfferedService service : info.services()) {
            services.add(new ServiceRecord(service.name(), service.protocol(), service.port()));
        }
        NodeInfo next = new NodeInfo(info.platform(), info.executionType(), services);
        own = next;
        loop.execute(() -> published.accept(next));
    }

    /** {@return what is to be told in the next hello} */
    public NodeInfo own() {
        return own;
    }

    /** {@return the addresses of the peers, both of each; read by any thread, while peers come and go} */
    public Iterator<InetAddress> addresses() {
        VirtualNetwork plan = network;
        return plan == null
                ? Collections.emptyIterator()
                : holders.keySet().stream()
                        .<InetAddress>mapMulti((node, addresses) -> {
                            addresses.accept(plan.ipv4(node));
                            addresses.accept(plan.ipv6(node));
                        })
                        .iterator();
    }

    /**
     * All devices that are there.
     *
     * @param leftOut how many more there are, who are not remembered
     */
    public void snapshot(List<NodeRecord> nodes, long leftOut, Membership self) {
        List<Integer> before = List.copyOf(holders.keySet());
        peers.clear();
        room.clear();
        holders.clear();
        table.clear();
        network = self.network();
        for (NodeRecord node : nodes) {
            if (self.isOther(node.node())) {
                displaced(node);
                if (room.take(node)) {
                    note(node, self);
                } else {
                    forget(node.deviceId());
                }
            }
        }
        room.leaveOut(leftOut);
        before.stream().filter(node -> !holders.containsKey(node)).forEach(told::absent);
        List<Peer> all = List.copyOf(peers.values());
        tellAll(observer -> observer.snapshot(all));
    }

    /** Who came, changed or left. */
    public void changed(List<Change> changes, Membership self) {
        for (Change change : changes) {
            if (change instanceof Change.Present present) {
                present(present.node(), self);
            } else if (change instanceof Change.Absent absent && forget(absent.deviceId())) {
                tellAll(observer -> observer.absent(absent.deviceId()));
            }
        }
    }

    private void present(NodeRecord node, Membership self) {
        // not this device
        if (self.isOther(node.node())) {
            network = self.network();
            String before = displaced(node);
            if (before != null) {
                tellAll(observer -> observer.absent(before));
            }
            if (room.take(node)) {
                Peer peer = note(node, self);
                tellAll(observer -> observer.present(peer));
            } else if (forget(node.deviceId())) {
                // what was known of it is not true any more
                tellAll(observer -> observer.absent(node.deviceId()));
            }
        }
    }

    /**
     * A node belongs to one device, so that there are never more peers than the pool has addresses.
     *
     * @return the ID of the device that has lost its node to this one, now forgotten; null if there is none
     */
    private @Nullable String displaced(NodeRecord node) {
        String holder = holders.get(node.node());
        if (holder == null || holder.equals(node.deviceId())) {
            return null;
        }
        forget(holder);
        return holder;
    }

    private Peer note(NodeRecord node, Membership self) {
        Peer peer = peer(node, self.network());
        Peer before = peers.put(node.deviceId(), peer);
        if (before != null && before.node() != node.node()) {
            holders.remove(before.node());
            table.remove(before.node());
            told.absent(before.node());
        }
        holders.put(node.node(), node.deviceId());
        table.put(node.node(), node.capabilities());
        told.present(node.node(), node.deviceId());
        return peer;
    }

    private boolean forget(String deviceId) {
        Peer left = peers.remove(deviceId);
        if (left == null) {
            return false;
        }
        room.free(deviceId);
        holders.remove(left.node());
        table.remove(left.node());
        told.absent(left.node());
        return true;
    }

    private static Peer peer(NodeRecord node, VirtualNetwork network) {
        return new Peer(
                node.deviceId(),
                node.node(),
                network.ipv4(node.node()),
                network.ipv6(node.node()),
                node.software(),
                (node.capabilities() & SUPER_PACKETS) == SUPER_PACKETS,
                info(node.info()));
    }

    private static OrchestrationInfo info(NodeInfo info) {
        List<OfferedService> services = new ArrayList<>();
        for (ServiceRecord service : info.services()) {
            services.add(new OfferedService(service.name(), service.protocol(), service.port()));
        }
        return new OrchestrationInfo(info.platform(), info.executionType(), services);
    }

    private void tellAll(Consumer<Observer> news) {
        for (Following follower : List.copyOf(followers)) {
            tell(follower, news);
        }
    }

    private static void tell(Following follower, Consumer<Observer> news) {
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
