package io.mnedc.codec;

import java.nio.ByteBuffer;

/**
 * The header before each packet in a data frame: struct virtio_net_hdr of linux/virtio_net.h (Virtual I/O Device
 * specification 1.2, section 5.1.6), 10 bytes, its 16-bit fields little-endian.
 *
 * <pre>
 * offset  0      1         2        4         6           8
 *        flags  gso_type  hdr_len  gso_size  csum_start  csum_offset
 * </pre>
 */
public final class VirtioNetHeader {
    /** Bytes of the header. */
    public static final int SIZE = DataFrame.VNET_HEADER;

    /** Flag: the checksum at csum_start + csum_offset is to be computed from csum_start to the packet's end. */
    public static final int NEEDS_CHECKSUM = 1;

    /** Type: no super-packet. */
    public static final int GSO_NONE = 0;

    /** Type: TCP over IPv4, to be cut into segments of gso_size bytes. */
    public static final int GSO_TCPV4 = 1;

    /** Type: TCP over IPv6. */
    public static final int GSO_TCPV6 = 4;

    /** Type: UDP, to be cut into datagrams of gso_size bytes. */
    public static final int GSO_UDP_L4 = 5;

    /** Added to a TCP type: the segments carry ECN's CWR flag in the first one only. */
    public static final int GSO_ECN = 0x80;

    private VirtioNetHeader() {}

    /** {@return the flags} */
    public static int flags(ByteBuffer in, int offset) {
        return in.get(offset) & 0xff;
    }

    /** {@return the super-packet's type, {@link #GSO_ECN} included} */
    public static int gsoType(ByteBuffer in, int offset) {
        return in.get(offset + 1) & 0xff;
    }

    /** {@return bytes of the headers before the payload that is to be cut} */
    public static int headerLength(ByteBuffer in, int offset) {
        return little(in, offset + 2);
    }

    /** {@return bytes of payload in each segment} */
    public static int gsoSize(ByteBuffer in, int offset) {
        return little(in, offset + 4);
    }

    /** {@return where in the packet the checksummed part begins} */
    public static int checksumStart(ByteBuffer in, int offset) {
        return little(in, offset + 6);
    }

    /** {@return where the checksum goes, from its start} */
    public static int checksumOffset(ByteBuffer in, int offset) {
        return little(in, offset + 8);
    }

    /** Writes the header of an ordinary, finished packet: all zero. */
    public static void putPlain(ByteBuffer out, int offset) {
        out.putLong(offset, 0).putShort(offset + 8, (short) 0);
    }

    /**
     * Makes a UDP super-packet's header of that of an ordinary packet; flags and checksum fields stay as they are.
     *
     * @param headers bytes before the payload
     * @param size bytes of payload in each datagram
     */
    public static void putDatagrams(ByteBuffer out, int offset, int headers, int size) {
        out.put(offset + 1, (byte) GSO_UDP_L4);
        putLittle(out, offset + 2, headers);
        putLittle(out, offset + 4, size);
    }

    private static void putLittle(ByteBuffer out, int offset, int value) {
        out.put(offset, (byte) value).put(offset + 1, (byte) (value >> 8));
    }

    private static int little(ByteBuffer in, int offset) {
        return (in.get(offset) & 0xff) | (in.get(offset + 1) & 0xff) << 8;
    }
}
