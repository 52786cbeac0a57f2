package io.mnedc.device.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.TestPackets;
import io.mnedc.device.TestPackets.Shape;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SegmenterTest {
    private static final int VNET = VirtioNetHeader.SIZE;
    private static final int GAP = 37; // segments at odd places too

    private static Shape shape(Random random) throws UnknownHostException {
        boolean v6 = random.nextBoolean();
        int protocol = random.nextBoolean() ? TestPackets.TCP : TestPackets.UDP;
        int ipOptions = v6 ? random.nextInt(3) * 8 : random.nextInt(11) * 4;
        int tcpOptions = random.nextInt(11) * 4;
        int gsoSize = 64 + random.nextInt(9000);
        int most = 65_535 - 40 - 40 - 60 - 20;
        int payload = random.nextInt(4) == 0 ? random.nextInt(200) : random.nextInt(most);
        InetAddress from = InetAddress.getByName(v6 ? "fd12::1:2" : "10.0.0.2");
        InetAddress to = InetAddress.getByName(v6 ? "fd12::1:3" : "10.0.0.3");
        return new Shape(from, to, protocol, ipOptions, tcpOptions, payload, gsoSize);
    }

    private static List<byte[]> cut(byte[] packet) {
        ByteBuffer in = ByteBuffer.allocateDirect(packet.length + 3);
        in.put(3, packet);
        ByteBuffer out = ByteBuffer.allocateDirect(VNET + 65_535 + GAP);
        List<byte[]> segments = new ArrayList<>();
        Segmenter segmenter = new Segmenter();
        if (!segmenter.begin(in, 3, packet.length)) {
            return segments;
        }
        while (segmenter.more()) {
            int expected = segmenter.nextSize();
            int made = segmenter.next(out, GAP);
            assertThat(made).isEqualTo(expected);
            byte[] segment = new byte[made];
            out.get(GAP, segment);
            segments.add(segment);
        }
        return segments;
    }

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void segmentsTogetherAreTheSuperPacket(int seed) throws Exception {
        Random random = new Random(seed);
        Shape shape = shape(random);
        byte[] whole = TestPackets.superPacket(shape, random);
        List<byte[]> segments = cut(whole);

        int expected = Math.max(1, (shape.payload() + shape.gsoSize() - 1) / shape.gsoSize());
        assertThat(segments).hasSize(expected);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = 0; i < segments.size(); i++) {
            byte[] segment = segments.get(i);
            assertThat(Arrays.copyOf(segment, VNET)).containsOnly(0);
            byte[] packet = Arrays.copyOfRange(segment, VNET, segment.length);
            checkIp(shape, packet, whole, i);
            checkTransport(shape, packet, whole, payload.size(), i, i == segments.size() - 1);
            payload.write(packet, shape.headers(), packet.length - shape.headers());
        }
        assertThat(payload.toByteArray()).isEqualTo(Arrays.copyOfRange(whole, VNET + shape.headers(), whole.length));
    }

    private static void checkIp(Shape shape, byte[] packet, byte[] whole, int index) {
        ByteBuffer ip = ByteBuffer.wrap(packet);
        ByteBuffer before = ByteBuffer.wrap(whole, VNET, whole.length - VNET).slice();
        if (shape.v6()) {
            assertThat(ip.getShort(4) & 0xffff).isEqualTo(packet.length - 40);
            return;
        }
        assertThat(ip.getShort(2) & 0xffff).isEqualTo(packet.length);
        assertThat(ip.getShort(4)).isEqualTo((short) (before.getShort(4) + index));
        assertThat(TestPackets.fold(TestPackets.sum(packet, 0, shape.ipHeader(), 0)))
                .isEqualTo(0xffff);
    }

    private static void checkTransport(Shape shape, byte[] packet, byte[] whole, int done, int index, boolean last) {
        int at = shape.ipHeader();
        ByteBuffer now = ByteBuffer.wrap(packet);
        ByteBuffer before = ByteBuffer.wrap(whole, VNET, whole.length - VNET).slice();
        int length = packet.length - at;
        long sum = TestPackets.sum(packet, at, packet.length, TestPackets.pseudo(shape, length));
        assertThat(TestPackets.fold(sum)).isEqualTo(0xffff);
        if (shape.protocol() == TestPackets.UDP) {
            assertThat(now.getShort(at + 4) & 0xffff).isEqualTo(length);
            assertThat(now.getShort(at + 6)).isNotZero();
            return;
        }
        assertThat(now.getInt(at + 4)).isEqualTo(before.getInt(at + 4) + done);
        assertThat(now.getInt(at + 8)).isEqualTo(before.getInt(at + 8));
        int flags = TestPackets.FIN_PUSH_ACK_CWR & (last ? 0xff : ~0x09) & (index == 0 ? 0xff : ~0x80);
        assertThat(now.get(at + 13) & 0xff).isEqualTo(flags & 0xff);
        assertThat(Arrays.copyOfRange(packet, at + 20, shape.headers()))
                .isEqualTo(Arrays.copyOfRange(whole, VNET + at + 20, VNET + shape.headers()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void unfinishedChecksumIsFinished(int seed) throws Exception {
        Random random = new Random(seed);
        Shape shape = shape(random);
        byte[] packet = TestPackets.superPacket(shape, random);
        packet[1] = VirtioNetHeader.GSO_NONE;
        List<byte[]> one = cut(packet);
        assertThat(one).hasSize(1);
        byte[] finished = Arrays.copyOfRange(one.get(0), VNET, one.get(0).length);
        int at = shape.ipHeader();
        long sum = TestPackets.sum(finished, at, finished.length, TestPackets.pseudo(shape, finished.length - at));
        assertThat(TestPackets.fold(sum)).isEqualTo(0xffff);
    }

    @Test
    void finishedPacketStaysAsItIs() throws Exception {
        byte[] packet = TestPackets.udp4(
                InetAddress.getByName("10.0.0.2"), InetAddress.getByName("10.0.0.3"), new byte[] {1, 2, 3});
        byte[] withHeader = new byte[VNET + packet.length];
        System.arraycopy(packet, 0, withHeader, VNET, packet.length);
        assertThat(cut(withHeader)).containsExactly(withHeader);
    }

    /** Each of these would make a careless segmenter read, write or loop where it must not. */
    static Stream<byte[]> malformed() throws UnknownHostException {
        Random random = new Random(1);
        Shape tcp4 = new Shape(
                InetAddress.getByName("10.0.0.2"),
                InetAddress.getByName("10.0.0.3"),
                TestPackets.TCP,
                0,
                0,
                3000,
                1000);
        Shape tcp6 = new Shape(
                InetAddress.getByName("fd12::2"), InetAddress.getByName("fd12::3"), TestPackets.TCP, 8, 0, 3000, 1000);
        byte[] four = TestPackets.superPacket(tcp4, random);
        byte[] six = TestPackets.superPacket(tcp6, random);
        return Stream.of(
                changed(four, 0, 0), // super-packet without a checksum to finish
                changed(four, 0, 0x40), // flag nobody knows
                changed(four, 1, 2), // type nobody knows
                changed(four, 1, VirtioNetHeader.GSO_TCPV6), // not the IP version
                changed(four, 1, VirtioNetHeader.GSO_UDP_L4), // not the protocol
                changed(changed(four, 4, 0), 5, 0), // segments of no bytes
                changed(changed(four, 4, 1), 5, 0), // thousands of segments
                changed(four, 6, 0), // checksum over the IP header
                changed(four, 6, 24), // checksum not from where TCP begins
                changed(four, 7, 0xff), // checksum behind the end
                changed(four, 8, 6), // checksum where TCP has none
                changed(four, 9, 0xff),
                changed(four, VNET, 0x44), // IP header too short
                changed(four, VNET, 0x55), // no IP version
                changed(four, VNET + 2, 1), // another length
                changed(four, VNET + 6, 0x20), // a fragment
                changed(four, VNET + 20 + 12, 0x10), // TCP header too short
                changed(Arrays.copyOf(four, VNET + 30), VNET + 3, 30), // no whole TCP header
                changed(six, VNET + 4, 0), // another length
                changed(six, VNET + 6, 44), // a fragment
                changed(six, VNET + 6, 43), // routed
                changed(six, VNET + 41, 0xff), // extension header behind the end
                Arrays.copyOf(six, VNET + 39),
                Arrays.copyOf(four, VNET + 19),
                Arrays.copyOf(four, VNET));
    }

    private static byte[] changed(byte[] packet, int at, int value) {
        byte[] copy = packet.clone();
        copy[at] = (byte) value;
        return copy;
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedPacketIsRefused(byte[] packet) {
        assertThat(cut(packet)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noInputMakesItFail(int seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            byte[] packet = TestPackets.superPacket(shape(random), random);
            packet = Arrays.copyOf(packet, VNET + random.nextInt(packet.length - VNET));
            for (int flips = random.nextInt(6); flips > 0; flips--) {
                packet[random.nextInt(Math.min(packet.length, VNET + 80))] = (byte) random.nextInt(256);
            }
            assertThat(cut(packet).size()).isLessThanOrEqualTo(Packets.MAX_SEGMENTS);
        }
    }
}
