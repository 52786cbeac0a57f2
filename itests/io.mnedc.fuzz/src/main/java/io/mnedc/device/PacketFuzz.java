package io.mnedc.device;

import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.network.Membership;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.packet.Datagrams;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.packet.Segmenter;
import io.mnedc.fuzz.Checks;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A packet with its virtio-net header, as a peer sends it: what a device looks at before it believes it, and the
 * segments that it makes of it. In this package because the parts are nobody else's.
 */
public final class PacketFuzz {
    private static final int VNET = VirtioNetHeader.SIZE;
    private static final int GUARD = 16;
    private static final byte FILL = 0x5a;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int UDP_HEADER = 8;

    private static final Membership SELF = FuzzedDevice.membership();
    private static final Segmenter SEGMENTER = new Segmenter();

    private PacketFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        int length = data.length - VNET;
        if (length < Packets.IPV4_HEADER || length > 0xffff) {
            return;
        }
        ByteBuffer in =
                ByteBuffer.wrap(data.clone()); // nothing outside can be read, and remarks are taken out in place
        addresses(in, length);
        datagram(in, length);
        boolean sane = Packets.sane(in, 0, length);
        if (sane) {
            Checks.that((VirtioNetHeader.flags(in, 0) & 2) == 0, "remarks of the reading side are taken out");
            Checks.that(Packets.needs(in, 0) >= 0, "a sane packet can be sent on");
        }
        if (SEGMENTER.begin(in, 0, data.length)) {
            Checks.that(sane, "only a sane packet is cut");
            segments(in, length);
        }
    }

    private static void addresses(ByteBuffer in, int length) {
        int to = SELF.routes().destination(in, VNET, length);
        Checks.that(to == RouteTable.NOWHERE || SELF.isOther(to), "a packet goes to another node or nowhere");
        Checks.that(
                !SELF.routes().isForThisDevice(in, VNET, length) || to == RouteTable.NOWHERE,
                "what is ours does not go on");
        Checks.that(!SELF.routes().maySend(SELF.node(), in, VNET, length), "nobody else is this node");
    }

    private static void datagram(ByteBuffer in, int length) {
        int udp = Datagrams.header(in, VNET, length);
        if (udp >= 0) {
            int payload = Datagrams.payload(in, udp).length;
            Checks.that(udp + UDP_HEADER + payload <= VNET + length, "a datagram lies within its packet");
        }
    }

    private static void segments(ByteBuffer in, int length) {
        boolean whole = VirtioNetHeader.gsoType(in, 0) == VirtioNetHeader.GSO_NONE;
        int segments = 0;
        int sum = 0;
        while (SEGMENTER.more()) {
            int size = SEGMENTER.nextSize();
            Checks.that(size > VNET && size <= VNET + length, "a segment is no larger than its packet");
            byte[] out = new byte[GUARD + size + GUARD];
            Arrays.fill(out, FILL);
            int made = SEGMENTER.next(ByteBuffer.wrap(out), GUARD);
            Checks.same(made, size, "a segment is as large as was said");
            for (int i = 0; i < GUARD; i++) {
                Checks.that(out[i] == FILL && out[GUARD + size + i] == FILL, "nothing beside a segment is written");
            }
            if (!whole) {
                finished(ByteBuffer.wrap(out, GUARD + VNET, made - VNET).slice());
            }
            sum += made;
            segments++;
            Checks.that(segments <= Packets.MAX_SEGMENTS, "a packet makes no more segments than allowed");
        }
        Checks.that(segments > 0 && sum >= length, "a packet is in its segments");
    }

    /** The lengths and checksums that the next machine will look at. */
    private static void finished(ByteBuffer ip) {
        boolean v6 = ip.get(0) >> 4 == 6;
        int transport = v6 ? transport6(ip) : (ip.get(0) & 0x0f) * 4;
        if (v6) {
            Checks.same(ip.getShort(4) & 0xffff, ip.limit() - Packets.IPV6_HEADER, "the IPv6 payload length is right");
        } else {
            Checks.same(ip.getShort(2) & 0xffff, ip.limit(), "the IPv4 length is right");
            Checks.that(folded(ip, 0, transport, 0) == 0xffff, "the IPv4 header's checksum is right");
        }
        int protocol = protocol(ip, v6, transport);
        Checks.that(protocol == TCP || protocol == UDP, "a segment is TCP or UDP");
        long pseudo = (long) protocol + ip.limit() - transport;
        for (int at = v6 ? 8 : 12; at < (v6 ? 40 : 20); at += 2) {
            pseudo += ip.getShort(at) & 0xffff;
        }
        Checks.that(folded(ip, transport, ip.limit(), pseudo) == 0xffff, "the transport's checksum is right");
    }

    private static int transport6(ByteBuffer ip) {
        int next = ip.get(6);
        int at = Packets.IPV6_HEADER;
        while (next != TCP && next != UDP) {
            next = ip.get(at);
            at += ((ip.get(at + 1) & 0xff) + 1) * 8;
        }
        return at;
    }

    private static int protocol(ByteBuffer ip, boolean v6, int transport) {
        if (!v6) {
            return ip.get(9);
        }
        int next = ip.get(6);
        for (int at = Packets.IPV6_HEADER; at < transport; at += ((ip.get(at + 1) & 0xff) + 1) * 8) {
            next = ip.get(at);
        }
        return next;
    }

    /** The sum of RFC 1071, byte by byte: not the code that is looked at. */
    private static int folded(ByteBuffer in, int from, int to, long begin) {
        long sum = begin;
        for (int at = from; at < to; at++) {
            sum += (long) (in.get(at) & 0xff) << ((at - from) % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }
}
