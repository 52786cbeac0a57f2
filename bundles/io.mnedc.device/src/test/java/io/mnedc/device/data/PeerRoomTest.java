package io.mnedc.device.data;

import static io.mnedc.device.data.PeerAnnouncementsTest.membership;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.NoKeys;
import io.mnedc.device.multicast.Members;
import io.mnedc.device.network.Membership;
import io.mnedc.testing.Log;
import java.net.InetAddress;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** What happens when a relay announces more than this device remembers. */
class PeerRoomTest {
    private static final NodeInfo LARGE =
            new NodeInfo("", "", Collections.nCopies(32, new ServiceRecord("s".repeat(64), "p".repeat(64), 1)));

    private final LongAdder leftOut = new LongAdder();
    private PeerBound bound = new PeerBound(2, Long.MAX_VALUE);
    private final PeerTable table = new PeerTable();
    private final Membership self = membership(2);
    private final Directory directory = new Directory();
    private final PeerAnnouncements link =
            new PeerAnnouncements(table, new NoKeys(), directory, new PeerRoom(() -> bound, leftOut), new Members());

    /** As discovery has it. */
    private static final class Directory implements PeerAnnouncements.News {
        final TreeMap<String, NodeRecord> peers = new TreeMap<>();

        @Override
        public void snapshot(List<NodeRecord> nodes, VirtualNetwork network, boolean sealed) {
            peers.clear();
            nodes.forEach(node -> present(node, network, sealed));
        }

        @Override
        public void present(NodeRecord node, VirtualNetwork network, boolean sealed) {
            peers.put(node.deviceId(), node);
        }

        @Override
        public void absent(String deviceId) {
            peers.remove(deviceId);
        }
    }

    private static NodeRecord node(String id, int number) {
        return node(id, number, NodeInfo.NONE);
    }

    private static NodeRecord node(String id, int number, NodeInfo info) {
        return new NodeRecord(id, number, "test", 7, info);
    }

    private void present(NodeRecord node) {
        link.changed(List.of(new Change.Present(node)), self);
    }

    private void begin(NodeRecord... nodes) {
        link.snapshot(List.of(nodes), 0, self);
    }

    /** Directory, data path and addresses know the same ones. */
    private void knows(String... ids) {
        assertThat(directory.peers.keySet()).containsExactlyInAnyOrder(ids);
        int onPath = 0;
        for (int i = 0; i < 255; i++) {
            onPath += table.capabilities(i) == 0 ? 0 : 1;
        }
        assertThat(onPath).isEqualTo(ids.length);
        int addresses = 0;
        for (Iterator<InetAddress> each = link.addresses(); each.hasNext(); each.next()) {
            addresses++;
        }
        assertThat(addresses).isEqualTo(2 * ids.length);
    }

    @Test
    void firstOnesOfAListAreRemembered() {
        begin(node("self", 2), node("a", 3), node("b", 4), node("c", 5));
        knows("a", "b");
        assertThat(leftOut.sum()).isEqualTo(1);
    }

    @Test
    void whoComesLaterIsRememberedOnceThereIsRoom() {
        begin(node("a", 3), node("b", 4));
        present(node("c", 5));
        knows("a", "b");
        link.changed(List.of(new Change.Absent("a"), new Change.Present(node("c", 5))), self);
        knows("b", "c");
        assertThat(leftOut.sum()).isEqualTo(1);
    }

    @Test
    void sameDevicesAgainAndAtOtherNodesTakeNoMoreRoom() {
        begin(node("a", 3), node("a", 4), node("b", 4), node("b", 5));
        knows("b");
        for (int i = 0; i < 200; i++) {
            present(node("a", 10 + i));
            present(node("b", 11 + i));
        }
        present(node("c", 3));
        present(node("d", 4));
        assertThat(directory.peers).hasSize(2);
        assertThat(leftOut.sum()).isPositive();
    }

    @Test
    void peerThatGrowsOutOfTheRoomIsForgottenAndMayComeBack() {
        bound = new PeerBound(10, 2 * PeerBound.cost(node("a", 3)) + 100);
        begin(node("a", 3), node("b", 4));
        present(node("b", 4, LARGE));
        knows("a");
        assertThat(leftOut.sum()).isEqualTo(1);
        present(node("b", 4));
        knows("a", "b");
    }

    @Test
    void growthInAListIsBoundedToo() {
        bound = new PeerBound(10, PeerBound.cost(node("a", 3, LARGE)));
        begin(node("a", 3), node("b", 4, LARGE), node("a", 5, LARGE));
        knows("a");
        assertThat(leftOut.sum()).isEqualTo(1);
    }

    @Test
    void aFloodIsSaidOnce() throws Exception {
        String log = Log.of(() -> {
            begin(node("a", 3), node("b", 4));
            for (int i = 0; i < 500; i++) {
                present(node("x" + i, 5 + i % 200));
                link.snapshot(List.of(node("a", 3), node("b", 4), node("c", 5)), 100, self);
            }
        });
        assertThat(log.lines().filter(line -> line.contains("peers.most"))).hasSize(1);
        assertThat(log).contains("at most 2 (peers.most)", "-Xmx");
        assertThat(leftOut.sum()).isEqualTo(500 * 102);
        knows("a", "b");
    }
}
