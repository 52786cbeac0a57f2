package io.mnedc.device.packet;

import io.mnedc.codec.VirtioNetHeader;
import java.nio.ByteBuffer;

/** UDP datagrams (RFC 768) in IP packets, as programs on this host send them, and as they get them. */
public final class Datagrams {
    private static final int UDP = 17;
    private static final int UDP_HEADER = 8;
    private static final int HOPS = 64;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV4_FRAGMENT = 6;
    /** More fragments, or not the first one. */
    private static final int FRAGMENTED = 0x3fff;

    private static final int DO_NOT_FRAGMENT = 0x4000;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_NEXT = 6;
    private static final int IPV6_SOURCE = 8;

    private Datagrams() {}

    /**
     * Finds the UDP header.
     *
     * @param in the packet, at least an IPv4 header long
     * @param at where its IP header begins
     * @param length bytes of the packet
     * @return where the UDP header begins; -1 if it is another packet, a fragment, or not as long as it says
     */
    public static int header(ByteBuffer in, int at, int length) {
        int header;
        if (in.get(at) >> 4 == 4) {
            header = (in.get(at) & 0xf) * 4;
            boolean whole = (in.getShort(at + IPV4_FRAGMENT) & FRAGMENTED) == 0;
            if (header < Packets.IPV4_HEADER || !whole || in.get(at + IPV4_PROTOCOL) != UDP) {
                return -1;
            }
        } else {
            header = Packets.IPV6_HEADER;
            if (length < header || in.get(at + IPV6_NEXT) != UDP) {
                return -1;
            }
        }
        return length - header < UDP_HEADER
                        || length(in, at + header) < 0
                        || length(in, at + header) > length - header - UDP_HEADER
                ? -1
                : at + header;
    }

    /** {@return the bytes of payload} */
    public static int length(ByteBuffer in, int udp) {
        return (in.getShort(udp + 4) & 0xffff) - UDP_HEADER;
    }

    /** {@return the port that it comes from} */
    public static int source(ByteBuffer in, int udp) {
        return in.getShort(udp) & 0xffff;
    }

    /** {@return the port that it goes to} */
    public static int destination(ByteBuffer in, int udp) {
        return in.getShort(udp + 2) & 0xffff;
    }

    /** {@return a copy of the payload} */
    public static byte[] payload(ByteBuffer in, int udp) {
        byte[] payload = new byte[length(in, udp)];
        in.get(udp + UDP_HEADER, payload);
        return payload;
    }

    /**
     * Makes a packet, finished, with a virtio-net header before it.
     *
     * @param from 4 or 16 bytes
     * @param to as many
     */
    public static byte[] packet(byte[] from, int fromPort, byte[] to, int toPort, byte[] payload) {
        int size = UDP_HEADER + payload.length;
        int header = from.length == 4 ? Packets.IPV4_HEADER : Packets.IPV6_HEADER;
        ByteBuffer out = ByteBuffer.allocate(VirtioNetHeader.SIZE + header + size);
        VirtioNetHeader.putPlain(out, 0);
        int ip = VirtioNetHeader.SIZE;
        int addresses;
        if (from.length == 4) {
            addresses = ip + IPV4_SOURCE;
            out.putShort(ip, (short) 0x4500)
                    .putShort(ip + 2, (short) (header + size))
                    .putShort(ip + IPV4_FRAGMENT, (short) DO_NOT_FRAGMENT)
                    .put(ip + 8, (byte) HOPS)
                    .put(ip + IPV4_PROTOCOL, (byte) UDP);
        } else {
            addresses = ip + IPV6_SOURCE;
            out.put(ip, (byte) 0x60)
                    .putShort(ip + 4, (short) size)
                    .put(ip + IPV6_NEXT, (byte) UDP)
                    .put(ip + 7, (byte) HOPS);
        }
        out.put(addresses, from).put(addresses + from.length, to);
        if (from.length == 4) {
            out.putShort(ip + IPV4_CHECKSUM, (short) Packets.checksum(Packets.sum(out, ip, ip + header, 0)));
        }
        int udp = ip + header;
        out.putShort(udp, (short) fromPort)
                .putShort(udp + 2, (short) toPort)
                .putShort(udp + 4, (short) size)
                .put(udp + UDP_HEADER, payload);
        long pseudo = Packets.sum(out, addresses, addresses + 2 * from.length, (long) UDP + size);
        Packets.putChecksum(out, udp + 6, Packets.sum(out, udp, udp + size, pseudo));
        return out.array();
    }
}
