package io.mnedc.tun;

import static io.mnedc.tun.NetlinkMessage.NLM_F_DUMP;

import io.mnedc.api.tun.TunSettings.Prefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateways of default routes, of all routing tables: what leaves this machine goes by them. */
final class Gateways {
    // linux/rtnetlink.h
    private static final int RTM_GETROUTE = 26;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_VIA = 18;
    private static final int RTMSG = 12;
    private static final int RTNEXTHOP = 8;
    private static final int AF_UNSPEC = 0;

    /** Two routes of this length do what a default route does, and some VPNs make them. */
    private static final int HALF = 1;

    private Gateways() {}

    /** {@return the gateways, each as a network of its own} */
    static List<LocalNetwork> all(NetlinkSocket socket) throws KernelException {
        List<LocalNetwork> gateways = new ArrayList<>();
        NetlinkMessage message = new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP)
                .u8(AF_UNSPEC)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0)
                .u32(0);
        socket.dump(message, "list the routes", answer -> read(answer, gateways));
        return gateways;
    }

    /** Reads a struct rtmsg with its attributes. */
    static void read(ByteBuffer in, List<LocalNetwork> gateways) {
        if (in.limit() >= RTMSG && in.get(1) <= HALF && in.get(1) >= 0) {
            attributes(in, RTMSG, in.limit(), 0, gateways);
        }
    }

    private static void attributes(ByteBuffer in, int from, int to, int device, List<LocalNetwork> gateways) {
        int index = device;
        @Nullable InetAddress gateway = null;
        int at = from;
        while (at + 4 <= to) {
            int size = in.getShort(at) & 0xffff;
            if (size < 4 || at + size > to) {
                return;
            }
            switch (in.getShort(at + 2) & 0x3fff) {
                case RTA_OIF -> index = size >= 8 ? in.getInt(at + 4) : index;
                case RTA_GATEWAY -> gateway = address(in, at + 4, size - 4);
                // struct rtvia: the address family, then a gateway of another family than the route's
                case RTA_VIA -> gateway = size > 6 ? address(in, at + 6, size - 6) : null;
                case RTA_MULTIPATH -> nextHops(in, at + 4, at + size, gateways);
                default -> {
                    // what else there is to a route does not matter here
                }
            }
            at += NetlinkMessage.align(size);
        }
        if (gateway != null && !gateway.isAnyLocalAddress()) {
            gateways.add(new LocalNetwork(index, new Prefix(gateway, gateway instanceof Inet4Address ? 32 : 128)));
        }
    }

    /** Several struct rtnexthop, each with its attributes. */
    private static void nextHops(ByteBuffer in, int from, int to, List<LocalNetwork> gateways) {
        int at = from;
        while (at + RTNEXTHOP <= to) {
            int size = in.getShort(at) & 0xffff;
            if (size < RTNEXTHOP || at + size > to) {
                return;
            }
            attributes(in, at + RTNEXTHOP, at + size, in.getInt(at + 4), gateways);
            at += NetlinkMessage.align(size);
        }
    }

    private static @Nullable InetAddress address(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null; // an address family that is not IP
        }
    }
}
