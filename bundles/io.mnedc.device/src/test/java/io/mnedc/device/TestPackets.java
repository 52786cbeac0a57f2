package io.mnedc.device;

import io.mnedc.codec.VirtioNetHeader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Packets with their virtio-net headers, made the slow and obvious way. */
public final class TestPackets {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int FIN_PUSH_ACK_CWR = 0x80 | 0x10 | 0x08 | 0x01;

    private TestPackets() {}

    /** What a packet shall be like; for TCP and UDP, IPv4 and IPv6. */
    public record Shape(
            InetAddress from, InetAddress to, int protocol, int ipOptions, int tcpOptions, int payload, int gsoSize) {
        public boolean v6() {
            return from.getAddress().length == 16;
        }

        public int ipHeader() {
            return (v6() ? 40 : 20) + ipOptions;
        }

        int transportHeader() {
            return protocol == TCP ? 20 + tcpOptions : 8;
        }

        public int headers() {
            return ipHeader() + transportHeader();
        }
    }

    /** A super-packet as the kernel hands it out: checksum fields hold the pseudo header's sum. */
    public static byte[] superPacket(Shape shape, Random random) {
        int length = shape.headers() + shape.payload();
        ByteBuffer out = ByteBuffer.allocate(VirtioNetHeader.SIZE + length);
        int type = shape.protocol() == UDP
                ? VirtioNetHeader.GSO_UDP_L4
                : (shape.v6() ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4) | VirtioNetHeader.GSO_ECN;
        vnet(out, type, shape, shape.protocol() == TCP ? 16 : 6);
        ip(out, shape, length, random);
        int transport = out.position();
        byte[] rest = new byte[shape.transportHeader() + shape.payload()];
        random.nextBytes(rest);
        out.put(rest);
        if (shape.protocol() == TCP) {
            out.put(transport + 12, (byte) (((20 + shape.tcpOptions()) / 4) << 4));
            out.put(transport + 13, (byte) FIN_PUSH_ACK_CWR);
        } else {
            out.putShort(transport + 4, (short) rest.length);
        }
        int field = transport + (shape.protocol() == TCP ? 16 : 6);
        out.putShort(field, (short) fold(pseudo(shape, rest.length)));
        return out.array();
    }

    private static void vnet(ByteBuffer out, int type, Shape shape, int checksumOffset) {
        out.order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) VirtioNetHeader.NEEDS_CHECKSUM)
                .put((byte) type)
                .putShort((short) shape.headers())
                .putShort((short) shape.gsoSize())
                .putShort((short) shape.ipHeader())
                .putShort((short) checksumOffset)
                .order(ByteOrder.BIG_ENDIAN);
    }

    @SuppressWarnings("ByteBufferBackingArray") // made by allocate
    private static void ip(ByteBuffer out, Shape shape, int length, Random random) {
        int at = out.position();
        byte[] options = new byte[shape.ipOptions()];
        if (shape.v6()) {
            out.putInt(6 << 28).putShort((short) (length - 40));
            out.put((byte) (options.length > 0 ? 0 : shape.protocol())).put((byte) 64);
            out.put(shape.from().getAddress()).put(shape.to().getAddress());
            if (options.length > 0) {
                options[0] = (byte) shape.protocol();
                options[1] = (byte) (options.length / 8 - 1);
                options[2] = 1; // PadN
                options[3] = (byte) (options.length - 4);
                out.put(options);
            }
            return;
        }
        out.put((byte) (0x40 | shape.ipHeader() / 4)).put((byte) 0).putShort((short) length);
        out.putShort((short) random.nextInt(65_536)).putShort((short) 0x4000);
        out.put((byte) 64).put((byte) shape.protocol()).putShort((short) 0);
        out.put(shape.from().getAddress()).put(shape.to().getAddress());
        Arrays.fill(options, (byte) 1); // no operation
        out.put(options);
        out.putShort(at + 10, (short) ~fold(sum(out.array(), at, at + shape.ipHeader(), 0)));
    }

    public static long pseudo(Shape shape, int transportLength) {
        byte[] addresses = new byte[shape.v6() ? 32 : 8];
        int half = addresses.length / 2;
        System.arraycopy(shape.from().getAddress(), 0, addresses, 0, half);
        System.arraycopy(shape.to().getAddress(), 0, addresses, half, half);
        return sum(addresses, 0, addresses.length, shape.protocol() + transportLength);
    }

    /** The obvious sum, one word after the other. */
    public static long sum(byte[] in, int from, int to, long start) {
        long sum = start;
        for (int i = from; i < to; i += 2) {
            sum += (in[i] & 0xff) << 8 | (i + 1 < to ? in[i + 1] & 0xff : 0);
        }
        return sum;
    }

    public static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        return (int) folded;
    }

    /** An ordinary UDP packet with a finished header; the UDP checksum is left out. */
    public static byte[] udp4(InetAddress from, InetAddress to, byte[] payload) {
        int length = 28 + payload.length;
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0x4000);
        out.put((byte) 64).put((byte) UDP).putShort((short) 0);
        out.put(from.getAddress()).put(to.getAddress());
        out.putShort((short) 1000)
                .putShort((short) 2000)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0);
        out.put(payload);
        out.putShort(10, (short) ~fold(sum(out.array(), 0, 20, 0)));
        return out.array();
    }

    static byte[] udp6(InetAddress from, InetAddress to, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(48 + payload.length);
        out.putInt(6 << 28)
                .putShort((short) (8 + payload.length))
                .put((byte) UDP)
                .put((byte) 64);
        out.put(from.getAddress()).put(to.getAddress());
        out.putShort((short) 1000)
                .putShort((short) 2000)
                .putShort((short) (8 + payload.length))
                .putShort((short) 1);
        out.put(payload);
        return out.array();
    }
}
