package io.mnedc.discovery;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerSnapshot;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peers that the relay announced. What really changes is numbered and handed on; a repeated announcement is not a
 * change. Readers share an immutable view, which is made when the first of them asks after a change. So a thousand joins in
 * a row cost no thousand copies.
 */
final class Directory implements RelayLink.Observer {
    /** Something became different. */
    sealed interface Change {
        /** {@return its place in the order of all changes} */
        long version();

        /** A peer is there, or is there as another than before. */
        record Present(long version, Peer peer) implements Change {}

        /** A peer is gone. */
        record Absent(long version, String deviceId) implements Change {}
    }

    /**
     * All peers at one moment.
     *
     * @param all by ascending node
     * @param byDeviceId the same by device ID
     * @param byName those that have a name, by it
     * @param byAddress the same by each virtual address
     */
    record View(
            PeerSnapshot all,
            Map<String, Peer> byDeviceId,
            Map<String, Peer> byName,
            Map<InetAddress, Peer> byAddress) {
        /** {@return the last change that is in it} */
        long version() {
            return all.sequence();
        }

        /** {@return all peers, by ascending node} */
        List<Peer> peers() {
            return all.peers();
        }

        static View of(long version, Collection<Peer> peers) {
            var sorted = new ArrayList<>(peers);
            // nodes are unsigned: a /8 pool does not reach the sign, but nothing here needs to know
            sorted.sort(Comparator.comparing(Peer::node, Integer::compareUnsigned));
            var byDeviceId = new HashMap<String, Peer>();
            var byName = new HashMap<String, Peer>();
            var byAddress = new HashMap<InetAddress, Peer>();
            for (Peer peer : sorted) {
                byDeviceId.put(peer.deviceId(), peer);
                if (!peer.name().isEmpty()) {
                    // a relay that gives a name twice: the lower node has it
                    byName.putIfAbsent(peer.name(), peer);
                }
                byAddress.put(peer.ipv4(), peer);
                byAddress.put(peer.ipv6(), peer);
            }
            return new View(
                    new PeerSnapshot(version, sorted),
                    Map.copyOf(byDeviceId),
                    Map.copyOf(byName),
                    Map.copyOf(byAddress));
        }
    }

    private final Map<String, Peer> known = new HashMap<>();
    private final Consumer<Change> changes;
    private long version;
    private volatile @Nullable View view;

    /**
     * Makes an empty directory.
     *
     * @param changes told of each change, in order, under the directory's lock: must not block
     */
    Directory(Consumer<Change> changes) {
        this.changes = changes;
    }

    @Override
    public synchronized void snapshot(Collection<Peer> peers) {
        var now = new HashMap<String, Peer>();
        peers.forEach(peer -> now.put(peer.deviceId(), peer));
        // those who left first: one who came may have the node of one who left
        List.copyOf(known.keySet()).stream().filter(id -> !now.containsKey(id)).forEach(this::absent);
        peers.forEach(this::present);
    }

    @Override
    public synchronized void present(Peer peer) {
        Peer before = known.get(peer.deviceId());
        if (before != null && !before.since().equals(peer.since())) {
            // it was away in between
            absent(peer.deviceId());
        }
        if (!peer.equals(known.put(peer.deviceId(), peer))) {
            version++;
            view = null;
            changes.accept(new Change.Present(version, peer));
        }
    }

    @Override
    public synchronized void absent(String deviceId) {
        if (known.remove(deviceId) != null) {
            version++;
            view = null;
            changes.accept(new Change.Absent(version, deviceId));
        }
    }

    /** {@return all peers, as they are now} */
    View view() {
        View current = view;
        return current != null ? current : remake();
    }

    private synchronized View remake() {
        View current = view;
        if (current == null) {
            current = View.of(version, known.values());
            view = current;
        }
        return current;
    }
}
