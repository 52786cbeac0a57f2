package io.mnedc.device.multicast;

import io.mnedc.codec.MulticastGroup;
import io.mnedc.device.packet.Datagrams;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.settings.MulticastSettings.Mode;
import java.nio.ByteBuffer;

/** Which groups and packets a mode lets through, in both directions. */
final class LetThrough {
    private static final int MDNS = 5353;
    private static final int LLMNR = 5355;
    private static final int SSDP = 1900;
    private static final int WS_DISCOVERY = 3702;

    private static final long IPV4_MDNS = MulticastGroup.low(0xe000_00fb);
    private static final long IPV4_LLMNR = MulticastGroup.low(0xe000_00fc);
    private static final long IPV4_SSDP = MulticastGroup.low(0xefff_fffa);
    private static final long LINK = 0xff02L << 48;
    private static final long SITE = 0xff05L << 48;
    private static final long IPV6_MDNS = 0xfb;
    private static final long IPV6_LLMNR = 0x1_0003;
    private static final long IPV6_SSDP = 0xc;

    /** IGMPv3 reports (RFC 3376, section 4.2.14), for routers. */
    private static final long IPV4_REPORTS = MulticastGroup.low(0xe000_0016);
    /** MLDv2 reports (RFC 3810, section 5.2.14). */
    private static final long IPV6_REPORTS = 0x16;

    private static final long ALL_NODES = 1;
    /** ff02::1:ff00:0/104 (RFC 4291, section 2.7.1): for the resolution of addresses, of which there is none here. */
    private static final long SOLICITED = 0x1_ff00_0000L;

    private static final int IPV4_TTL = 8;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV6_NEXT = 6;
    private static final int IPV6_HOPS = 7;
    private static final int IGMP = 2;
    private static final int HOP_BY_HOP = 0;
    private static final int ICMPV6 = 58;
    private static final int ECHO_REQUEST = 128;
    private static final int ECHO_REPLY = 129;

    private LetThrough() {}

    /** {@return whether other devices are told that this one is in a group} */
    static boolean announced(Mode mode, MulticastGroup group) {
        return switch (mode) {
            case OFF -> false;
            case DISCOVERY -> discovers(group.high(), group.low());
            case ALL -> isOfLink(group.high(), group.low());
        };
    }

    /**
     * Looks at a packet for a group.
     *
     * @param length at least a header's
     * @return whether it may go on
     */
    static boolean toGroup(Mode mode, long high, long low, ByteBuffer in, int at, int length) {
        return switch (mode) {
            case OFF -> false;
            case DISCOVERY -> lives(in, at) && discovers(high, low, in, at, length);
            case ALL -> lives(in, at) && isOfLink(high, low) && isOfPrograms(in, at, length);
        };
    }

    /** The same for a packet for all nodes. */
    static boolean toEveryone(Mode mode, ByteBuffer in, int at, int length) {
        return mode == Mode.ALL && lives(in, at) && isOfPrograms(in, at, length);
    }

    private static boolean lives(ByteBuffer in, int at) {
        return in.get(in.get(at) >> 4 == 4 ? at + IPV4_TTL : at + IPV6_HOPS) != 0;
    }

    private static boolean discovers(long high, long low) {
        if (high == 0) {
            return low == IPV4_MDNS || low == IPV4_LLMNR || low == IPV4_SSDP;
        }
        boolean ofLink = high == LINK && (low == IPV6_MDNS || low == IPV6_LLMNR || low == IPV6_SSDP);
        return ofLink || (high == SITE && low == IPV6_SSDP);
    }

    /** Of a fragment nobody can tell the port. */
    private static boolean discovers(long high, long low, ByteBuffer in, int at, int length) {
        if (!discovers(high, low)) {
            return false;
        }
        int udp = Datagrams.header(in, at, length);
        int port = udp < 0 ? 0 : Datagrams.destination(in, udp);
        if (low == IPV4_MDNS || low == IPV6_MDNS) {
            return port == MDNS;
        }
        if (low == IPV4_LLMNR || low == IPV6_LLMNR) {
            return port == LLMNR;
        }
        return port == SSDP || port == WS_DISCOVERY;
    }

    /** Not of what stays within a host, and not of what only hosts and routers say to each other. */
    private static boolean isOfLink(long high, long low) {
        if (high == 0) {
            return low != IPV4_REPORTS && low != MulticastGroup.low(0xe000_0001);
        }
        boolean wide = (high >>> 48 & 0xf) > 1;
        boolean ofHosts = high == LINK && (low == IPV6_REPORTS || low == ALL_NODES || low >>> 24 == SOLICITED >>> 24);
        return wide && !ofHosts;
    }

    /** Not how hosts manage their groups and neighbours: that is each host's own matter. */
    private static boolean isOfPrograms(ByteBuffer in, int at, int length) {
        if (in.get(at) >> 4 == 4) {
            return in.get(at + IPV4_PROTOCOL) != IGMP;
        }
        int next = in.get(at + IPV6_NEXT) & 0xff;
        if (next == ICMPV6) {
            int type = length > Packets.IPV6_HEADER ? in.get(at + Packets.IPV6_HEADER) & 0xff : 0;
            return type == ECHO_REQUEST || type == ECHO_REPLY;
        }
        // before a report of groups there is always one
        return next != HOP_BY_HOP;
    }
}
