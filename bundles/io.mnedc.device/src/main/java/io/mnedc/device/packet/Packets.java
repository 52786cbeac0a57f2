package io.mnedc.device.packet;

import io.mnedc.codec.Protocol;
import io.mnedc.codec.VirtioNetHeader;
import java.nio.ByteBuffer;

/** What a virtio-net header says about its packet, whether it can be true, and checksums. Nothing is allocated. */
public final class Packets {
    /** Bytes of an IPv4 header without options. */
    public static final int IPV4_HEADER = 20;

    /** Bytes of an IPv6 header without extensions. */
    public static final int IPV6_HEADER = 40;

    /**
     * The most segments that one super-packet may stand for. A sender in good faith stays far below: the least segment
     * size in use makes 744 (TCP_MIN_MSS of Linux is 88); without a limit, one frame could cost 65,000 writes.
     */
    public static final int MAX_SEGMENTS = 1024;

    // flag VIRTIO_NET_HDR_F_DATA_VALID of linux/virtio_net.h: a remark of the reading side only
    private static final int DATA_VALID = 2;

    private Packets() {}

    /**
     * Checks the header against its packet, and takes remarks out of it that mean nothing to another machine.
     *
     * @param in the header with the packet behind
     * @param vnet where the header begins
     * @param length bytes of the packet, without the header
     * @return whether the header can be true
     */
    public static boolean sane(ByteBuffer in, int vnet, int length) {
        int flags = VirtioNetHeader.flags(in, vnet);
        if ((flags & ~(VirtioNetHeader.NEEDS_CHECKSUM | DATA_VALID)) != 0) {
            return false;
        }
        boolean unfinished = (flags & VirtioNetHeader.NEEDS_CHECKSUM) != 0;
        int start = VirtioNetHeader.checksumStart(in, vnet);
        int version = in.get(vnet + VirtioNetHeader.SIZE) >> 4;
        int least = version == 4 ? IPV4_HEADER : IPV6_HEADER;
        if (unfinished && (start < least || start + VirtioNetHeader.checksumOffset(in, vnet) + 2 > length)) {
            return false;
        }
        int type = VirtioNetHeader.gsoType(in, vnet);
        if (type != VirtioNetHeader.GSO_NONE && !(unfinished && saneGso(in, vnet, length, type, version))) {
            return false;
        }
        if ((flags & DATA_VALID) != 0) {
            in.put(vnet, (byte) (flags & ~DATA_VALID));
        }
        return true;
    }

    private static boolean saneGso(ByteBuffer in, int vnet, int length, int type, int version) {
        boolean known = switch (type & ~VirtioNetHeader.GSO_ECN) {
            case VirtioNetHeader.GSO_TCPV4 -> version == 4;
            case VirtioNetHeader.GSO_TCPV6 -> version == 6;
            case VirtioNetHeader.GSO_UDP_L4 -> (type & VirtioNetHeader.GSO_ECN) == 0 && (version == 4 || version == 6);
            default -> false;
        };
        int size = VirtioNetHeader.gsoSize(in, vnet);
        return known && size > 0 && length <= size * MAX_SEGMENTS && VirtioNetHeader.headerLength(in, vnet) <= length;
    }

    /**
     * Tells what a receiver must be capable of to take a packet as it is.
     *
     * @param in the header with the packet behind
     * @param vnet where the header begins
     * @return {@code CAN_…} bits of {@link Protocol}; 0 for an ordinary, finished packet
     */
    public static int needs(ByteBuffer in, int vnet) {
        // flags and type in one look: both are zero in all ordinary traffic
        if ((in.getShort(vnet) & (VirtioNetHeader.NEEDS_CHECKSUM << 8 | 0xff)) == 0) {
            return 0;
        }
        return switch (VirtioNetHeader.gsoType(in, vnet) & ~VirtioNetHeader.GSO_ECN) {
            case VirtioNetHeader.GSO_NONE -> Protocol.CAN_CHECKSUM;
            case VirtioNetHeader.GSO_TCPV4 -> Protocol.CAN_CHECKSUM | Protocol.CAN_TSO4;
            case VirtioNetHeader.GSO_TCPV6 -> Protocol.CAN_CHECKSUM | Protocol.CAN_TSO6;
            default -> Protocol.CAN_CHECKSUM | Protocol.CAN_USO;
        };
    }

    /**
     * Adds up 16-bit big-endian words (RFC 1071).
     *
     * @param in the bytes
     * @param from where they begin
     * @param to where they end; a last odd byte counts as if a zero followed
     * @param sum what to add to
     * @return the sum, not folded
     */
    static long sum(ByteBuffer in, int from, int to, long sum) {
        int at = from;
        long total = sum;
        for (; at + 8 <= to; at += 8) {
            long word = in.getLong(at);
            total += (word >>> 32) + (word & 0xffff_ffffL);
        }
        for (; at + 2 <= to; at += 2) {
            total += in.getShort(at) & 0xffff;
        }
        return at < to ? total + ((in.get(at) & 0xff) << 8) : total;
    }

    /** {@return the 16-bit one's complement checksum of a sum} */
    static int checksum(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }

    /** Writes the checksum of a sum. Zero means "no checksum" to UDP; its other form, all ones, is right for every protocol. */
    static void putChecksum(ByteBuffer out, int field, long sum) {
        int checksum = checksum(sum);
        out.putShort(field, (short) (checksum == 0 ? 0xffff : checksum));
    }
}
