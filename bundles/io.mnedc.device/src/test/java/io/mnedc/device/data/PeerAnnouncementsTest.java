package io.mnedc.device.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.NoKeys;
import io.mnedc.device.TestRelay;
import io.mnedc.device.multicast.Members;
import io.mnedc.device.network.Membership;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class PeerAnnouncementsTest {
    private final PeerTable table = new PeerTable();
    private final LongAdder leftOut = new LongAdder();
    private PeerBound bound = PeerBound.NONE;
    private final Recorder recorder = new Recorder();
    private final PeerAnnouncements link =
            new PeerAnnouncements(table, new NoKeys(), recorder, new PeerRoom(() -> bound, leftOut), new Members());
    private Membership self = membership(2);

    /** Notes what it is told. */
    private static final class Recorder implements PeerAnnouncements.News {
        final List<String> told = new ArrayList<>();

        @Override
        public void snapshot(List<NodeRecord> nodes, VirtualNetwork network, boolean sealed) {
            told.add("all " + nodes.stream().map(NodeRecord::deviceId).toList());
        }

        @Override
        public void present(NodeRecord node, VirtualNetwork network, boolean sealed) {
            told.add("present " + node.deviceId() + " "
                    + network.ipv4(node.node()).getHostAddress());
        }

        @Override
        public void absent(String deviceId) {
            told.add("absent " + deviceId);
        }
    }

    /** Counts the peers it knows. */
    public record Counting(AtomicInteger known) implements RelayLink.Observer {
        @Override
        public void snapshot(Collection<Peer> peers) {
            known.set(peers.size());
        }

        @Override
        public void present(Peer peer) {
            known.incrementAndGet();
        }

        @Override
        public void absent(String deviceId) {
            known.decrementAndGet();
        }
    }

    static Membership membership(int node) {
        try {
            return Membership.of(
                    new Welcome(
                            0, 1, Opaque.copyOf(new byte[32]), node, 0x0a000000, 24, TestRelay.ULA, 1000, 1, "test"),
                    false);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static NodeRecord node(String id, int number, int capabilities) {
        return new NodeRecord(id, number, "test", capabilities, NodeInfo.NONE);
    }

    @BeforeEach
    void begin() {
        self = membership(2);
    }

    @Test
    void addressesOfPeersAreReadWhilePeersComeAndGo() throws Exception {
        assertThat(link.addresses()).isExhausted();
        link.snapshot(List.of(node("self", 2, 0), node("a", 3, 7), node("b", 4, 7)), 0, self);
        Iterator<InetAddress> all = link.addresses();
        assertThat(all.next()).isEqualTo(InetAddress.getByName("10.0.0.3"));
        link.changed(List.of(new Change.Absent("b"), new Change.Present(node("c", 9, 1))), self);
        // whether this one sees what comes later does not matter: whoever asks is told to ask again
        all.forEachRemaining(
                address -> assertThat(address).isNotEqualTo(self.network().ipv4(2)));
        List<InetAddress> now = new ArrayList<>();
        link.addresses().forEachRemaining(now::add);
        assertThat(now)
                .containsExactly(
                        self.network().ipv4(3),
                        self.network().ipv6(3),
                        self.network().ipv4(9),
                        self.network().ipv6(9));
    }

    @Test
    void changesComeInOrderAndReachTheDataPath() {
        link.snapshot(List.of(node("a", 3, 7)), 0, self);
        link.changed(
                List.of(
                        new Change.Present(node("b", 4, 15)),
                        new Change.Present(node("a", 5, 1)),
                        new Change.Present(node("self", 2, 1)),
                        new Change.Absent("b"),
                        new Change.Absent("nobody")),
                self);
        assertThat(recorder.told).containsExactly("all [a]", "present b 10.0.0.4", "present a 10.0.0.5", "absent b");
        assertThat(table.capabilities(3)).isZero();
        assertThat(table.capabilities(4)).isZero();
        assertThat(table.capabilities(5)).isEqualTo(1);
    }

    @Test
    void whoIsNotInTheNextSnapshotHasLeft() {
        link.snapshot(List.of(node("a", 3, 7), node("b", 4, 7)), 0, self);
        link.snapshot(List.of(node("b", 4, 7)), 0, self);
        assertThat(recorder.told).containsExactly("all [a, b]", "all [b]");
        assertThat(table.capabilities(3)).isZero();
    }

    @Test
    void nodeThatAnotherDeviceTakesIsNoLongerTheFirstOnes() {
        link.snapshot(List.of(node("a", 3, 7), node("b", 4, 7), node("c", 3, 1)), 0, self);
        link.changed(List.of(new Change.Present(node("d", 4, 1)), new Change.Absent("b")), self);
        for (int i = 0; i < 3; i++) {
            link.changed(List.of(new Change.Present(node("x" + i, 5, 1))), self);
        }
        assertThat(recorder.told)
                .startsWith("all [b, c]", "absent b", "present d 10.0.0.4", "present x0 10.0.0.5", "absent x0");
        assertThat(table.capabilities(3)).isEqualTo(1);
        assertThat(table.capabilities(4)).isEqualTo(1);
        assertThat(recorder.told.get(recorder.told.size() - 1)).isEqualTo("present x2 10.0.0.5");
    }

    @Test
    void nodesOfLargePoolsAreFound() {
        table.put(70_000, 3);
        table.put(3, 1);
        assertThat(table.capabilities(70_000)).isEqualTo(3);
        assertThat(table.capabilities(70_001)).isZero();
        assertThat(table.capabilities(16_000_000)).isZero();
        table.clear();
        assertThat(table.capabilities(3)).isZero();
    }
}
