package io.mnedc.device.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.TestPackets;
import io.mnedc.device.TestPackets.Shape;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoalescerTest {
    private static final int VNET = VirtioNetHeader.SIZE;
    private static final int GAP = 44; // a tag and the next frame's header
    private static final int FIRST = 28;

    /** A datagram as the kernel hands it out: its checksum field holds the pseudo header's sum. */
    private static byte[] datagram(boolean v6, int payload, Random random) {
        try {
            InetAddress from = InetAddress.getByName(v6 ? "fd12::1:2" : "10.0.0.2");
            InetAddress to = InetAddress.getByName(v6 ? "fd12::1:3" : "10.0.0.3");
            Shape shape = new Shape(from, to, TestPackets.UDP, 0, 0, payload, 0);
            byte[] packet = TestPackets.superPacket(shape, random);
            ByteBuffer header = ByteBuffer.wrap(packet);
            header.put(1, (byte) VirtioNetHeader.GSO_NONE).putShort(2, (short) 0);
            header.putInt(VNET + shape.ipHeader(), 1000 << 16 | 2000);
            return packet;
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static List<byte[]> flow(boolean v6, int count, int size, int last, Random random) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(datagram(v6, i < count - 1 ? size : last, random));
        }
        return packets;
    }

    /** The batch after joining, each packet cut again: what the peer's kernel would hand out. */
    private static List<byte[]> thereAndBack(List<byte[]> packets, List<Integer> joined) {
        int[] lengths = packets.stream().mapToInt(packet -> packet.length).toArray();
        int bytes = FIRST + IntStream.of(lengths).sum() + packets.size() * GAP;
        ByteBuffer batch = ByteBuffer.allocateDirect(bytes);
        int at = FIRST;
        for (byte[] packet : packets) {
            batch.put(at, packet);
            at += packet.length + GAP;
        }
        List<byte[]> all = new ArrayList<>();
        Coalescer coalescer = new Coalescer();
        int vnet = FIRST;
        for (int i = 0; i < lengths.length; i++) {
            int more = coalescer.join(batch, vnet, lengths, i, lengths.length, GAP);
            joined.add(more);
            byte[] now = new byte[coalescer.length()];
            batch.get(vnet, now);
            all.addAll(segments(now));
            vnet = coalescer.end() + GAP;
            i += more;
        }
        return all;
    }

    private static List<byte[]> segments(byte[] packet) {
        ByteBuffer in = ByteBuffer.wrap(packet);
        ByteBuffer out = ByteBuffer.allocate(VNET + 65_575);
        List<byte[]> all = new ArrayList<>();
        Segmenter segmenter = new Segmenter();
        assertThat(segmenter.begin(in, 0, packet.length)).isTrue();
        while (segmenter.more()) {
            byte[] segment = new byte[segmenter.next(out, 0)];
            out.get(0, segment);
            all.add(anyIdentification(segment));
        }
        return all;
    }

    /** Without what may change, having checked it. */
    private static byte[] anyIdentification(byte[] packet) {
        if (packet[VNET] >> 4 == 4) {
            assertThat(TestPackets.fold(TestPackets.sum(packet, VNET, VNET + 20, 0)))
                    .isEqualTo(0xffff);
            ByteBuffer.wrap(packet).putShort(VNET + 4, (short) 0).putShort(VNET + 10, (short) 0);
        }
        return packet;
    }

    private static List<byte[]> expected(List<byte[]> packets) {
        return packets.stream()
                .flatMap(packet -> segments(packet.clone()).stream())
                .toList();
    }

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theSameDatagramsComeOutOfAnyMixture(int seed) {
        Random random = new Random(seed);
        List<byte[]> packets = new ArrayList<>();
        for (int flow = 0; flow < 5; flow++) {
            int size = 1 + random.nextInt(random.nextBoolean() ? 80 : 1372);
            packets.addAll(flow(random.nextBoolean(), 1 + random.nextInt(90), size, 1 + random.nextInt(size), random));
        }
        if (random.nextBoolean()) {
            Collections.shuffle(packets, random);
        }
        List<Integer> joined = new ArrayList<>();

        assertThat(thereAndBack(packets, joined)).containsExactlyElementsOf(expected(packets));
        assertThat(joined).allMatch(more -> more < Coalescer.MOST_SEGMENTS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlowBecomesOneSuperPacketForEverySixtyFourDatagrams(boolean v6) {
        List<Integer> joined = new ArrayList<>();
        thereAndBack(flow(v6, 130, 64, 64, new Random(1)), joined);
        assertThat(joined).containsExactly(63, 63, 1);
    }

    @Test
    void aSuperPacketIsNeverLongerThanAnIpPacket() {
        List<Integer> joined = new ArrayList<>();
        thereAndBack(flow(false, 64, 1372, 1372, new Random(1)), joined);
        assertThat(joined).containsExactly((65_535 - 28) / 1372 - 1, 64 - (65_535 - 28) / 1372 - 1);
    }

    @Test
    void aShorterDatagramIsTheLastOfASuperPacketAndALongerOneBeginsAnother() {
        Random random = new Random(1);
        List<byte[]> packets = new ArrayList<>(flow(false, 3, 100, 50, random));
        packets.addAll(flow(false, 2, 50, 50, random));
        packets.addAll(flow(false, 2, 60, 60, random));
        List<Integer> joined = new ArrayList<>();
        thereAndBack(packets, joined);
        assertThat(joined).containsExactly(2, 1, 1);
    }

    private static void assertNeverJoined(Consumer<ByteBuffer> change) {
        for (boolean v6 : new boolean[] {false, true}) {
            List<byte[]> packets = flow(v6, 2, 100, 100, new Random(1));
            byte[] second = packets.get(1);
            change.accept(ByteBuffer.wrap(second));
            List<Integer> joined = new ArrayList<>();
            int[] lengths = {second.length, second.length};
            ByteBuffer batch = ByteBuffer.allocate(2 * second.length + GAP);
            batch.put(0, packets.get(0)).put(second.length + GAP, second);
            byte[] before = batch.array().clone();
            joined.add(new Coalescer().join(batch, 0, lengths, 0, 2, GAP));
            assertThat(joined).containsExactly(0);
            assertThat(batch.array()).isEqualTo(before);
        }
    }

    @Test
    void whatDiffersIsNotJoined() {
        assertNeverJoined(packet -> packet.put(VNET + 1, (byte) 0x20)); // type of service, or flow label
        assertNeverJoined(packet -> packet.put(VNET + 7, (byte) 1)); // fragment offset, or hop limit
        assertNeverJoined(packet -> packet.put(VNET + 9, (byte) 6)); // protocol, or source address
        assertNeverJoined(packet -> packet.put(VNET + 19, (byte) 9)); // destination address, or source address
        assertNeverJoined(packet -> packet.put(packet.capacity() - 106, (byte) 9)); // destination port
        assertNeverJoined(packet -> packet.putShort(packet.capacity() - 104, (short) 90)); // length
        assertNeverJoined(packet -> packet.put(0, (byte) 0)); // its checksum is finished
        assertNeverJoined(packet -> packet.put(6, (byte) 0)); // its checksum begins elsewhere
        assertNeverJoined(packet -> packet.put(1, (byte) VirtioNetHeader.GSO_UDP_L4));
    }

    @Test
    void whatMayBeFragmentedOrHasOptionsIsNotJoined() {
        for (int[] change : new int[][] {{6, 0x00}, {0, 0x46}, {9, 6}}) {
            List<byte[]> packets = flow(false, 2, 100, 100, new Random(1));
            packets.forEach(packet -> packet[VNET + change[0]] = (byte) change[1]);
            int length = packets.get(0).length;
            ByteBuffer batch = ByteBuffer.allocate(2 * length + GAP);
            batch.put(0, packets.get(0)).put(length + GAP, packets.get(1));
            assertThat(new Coalescer().join(batch, 0, new int[] {length, length}, 0, 2, GAP))
                    .isZero();
        }
    }

    @Test
    void emptyDatagramsAndShortPacketsAreLeftAlone() {
        List<Integer> joined = new ArrayList<>();
        thereAndBack(flow(false, 3, 0, 0, new Random(1)), joined);
        assertThat(joined).containsExactly(0, 0, 0);
        ByteBuffer tiny = ByteBuffer.allocate(200);
        for (int bytes = 0; bytes < 40; bytes++) {
            assertThat(new Coalescer().join(tiny, 0, new int[] {bytes, bytes}, 0, 2, GAP))
                    .isZero();
        }
    }
}
