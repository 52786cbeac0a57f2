package io.mnedc.tun;

import static io.mnedc.tun.NetlinkMessage.NLM_F_ACK;
import static io.mnedc.tun.NetlinkMessage.NLM_F_CREATE;
import static io.mnedc.tun.NetlinkMessage.NLM_F_DUMP;
import static io.mnedc.tun.NetlinkMessage.NLM_F_EXCL;

import io.mnedc.api.tun.TunSettings.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The requests of rtnetlink(7) that an interface needs. */
final class Rtnetlink {
    // linux/rtnetlink.h
    private static final int RTM_SETLINK = 19;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_STATIC = 4;
    private static final int RTN_UNICAST = 1;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_NOWHERE = 255;
    // linux/if_addr.h
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFADDRMSG = 8;
    // linux/if_link.h
    private static final int IFLA_MTU = 4;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int IN6_ADDR_GEN_MODE_NONE = 1;
    // linux/if.h
    private static final int IFF_UP = 0x1;
    private static final int IFF_MULTICAST = 0x1000;
    // linux/socket.h
    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private Rtnetlink() {}

    /** {@return a request that keeps the kernel from making up IPv6 addresses, and soliciting routers with them} */
    static NetlinkMessage noGeneratedAddresses(int index) {
        NetlinkMessage message = link(index, 0, 0);
        int afSpec = message.begin(IFLA_AF_SPEC);
        int inet6 = message.begin(AF_INET6);
        message.attribute8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
        return message.end(inet6).end(afSpec);
    }

    /** {@return a request that brings an interface up, for unicast only, with a queue of the given length} */
    static NetlinkMessage up(int index, int queueLength) {
        return link(index, IFF_UP, IFF_UP | IFF_MULTICAST).attribute32(IFLA_TXQLEN, queueLength);
    }

    /** {@return a request that sets the MTU} */
    static NetlinkMessage mtu(int index, int mtu) {
        return link(index, 0, 0).attribute32(IFLA_MTU, mtu);
    }

    static NetlinkMessage addAddress(int index, Prefix prefix) {
        return address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, prefix);
    }

    static NetlinkMessage removeAddress(int index, Prefix prefix) {
        return address(RTM_DELADDR, 0, index, prefix);
    }

    static NetlinkMessage addRoute(int index, Prefix prefix) {
        int scope = family(prefix) == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        return route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, scope, index, prefix);
    }

    static NetlinkMessage removeRoute(int index, Prefix prefix) {
        return route(RTM_DELROUTE, 0, RT_SCOPE_NOWHERE, index, prefix);
    }

    /** {@return the networks of all interfaces' addresses} */
    static List<LocalNetwork> localNetworks(NetlinkSocket socket) throws KernelException {
        List<LocalNetwork> networks = new ArrayList<>();
        NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP)
                .u8(AF_UNSPEC)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0);
        socket.dump(message, "list the addresses of the interfaces", answer -> {
            LocalNetwork network = localNetwork(answer);
            if (network != null) {
                networks.add(network);
            }
        });
        return networks;
    }

    /** Reads a struct ifaddrmsg with its attributes. */
    static @Nullable LocalNetwork localNetwork(ByteBuffer in) {
        int length = in.get(1) & 0xff;
        int index = in.getInt(4);
        int at = IFADDRMSG;
        while (at + 4 <= in.limit()) {
            int size = in.getShort(at) & 0xffff;
            if (size < 4 || at + size > in.limit()) {
                return null;
            }
            // IFA_ADDRESS is the network's side: on a point-to-point link the peer, elsewhere the own address
            if (in.getShort(at + 2) == IFA_ADDRESS) {
                byte[] bytes = new byte[size - 4];
                in.get(at + 4, bytes);
                try {
                    return new LocalNetwork(index, new Prefix(InetAddress.getByAddress(bytes), length));
                } catch (UnknownHostException e) {
                    return null; // an address family that is not IP
                }
            }
            at += NetlinkMessage.align(size);
        }
        return null;
    }

    /** struct ifinfomsg */
    private static NetlinkMessage link(int index, int flags, int change) {
        return new NetlinkMessage(RTM_SETLINK, NLM_F_ACK)
                .u8(AF_UNSPEC)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(flags)
                .u32(change);
    }

    /** struct ifaddrmsg */
    private static NetlinkMessage address(int type, int flags, int index, Prefix prefix) {
        byte[] bytes = prefix.address().getAddress();
        return new NetlinkMessage(type, NLM_F_ACK | flags)
                .u8(family(prefix))
                .u8(prefix.length())
                // the relay leases each address once: looking for a duplicate would only delay its use
                .u8(family(prefix) == AF_INET6 ? IFA_F_NODAD : 0)
                .u8(RT_SCOPE_UNIVERSE)
                .u32(index)
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
    }

    /** struct rtmsg */
    private static NetlinkMessage route(int type, int flags, int scope, int index, Prefix prefix) {
        return new NetlinkMessage(type, NLM_F_ACK | flags)
                .u8(family(prefix))
                .u8(prefix.length())
                .u8(0)
                .u8(0)
                .u8(RT_TABLE_MAIN)
                .u8(RTPROT_STATIC)
                .u8(scope)
                .u8(RTN_UNICAST)
                .u32(0)
                .attribute(RTA_DST, Networks.network(prefix).address().getAddress())
                .attribute32(RTA_OIF, index);
    }

    private static int family(Prefix prefix) {
        return prefix.address() instanceof Inet6Address ? AF_INET6 : AF_INET;
    }
}
