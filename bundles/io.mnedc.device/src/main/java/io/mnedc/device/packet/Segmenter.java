package io.mnedc.device.packet;

import io.mnedc.codec.VirtioNetHeader;
import java.nio.ByteBuffer;

/**
 * Makes ordinary, finished packets of a super-packet or of one whose checksum is left to the receiver, for a peer or an
 * interface that cannot. Used like an iterator, so that any number of segments needs no more than the space for one:
 *
 * <pre>
 * if (segmenter.begin(in, vnet, length)) {
 *     while (segmenter.more()) {
 *         int bytes = segmenter.next(out, at);
 *     }
 * }
 * </pre>
 *
 * The packet comes from another machine: nothing in it is believed without a look. Nothing is allocated. Not
 * thread-safe.
 */
public final class Segmenter {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int TCP_FLAGS = 13;
    private static final int FIN = 0x01;
    private static final int PUSH = 0x08;
    private static final int CWR = 0x80;
    private static final int HOP_BY_HOP = 0;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int VNET = VirtioNetHeader.SIZE;

    private ByteBuffer in = ByteBuffer.allocate(0);
    private int packet;
    private int length;
    private boolean v6;
    private int protocol;
    private int transport;
    private int headers;
    private int size;
    private int done;
    private int index;
    private boolean whole;
    private boolean more;

    /**
     * Begins with a packet.
     *
     * @param buffer has it; must stay as it is until the last segment is made
     * @param vnet where its virtio-net header begins
     * @param bytes of header and packet
     * @return whether it can be cut; if not, it is malformed
     */
    public boolean begin(ByteBuffer buffer, int vnet, int bytes) {
        in = buffer;
        packet = vnet + VNET;
        length = bytes - VNET;
        done = 0;
        index = 0;
        int type = length < Packets.IPV4_HEADER || !Packets.sane(buffer, vnet, length)
                ? -1
                : VirtioNetHeader.gsoType(buffer, vnet);
        whole = type == VirtioNetHeader.GSO_NONE;
        more = whole || (type > 0 && parse(vnet, type));
        return more;
    }

    private boolean parse(int vnet, int type) {
        v6 = in.get(packet) >> 4 == 6;
        if (!(v6 ? parse6() : parse4())) {
            return false;
        }
        boolean udp = type == VirtioNetHeader.GSO_UDP_L4;
        if (protocol != (udp ? UDP : TCP) || transport + (udp ? UDP_HEADER : TCP_HEADER) > length) {
            return false;
        }
        int data = udp ? UDP_HEADER : (in.get(packet + transport + 12) & 0xf0) >> 2;
        headers = transport + data;
        size = VirtioNetHeader.gsoSize(in, vnet);
        return (udp || data >= TCP_HEADER)
                && headers <= length
                && VirtioNetHeader.checksumStart(in, vnet) == transport
                && VirtioNetHeader.checksumOffset(in, vnet) == (udp ? UDP_CHECKSUM : TCP_CHECKSUM)
                && segmentsFit();
    }

    /** A segment's IP length must fit its field; that of the whole packet does. */
    private boolean segmentsFit() {
        return (length - headers + size - 1) / size <= Packets.MAX_SEGMENTS;
    }

    private boolean parse4() {
        transport = (in.get(packet) & 0x0f) * 4;
        protocol = in.get(packet + 9);
        boolean fragment = (in.getShort(packet + 6) & 0x3fff) != 0;
        return transport >= Packets.IPV4_HEADER
                && transport <= length
                && !fragment
                && (in.getShort(packet + 2) & 0xffff) == length;
    }

    private boolean parse6() {
        if (length < Packets.IPV6_HEADER || (in.getShort(packet + 4) & 0xffff) != length - Packets.IPV6_HEADER) {
            return false;
        }
        protocol = in.get(packet + 6);
        transport = Packets.IPV6_HEADER;
        // a routing header would change the pseudo header, a fragment cannot be cut: neither is a super-packet's
        while (protocol == HOP_BY_HOP || protocol == DESTINATION_OPTIONS) {
            if (transport + 8 > length) {
                return false;
            }
            protocol = in.get(packet + transport);
            transport += ((in.get(packet + transport + 1) & 0xff) + 1) * 8;
        }
        return transport <= length;
    }

    /** {@return whether there is another segment} */
    public boolean more() {
        return more;
    }

    /** {@return the most bytes that the next segment takes, its virtio-net header included} */
    public int nextSize() {
        return VNET + (whole ? length : headers + Math.min(size, length - headers - done));
    }

    /**
     * Makes the next segment.
     *
     * @param out where to, a big-endian buffer with {@link #nextSize} bytes; position and limit are not used
     * @param at where its virtio-net header goes
     * @return bytes of header and packet
     */
    public int next(ByteBuffer out, int at) {
        VirtioNetHeader.putPlain(out, at);
        int to = at + VNET;
        if (whole) {
            more = false;
            out.put(to, in, packet, length);
            finish(out, to);
            return VNET + length;
        }
        int payload = Math.min(size, length - headers - done);
        out.put(to, in, packet, headers);
        out.put(to + headers, in, packet + headers + done, payload);
        boolean last = done + payload == length - headers;
        ipHeader(out, to, headers + payload);
        if (protocol == TCP) {
            tcpHeader(out, to + transport, last);
        } else {
            out.putShort(to + transport + 4, (short) (UDP_HEADER + payload));
        }
        transportChecksum(out, to, headers + payload);
        done += payload;
        index++;
        more = !last;
        return VNET + headers + payload;
    }

    /** The field has the sum of the pseudo header already: what is left is to add up and fold. */
    private void finish(ByteBuffer out, int to) {
        int vnet = packet - VNET;
        if ((VirtioNetHeader.flags(in, vnet) & VirtioNetHeader.NEEDS_CHECKSUM) != 0) {
            int start = to + VirtioNetHeader.checksumStart(in, vnet);
            Packets.putChecksum(
                    out, start + VirtioNetHeader.checksumOffset(in, vnet), Packets.sum(out, start, to + length, 0));
        }
    }

    private void ipHeader(ByteBuffer out, int to, int bytes) {
        if (v6) {
            out.putShort(to + 4, (short) (bytes - Packets.IPV6_HEADER));
            return;
        }
        out.putShort(to + 2, (short) bytes);
        out.putShort(to + 4, (short) (in.getShort(packet + 4) + index));
        out.putShort(to + 10, (short) 0);
        out.putShort(to + 10, (short) Packets.checksum(Packets.sum(out, to, to + transport, 0)));
    }

    private void tcpHeader(ByteBuffer out, int tcp, boolean last) {
        out.putInt(tcp + 4, out.getInt(tcp + 4) + done);
        int flags = out.get(tcp + TCP_FLAGS);
        if (!last) {
            flags &= ~(FIN | PUSH);
        }
        if (index > 0) {
            flags &= ~CWR;
        }
        out.put(tcp + TCP_FLAGS, (byte) flags);
    }

    private void transportChecksum(ByteBuffer out, int to, int bytes) {
        int field = to + transport + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
        out.putShort(field, (short) 0);
        int addresses = v6 ? to + 8 : to + 12;
        long sum = Packets.sum(out, addresses, addresses + (v6 ? 32 : 8), protocol + bytes - transport);
        Packets.putChecksum(out, field, Packets.sum(out, to + transport, to + bytes, sum));
    }
}
