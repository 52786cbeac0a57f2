package io.mnedc.device.data;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.device.multicast.Members;
import io.mnedc.device.network.Membership;
import java.net.InetAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * What the relay announces, for the data path and for those who follow the peers. On the control loop, but for
 * {@link #addresses}.
 */
public final class PeerAnnouncements {
    /** Told which device has which node. */
    public interface Holders {
        /** A device has a node now, maybe as before. */
        void present(int node, String deviceId);

        /** Nobody has a node any more. */
        void absent(int node);
    }

    /** Told what the relay says of the peers. Must not block. */
    public interface News {
        /**
         * All peers.
         *
         * @param nodes every device that is remembered, without this one
         * @param network their addresses
         * @param sealed whether the overlay has security
         */
        void snapshot(List<NodeRecord> nodes, VirtualNetwork network, boolean sealed);

        /** A peer is there, or is different now. */
        void present(NodeRecord node, VirtualNetwork network, boolean sealed);

        /** A peer is gone. */
        void absent(String deviceId);
    }

    private final PeerTable table;
    private final Holders told;
    private final News news;
    private final PeerRoom room;
    private final Members members;
    private final Map<String, Integer> nodes = new HashMap<>();
    private final NavigableMap<Integer, String> holders = new ConcurrentSkipListMap<>();
    private volatile @Nullable VirtualNetwork network;

    /**
     * No peer is known yet.
     *
     * @param table what the data path knows of the peers
     * @param told told which device has which node
     * @param news told what the relay says
     * @param room how much is remembered
     * @param members gets what each listens to
     */
    public PeerAnnouncements(PeerTable table, Holders told, News news, PeerRoom room, Members members) {
        this.room = room;
        this.members = members;
        this.table = table;
        this.told = told;
        this.news = news;
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

    /** {@return how many peers are known} */
    public int count() {
        return nodes.size();
    }

    /**
     * All devices that are there.
     *
     * @param leftOut how many more there are, who are not remembered
     */
    public void snapshot(List<NodeRecord> all, long leftOut, Membership self) {
        List<Integer> former = List.copyOf(holders.keySet());
        this.nodes.clear();
        room.clear();
        holders.clear();
        table.clear();
        members.clear();
        network = self.network();
        Map<String, NodeRecord> remembered = new LinkedHashMap<>();
        for (NodeRecord node : all) {
            if (self.isOther(node.node())) {
                String before = displaced(node);
                if (before != null) {
                    remembered.remove(before);
                }
                if (room.take(node)) {
                    note(node);
                    remembered.put(node.deviceId(), node);
                } else {
                    forget(node.deviceId());
                    remembered.remove(node.deviceId());
                }
            }
        }
        room.leaveOut(leftOut);
        former.stream().filter(node -> !holders.containsKey(node)).forEach(told::absent);
        news.snapshot(List.copyOf(remembered.values()), self.network(), self.sealed());
    }

    /** Who came, changed or left. */
    public void changed(List<Change> changes, Membership self) {
        for (Change change : changes) {
            if (change instanceof Change.Present present) {
                present(present.node(), self);
            } else if (change instanceof Change.Absent absent && forget(absent.deviceId())) {
                news.absent(absent.deviceId());
            }
        }
    }

    private void present(NodeRecord node, Membership self) {
        // not this device
        if (self.isOther(node.node())) {
            network = self.network();
            String before = displaced(node);
            if (before != null) {
                news.absent(before);
            }
            if (room.take(node)) {
                note(node);
                news.present(node, self.network(), self.sealed());
            } else if (forget(node.deviceId())) {
                // what was known of it is not true any more
                news.absent(node.deviceId());
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

    private void note(NodeRecord node) {
        Integer before = nodes.put(node.deviceId(), node.node());
        if (before != null && before != node.node()) {
            holders.remove(before);
            table.remove(before);
            members.remove(before);
            told.absent(before);
        }
        holders.put(node.node(), node.deviceId());
        table.put(node.node(), node.capabilities());
        members.put(node.node(), node.listening());
        told.present(node.node(), node.deviceId());
    }

    private boolean forget(String deviceId) {
        Integer left = nodes.remove(deviceId);
        if (left == null) {
            return false;
        }
        room.free(deviceId);
        holders.remove(left);
        table.remove(left);
        members.remove(left);
        told.absent(left);
        return true;
    }
}
