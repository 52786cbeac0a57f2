package io.mnedc.device.packet;

import io.mnedc.codec.VirtioNetHeader;
import java.nio.ByteBuffer;

/**
 * Makes one super-packet of datagrams of one flow that lie one behind the other in a batch, as a kernel's generic receive
 * offload would: they are sealed, forwarded and written to the peer's interface at once, and the peer's kernel makes the
 * same datagrams of them again. Only where nothing gets lost by it: of IPv4 only what must not be fragmented, whose
 * identification therefore means nothing (RFC 6864, section 4.1), and only datagrams whose checksum is still to be
 * computed, so that none is believed that was wrong before. Nothing is allocated. Not thread-safe.
 */
public final class Coalescer {
    /** UDP_MAX_SEGMENTS of Linux (include/linux/udp.h); newer ones allow 128. */
    static final int MOST_SEGMENTS = 64;

    private static final int VNET = VirtioNetHeader.SIZE;
    private static final int UDP = 17;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final int IPV4_PLAIN = 0x45;
    private static final int DO_NOT_FRAGMENT = 0x4000;
    private static final int MOST_BYTES = VNET + 65_535;

    private boolean v6;
    private int transport;
    private int headers;
    private int length;
    private int end;

    /** {@return bytes of the last packet, joined or not, with its virtio-net header} */
    public int length() {
        return length;
    }

    /** {@return where the bytes end that the last packet took in the batch before it was joined} */
    public int end() {
        return end;
    }

    /**
     * Joins a packet with those behind it that continue it, in place.
     *
     * @param batch has the packets
     * @param vnet where the virtio-net header of the first one begins
     * @param lengths bytes of each packet, its virtio-net header included
     * @param index of the first one in {@code lengths}
     * @param count packets in the batch
     * @param gap bytes from the end of a packet to the next one's virtio-net header
     * @return how many packets were joined with the first one; 0: it is as it was
     */
    public int join(ByteBuffer batch, int vnet, int[] lengths, int index, int count, int gap) {
        length = lengths[index];
        end = vnet + length;
        int most = Math.min(count, index + MOST_SEGMENTS);
        if (index + 1 >= most || lengths[index + 1] > length || !begins(batch, vnet)) {
            return 0;
        }
        int size = length - VNET - headers;
        int joined = 0;
        int data = size;
        for (int i = index + 1; i < most && data == size; i++) {
            int next = end + gap;
            // a shorter one is the last
            data = lengths[i] - VNET - headers;
            if (data <= 0 || data > size || length + data > MOST_BYTES || !continues(batch, vnet, next, lengths[i])) {
                break;
            }
            batch.put(vnet + length, batch, next + VNET + headers, data);
            length += data;
            end = next + lengths[i];
            joined++;
        }
        if (joined > 0) {
            finish(batch, vnet, size);
        }
        return joined;
    }

    private boolean begins(ByteBuffer in, int vnet) {
        int ip = vnet + VNET;
        if (length < VNET + Packets.IPV4_HEADER + UDP_HEADER
                || VirtioNetHeader.flags(in, vnet) != VirtioNetHeader.NEEDS_CHECKSUM
                || VirtioNetHeader.gsoType(in, vnet) != VirtioNetHeader.GSO_NONE) {
            return false;
        }
        v6 = in.get(ip) >> 4 == 6;
        transport = v6 ? Packets.IPV6_HEADER : Packets.IPV4_HEADER;
        headers = transport + UDP_HEADER;
        return length > VNET + headers
                && (v6 ? in.get(ip + 6) == UDP : isPlain4(in, ip))
                && VirtioNetHeader.checksumStart(in, vnet) == transport
                && VirtioNetHeader.checksumOffset(in, vnet) == UDP_CHECKSUM
                && lengthsAgree(in, ip, length - VNET);
    }

    private static boolean isPlain4(ByteBuffer in, int ip) {
        return in.get(ip) == IPV4_PLAIN && in.get(ip + 9) == UDP && in.getShort(ip + 6) == DO_NOT_FRAGMENT;
    }

    private boolean lengthsAgree(ByteBuffer in, int ip, int bytes) {
        int said = v6 ? Packets.IPV6_HEADER + (in.getShort(ip + 4) & 0xffff) : in.getShort(ip + 2) & 0xffff;
        return said == bytes && (in.getShort(ip + transport + 4) & 0xffff) == bytes - transport;
    }

    /** Whether a packet differs from the first one in nothing but length, identification, checksums and payload. */
    private boolean continues(ByteBuffer in, int vnet, int next, int bytes) {
        int ip = vnet + VNET;
        int other = next + VNET;
        return in.getLong(vnet) == in.getLong(next)
                && in.getShort(vnet + 8) == in.getShort(next + 8)
                && (v6 ? sameHeader6(in, ip, other) : sameHeader4(in, ip, other))
                && in.getInt(ip + transport) == in.getInt(other + transport)
                && lengthsAgree(in, other, bytes - VNET);
    }

    private static boolean sameHeader4(ByteBuffer in, int ip, int other) {
        return in.getShort(ip) == in.getShort(other)
                && in.getInt(ip + 6) == in.getInt(other + 6)
                && in.getLong(ip + 12) == in.getLong(other + 12);
    }

    private static boolean sameHeader6(ByteBuffer in, int ip, int other) {
        return in.getInt(ip) == in.getInt(other)
                && in.getShort(ip + 6) == in.getShort(other + 6)
                && in.getLong(ip + 8) == in.getLong(other + 8)
                && in.getLong(ip + 16) == in.getLong(other + 16)
                && in.getLong(ip + 24) == in.getLong(other + 24)
                && in.getLong(ip + 32) == in.getLong(other + 32);
    }

    private void finish(ByteBuffer out, int vnet, int size) {
        VirtioNetHeader.putDatagrams(out, vnet, headers, size);
        int ip = vnet + VNET;
        int bytes = length - VNET;
        int datagram = bytes - transport;
        if (v6) {
            out.putShort(ip + 4, (short) datagram);
        } else {
            out.putShort(ip + 2, (short) bytes);
            out.putShort(ip + 10, (short) 0);
            out.putShort(ip + 10, (short) Packets.checksum(Packets.sum(out, ip, ip + transport, 0)));
        }
        out.putShort(ip + transport + 4, (short) datagram);
        // of the pseudo header only, not complemented: the rest is left to the one that makes datagrams of it again
        int addresses = v6 ? ip + 8 : ip + 12;
        long pseudo = Packets.sum(out, addresses, ip + transport, (long) UDP + datagram);
        out.putShort(ip + transport + UDP_CHECKSUM, (short) ~Packets.checksum(pseudo));
    }
}
