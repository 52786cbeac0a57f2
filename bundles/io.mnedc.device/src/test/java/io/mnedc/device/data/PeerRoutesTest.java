package io.mnedc.device.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.NoKeys;
import io.mnedc.device.NobodyAnswers;
import io.mnedc.device.TestRelay;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Multicast;
import io.mnedc.device.multicast.Outgoing;
import io.mnedc.device.network.Membership;
import io.mnedc.device.seal.Opener;
import io.mnedc.device.seal.Opener.Outcome;
import io.mnedc.device.seal.SealBuffers;
import io.mnedc.device.seal.TestKeys;
import io.mnedc.testing.Await;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer gets a path of its own while frames go through the relay, and loses it again. */
@Timeout(120)
class PeerRoutesTest {
    private static final int SELF = 2;
    private static final int PEER = 3;
    private static final int OTHER = 4;

    /** Keeps what was sent by it, frame by frame. */
    private static final class Path implements FrameSink {
        final List<ByteBuffer> frames = Collections.synchronizedList(new ArrayList<>());
        long dropped;

        @Override
        public void send(ByteBuffer run, int from, int to) {
            try {
                int at = from;
                while (at < to) {
                    int size = DataFrame.complete(run, at, to);
                    assertThat(size).as("whole frames").isPositive();
                    frames.add(ByteBuffer.allocateDirect(size).put(0, run, at, size));
                    at += size;
                }
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void answeredAfter(long nanos) {}

        @Override
        public long droppedFrames() {
            return dropped;
        }

        void await(int count) throws Exception {
            Await.until(count + " frames", () -> frames.size() >= count);
            assertThat(frames).hasSize(count);
        }
    }

    private final TestKeys peerKey = new TestKeys(7);
    private final TestKeys otherKey = new TestKeys(8);
    private final SealBuffers buffers = new SealBuffers();
    private final FrameSender sender = new FrameSender();
    private final PeerTable table = new PeerTable();
    private final Counters counters = new Counters();
    private final PeerKeys keys = new PeerKeys(sender, table, counters, new NoKeys());
    private final Path relay = new Path();
    private final Path own = new Path();
    private PeerRoutes routes;
    private MemoryTunDevice tun;
    private Uplink uplink;
    private int sent;

    @BeforeEach
    void begin() throws Exception {
        Membership self = Membership.of(
                new Welcome(0, 1, Opaque.copyOf(new byte[32]), SELF, 0x0a000000, 24, TestRelay.ULA, 1000, 1, "test"),
                true);
        routes = new PeerRoutes(self, relay);
        keys.present(PEER, "peer");
        keys.sealer(PEER, "peer", peerKey.sealer());
        keys.present(OTHER, "other");
        keys.sealer(OTHER, "other", otherKey.sealer());
        sender.routes(routes);
        TunSettings.Prefix address = new TunSettings.Prefix(self.network().ipv4(SELF), 24);
        tun = new MemoryTunDriver(Set.of()).open(new TunSettings("mnedc0", 1400, List.of(address), List.of(), false));
        Replicator several = new Replicator(sender, table, keys, new Outgoing(new Multicast(), counters), counters);
        uplink = new Uplink(tun, sender, table, keys, NobodyAnswers.here(), several, counters, ended -> {});
        uplink.start();
    }

    @AfterEach
    void end() {
        tun.close();
        uplink.awaitEnd();
    }

    /** A packet of an application; its number is behind its IP header. */
    private void packetTo(int node) throws Exception {
        ByteBuffer packet = ByteBuffer.allocate(24);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(InetAddress.getByName("10.0.0." + SELF).getAddress());
        packet.put(InetAddress.getByName("10.0.0." + node).getAddress());
        packet.putInt(sent++);
        assertThat(tun.injectPacket(packet.array())).isTrue();
    }

    private void packetsTo(int node, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            packetTo(node);
        }
    }

    private static List<Integer> destinations(Path path) {
        return path.frames.stream()
                .map(frame -> DataFrame.destination(frame, 0))
                .distinct()
                .toList();
    }

    /** Gives a frame to the peer; it stays sealed for another time. */
    private Outcome open(Opener by, ByteBuffer frame) {
        ByteBuffer copy = copy(frame);
        return by.open(copy, 0, copy.capacity(), buffers);
    }

    private static ByteBuffer copy(ByteBuffer frame) {
        return ByteBuffer.allocateDirect(frame.capacity()).put(0, frame, 0, frame.capacity());
    }

    private int number(ByteBuffer frame) {
        ByteBuffer copy = copy(frame);
        peerKey.ofSeveralPaths().open(copy, 0, copy.capacity(), buffers);
        return copy.getInt(DataFrame.HEADER + VirtioNetHeader.SIZE + 20);
    }

    @Test
    void framesOfThatPeerTakeItsPathWhileItIsThereAndNoOtherOnes() throws Exception {
        packetsTo(PEER, 3);
        relay.await(3);

        routes.offer(PEER, own);
        for (int i = 0; i < 5; i++) {
            packetTo(PEER);
            packetTo(OTHER);
        }
        own.await(5);
        relay.await(8);
        assertThat(destinations(own)).containsExactly(PEER);
        assertThat(relay.frames.subList(3, 8))
                .allSatisfy(frame -> assertThat(DataFrame.destination(frame, 0)).isEqualTo(OTHER));

        routes.ended(PEER, own);
        packetsTo(PEER, 4);
        relay.await(12);
        own.await(5);
        Await.until("counted", () -> counters.framesOut.sum() == sent);
        List<ByteBuffer> all = new ArrayList<>(relay.frames);
        all.addAll(own.frames);
        assertThat(all.stream().map(frame -> DataFrame.counter(frame, 0)).distinct())
                .as("one counter for all paths")
                .hasSize(sent);
    }

    @Test
    void aPathMayComeAndGoAtAnyTimeAndNothingIsLostOrSentTwice() throws Exception {
        int many = 20_000;
        Thread changing = new Thread(
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        routes.offer(PEER, own);
                        routes.ended(PEER, own);
                    }
                },
                "test");
        changing.start();
        try {
            while (sent < many) {
                packetsTo(PEER, 100);
                Await.until("sent", () -> relay.frames.size() + own.frames.size() == sent);
            }
        } finally {
            changing.interrupt();
            changing.join();
        }
        List<Integer> numbers = new ArrayList<>();
        relay.frames.forEach(frame -> numbers.add(number(frame)));
        own.frames.forEach(frame -> numbers.add(number(frame)));
        assertThat(numbers)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, many).boxed().toList());
        assertThat(relay.frames).isNotEmpty();
        assertThat(own.frames).isNotEmpty();
        packetTo(PEER);
        Await.until("by the relay", () -> number(relay.frames.get(relay.frames.size() - 1)) == many);
    }

    @Test
    void anEndThatIsToldLateDoesNotTakeAwayTheNextPath() throws Exception {
        Path next = new Path();
        routes.offer(PEER, own);
        routes.offer(PEER, next);
        routes.ended(PEER, own);
        packetTo(PEER);
        next.await(1);
        routes.ended(PEER, next);
        packetTo(PEER);
        relay.await(1);
        assertThat(own.frames).isEmpty();
    }

    @Test
    void framesThatWaitedTooLongAreCountedOnAllPathsAlsoAfterTheirEnd() {
        relay.dropped = 1;
        own.dropped = 20;
        assertThat(sender.droppedFrames()).isEqualTo(1);
        routes.offer(PEER, own);
        assertThat(sender.droppedFrames()).isEqualTo(21);
        routes.ended(PEER, own);
        own.dropped = 0;
        assertThat(sender.droppedFrames()).isEqualTo(21);
        sender.routes(null);
        assertThat(sender.droppedFrames()).isEqualTo(21);
    }

    /** The shorter path overtakes. */
    @Test
    void whatWasOvertakenIsOpenedOnceIfThePeerHasAWindow() throws Exception {
        packetsTo(PEER, 10);
        relay.await(10);
        routes.offer(PEER, own);
        packetsTo(PEER, 10);
        own.await(10);
        routes.ended(PEER, own);
        packetsTo(PEER, 1);
        relay.await(11);

        Opener window = peerKey.ofSeveralPaths();
        Opener strict = peerKey.ofOnePath();
        List<Outcome> byWindow = new ArrayList<>();
        List<Outcome> byOrder = new ArrayList<>();
        List<ByteBuffer> arrival = new ArrayList<>(own.frames);
        arrival.addAll(relay.frames);
        arrival.forEach(frame -> {
            byWindow.add(open(window, frame));
            byOrder.add(open(strict, frame));
        });
        assertThat(byWindow.get(0)).isEqualTo(Outcome.OPENED_FIRST);
        assertThat(byWindow.subList(1, 21)).containsOnly(Outcome.OPENED);
        assertThat(byOrder.subList(10, 20)).as("why it needs a window").containsOnly(Outcome.REPLAYED);
        assertThat(byOrder.get(20)).isEqualTo(Outcome.OPENED);
        assertThat(arrival)
                .as("an attacker sends all again, by either path")
                .allSatisfy(frame -> assertThat(open(window, frame)).isEqualTo(Outcome.REPLAYED));
    }

    @Test
    void whatIsOlderThanTheWindowIsNotOpened() throws Exception {
        packetsTo(PEER, 2);
        relay.await(2);
        routes.offer(PEER, own);
        // the newest one is as far from the second frame as the window allows
        while (sent < TestKeys.WINDOW + 1) {
            packetsTo(PEER, Math.min(500, TestKeys.WINDOW + 1 - sent));
            own.await(sent - 2);
        }

        Opener window = peerKey.ofSeveralPaths();
        own.frames.forEach(frame -> assertThat(open(window, frame)).isIn(Outcome.OPENED_FIRST, Outcome.OPENED));
        assertThat(open(window, relay.frames.get(0))).isEqualTo(Outcome.REPLAYED);
        assertThat(open(window, relay.frames.get(1))).isEqualTo(Outcome.OPENED);
        assertThat(open(window, relay.frames.get(1))).isEqualTo(Outcome.REPLAYED);
    }
}
