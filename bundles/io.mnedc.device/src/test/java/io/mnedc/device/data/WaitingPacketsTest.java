package io.mnedc.device.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** First packets wait for keys, but not for ever and not without bounds. */
class WaitingPacketsTest {
    private static final long MILLI = 1_000_000;

    private final LongAdder dropped = new LongAdder();
    private final WaitingPackets waiting = new WaitingPackets(dropped);
    private final ByteBuffer from = ByteBuffer.allocate(10 + (1 << 16));

    private void add(SealedPeer peer, int first, int length, long now) {
        from.put(10, (byte) first);
        waiting.add(peer, 0, from, 10, length, now);
    }

    private List<Integer> take(SealedPeer peer) {
        List<Integer> taken = new ArrayList<>();
        waiting.takeAll(peer, (type, bytes) -> taken.add((int) bytes[0]));
        return taken;
    }

    @Test
    void areHandedOutInOrderAndOnce() {
        SealedPeer peer = new SealedPeer(2, "peer");
        SealedPeer other = new SealedPeer(3, "peer");
        for (int i = 0; i < 5; i++) {
            add(peer, i, 10 + i, 0);
            add(other, 100 + i, 10, 0);
        }
        assertThat(take(peer)).containsExactly(0, 1, 2, 3, 4);
        assertThat(take(peer)).isEmpty();
        assertThat(take(other)).containsExactly(100, 101, 102, 103, 104);
        assertThat(waiting.size()).isZero();
        assertThat(dropped.sum()).isZero();
    }

    @Test
    void theOldestOfAPeerGoFirstWhenThereAreTooMany() {
        SealedPeer peer = new SealedPeer(2, "peer");
        int size = WaitingPackets.MOST_PER_PEER / 4 - WaitingPackets.OVERHEAD;
        for (int i = 0; i < 6; i++) {
            add(peer, i, size, 0);
        }
        assertThat(dropped.sum()).isEqualTo(2);
        assertThat(take(peer)).containsExactly(2, 3, 4, 5);
    }

    @Test
    void smallPacketsTakeAsMuchMemoryAsLargeOnes() {
        SealedPeer peer = new SealedPeer(2, "peer");
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            add(peer, i, 1, 0);
        }
        int fit = WaitingPackets.MOST_PER_PEER / (1 + WaitingPackets.OVERHEAD);
        assertThat(peer.waiting).hasSize(fit);
        assertThat(dropped.sum()).isEqualTo(count - fit);
    }

    @Test
    void floodForOnePeerLeavesNothingBehindWhileAnotherWaits() {
        SealedPeer quiet = new SealedPeer(2, "quiet");
        SealedPeer flooded = new SealedPeer(3, "flooded");
        add(quiet, 1, 10, 0);
        for (int i = 0; i < 10_000; i++) {
            add(flooded, i, 1, 0);
        }
        assertThat(waiting.size()).isEqualTo(quiet.waiting.size() + flooded.waiting.size());
        assertThat(take(quiet)).containsExactly(1);
    }

    @Test
    void theOldestOfAllGoFirstWhenThereAreTooManyPeers() {
        List<SealedPeer> peers = new ArrayList<>();
        int size = WaitingPackets.MOST_PER_PEER / 4 - WaitingPackets.OVERHEAD;
        int fit = WaitingPackets.MOST / (size + WaitingPackets.OVERHEAD);
        for (int i = 0; i < fit + 10; i++) {
            SealedPeer peer = new SealedPeer(i, "peer");
            peers.add(peer);
            add(peer, 1, size, i);
        }
        assertThat(dropped.sum()).isEqualTo(10);
        assertThat(take(peers.get(9))).isEmpty();
        assertThat(take(peers.get(10))).containsExactly(1);
    }

    @Test
    void noneWaitsLongerThanThreeSeconds() {
        SealedPeer peer = new SealedPeer(2, "peer");
        add(peer, 1, 10, 0);
        add(peer, 2, 10, 500 * MILLI);
        waiting.expire(2_900 * MILLI);
        assertThat(dropped.sum()).isZero();
        waiting.expire(3_001 * MILLI);
        assertThat(dropped.sum()).isEqualTo(1);
        assertThat(take(peer)).containsExactly(2);
    }

    @Test
    void whatWasTakenIsNotDroppedLater() {
        SealedPeer peer = new SealedPeer(2, "peer");
        add(peer, 1, 10, 0);
        take(peer);
        add(peer, 2, 10, 100);
        waiting.expire(5_000 * MILLI);
        assertThat(dropped.sum()).isEqualTo(1);
        assertThat(peer.waiting).isEmpty();
        assertThat(peer.waitingBytes).isZero();
    }

    @Test
    void peerThatLeavesTakesItsPacketsWithIt() {
        SealedPeer peer = new SealedPeer(2, "peer");
        add(peer, 1, 10, 0);
        add(peer, 2, 10, 0);
        waiting.dropAll(peer);
        assertThat(dropped.sum()).isEqualTo(2);
        assertThat(waiting.size()).isZero();
    }
}
