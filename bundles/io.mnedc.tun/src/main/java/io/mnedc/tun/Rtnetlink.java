package io.mnedc.tun;

import static io.mnedc.tun.NetlinkMessage.NLM_F_ACK;
import static io.mnedc.tun.NetlinkMessage.NLM_F_APPEND;
import static io.mnedc.tun.NetlinkMessage.NLM_F_CREATE;
import static io.mnedc.tun.NetlinkMessage.NLM_F_DUMP;
import static io.mnedc.tun.NetlinkMessage.NLM_F_EXCL;

import io.mnedc.api.tun.TunSettings.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The requests of rtnetlink(7) that an interface needs. */
final class Rtnetlink {
    // linux/rtnetlink.h
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTMSG = 12;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_TABLE = 15;
    private static final int RTPROT_KERNEL = 2;
    private static final int RTPROT_STATIC = 4;
    private static final int RTM_F_LOOKUP_TABLE = 0x1000;
    private static final int RTM_F_FIB_MATCH = 0x2000;

    /** What the kernel gives the route of an IPv6 address (IP6_RT_PRIO_ADDRCONF of net/ip6_route.h). */
    private static final int ADDRESS_METRIC_IPV6 = 256;

    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_NOWHERE = 255;
    // linux/if_addr.h
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFADDRMSG = 8;
    // linux/if_link.h
    private static final int IFINFOMSG = 16;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_CARRIER = 33;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int IN6_ADDR_GEN_MODE_NONE = 1;
    // linux/if.h
    private static final int IFF_UP = 0x1;

    private static final int IFF_LOWER_UP = 0x10000;
    private static final int IFF_MULTICAST = 0x1000;
    // linux/socket.h
    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private Rtnetlink() {}

    /** {@return a request that keeps the kernel from making up IPv6 addresses, and soliciting routers with them} */
    static NetlinkMessage noGeneratedAddresses(int index) {
        NetlinkMessage message = link(RTM_SETLINK, index, 0, 0);
        int afSpec = message.begin(IFLA_AF_SPEC);
        int inet6 = message.begin(AF_INET6);
        message.attribute8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
        return message.end(inet6).end(afSpec);
    }

    /** {@return a request that brings an interface up, with or without multicast, with a queue of the given length} */
    static NetlinkMessage up(int index, int queueLength, boolean multicast) {
        int flags = multicast ? IFF_UP | IFF_MULTICAST : IFF_UP;
        return link(RTM_SETLINK, index, flags, IFF_UP | IFF_MULTICAST).attribute32(IFLA_TXQLEN, queueLength);
    }

    /** {@return a request that says whether an interface carries multicast} */
    static NetlinkMessage multicast(int index, boolean multicast) {
        return link(RTM_SETLINK, index, multicast ? IFF_MULTICAST : 0, IFF_MULTICAST);
    }

    /** {@return a request that takes an interface down} */
    static NetlinkMessage down(int index) {
        return link(RTM_SETLINK, index, 0, IFF_UP);
    }

    /** {@return a request that switches the carrier on} */
    static NetlinkMessage carrier(int index) {
        return link(RTM_SETLINK, index, 0, 0).attribute8(IFLA_CARRIER, 1);
    }

    /** {@return a request that sets the MTU} */
    static NetlinkMessage mtu(int index, int mtu) {
        return link(RTM_SETLINK, index, 0, 0).attribute32(IFLA_MTU, mtu);
    }

    static NetlinkMessage addAddress(int index, Prefix prefix) {
        return address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, prefix);
    }

    static NetlinkMessage removeAddress(int index, Prefix prefix) {
        return address(RTM_DELADDR, 0, index, prefix);
    }

    static NetlinkMessage addRoute(int index, Prefix prefix) {
        int scope = family(prefix) == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        return route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, scope, index, prefix, RTPROT_STATIC);
    }

    /**
     * Asks for the route that comes with an address, or for one of the settings, once more. It is added beside others to
     * the same network; if it is there, the answer is EEXIST.
     *
     * @param source the address that it comes with; null if it comes with none
     */
    static NetlinkMessage restoreRoute(int index, Prefix prefix, @Nullable InetAddress source) {
        boolean ipv4 = family(prefix) == AF_INET;
        NetlinkMessage message = route(
                RTM_NEWROUTE,
                NLM_F_CREATE | (ipv4 ? NLM_F_APPEND : 0),
                ipv4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
                index,
                prefix,
                source == null ? RTPROT_STATIC : RTPROT_KERNEL);
        if (source != null && ipv4) {
            message.attribute(RTA_PREFSRC, source.getAddress());
        } else if (source != null) {
            message.attribute32(RTA_PRIORITY, ADDRESS_METRIC_IPV6);
        }
        return message;
    }

    static NetlinkMessage removeRoute(int index, Prefix prefix) {
        return route(RTM_DELROUTE, 0, RT_SCOPE_NOWHERE, index, prefix, RTPROT_STATIC);
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

    /** Reads the network of a struct ifaddrmsg with its attributes. */
    static @Nullable LocalNetwork localNetwork(ByteBuffer in) {
        // IFA_ADDRESS is the network's side: on a point-to-point link the peer, elsewhere the own address
        return network(in, new Attributes(in, IFADDRMSG).address(IFA_ADDRESS));
    }

    /** Reads the interface's own address of a struct ifaddrmsg with its attributes. */
    static @Nullable LocalNetwork ownAddress(ByteBuffer in) {
        InetAddress local = new Attributes(in, IFADDRMSG).address(IFA_LOCAL);
        return local == null ? localNetwork(in) : network(in, local);
    }

    private static @Nullable LocalNetwork network(ByteBuffer in, @Nullable InetAddress address) {
        int length = in.get(1) & 0xff;
        return address == null || length > address.getAddress().length * 8
                ? null
                : new LocalNetwork(in.getInt(4), new Prefix(address, length));
    }

    /** {@return a request for one interface} */
    static NetlinkMessage getLink(int index) {
        return link(RTM_GETLINK, index, 0, 0);
    }

    /** {@return a request for the addresses of one interface, which an old kernel answers with those of all} */
    static NetlinkMessage getAddresses(int index) {
        return new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP)
                .u8(AF_UNSPEC)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(index);
    }

    /** Reads a struct ifinfomsg with its attributes; null if it is of another interface. */
    static @Nullable LinkFacts linkFacts(ByteBuffer in, int index, List<Prefix> addresses) {
        if (in.limit() < IFINFOMSG || in.getInt(4) != index) {
            return null;
        }
        Attributes attributes = new Attributes(in, IFINFOMSG);
        boolean up = (in.getInt(8) & IFF_UP) != 0;
        boolean carrier = (in.getInt(8) & IFF_LOWER_UP) != 0;
        return new LinkFacts(attributes.text(IFLA_IFNAME), up, carrier, attributes.u32(IFLA_MTU, 0), addresses);
    }

    /**
     * Asks where packets go.
     *
     * @param to their destination
     * @param from their source; null if it is not chosen yet
     * @param asWritten whether the answer shall be the route as it was written, and not what becomes of it
     */
    static NetlinkMessage lookup(InetAddress to, @Nullable InetAddress from, boolean asWritten) {
        int bits = to.getAddress().length * 8;
        NetlinkMessage message = new NetlinkMessage(RTM_GETROUTE, NLM_F_ACK)
                .u8(family(to))
                .u8(bits)
                .u8(from == null ? 0 : bits)
                .u8(0)
                .u32(0)
                // IPv6 tells the table unasked, and refuses to be asked
                .u32((bits == 32 ? RTM_F_LOOKUP_TABLE : 0) | (asWritten ? RTM_F_FIB_MATCH : 0))
                .attribute(RTA_DST, to.getAddress());
        return from == null ? message : message.attribute(RTA_SRC, from.getAddress());
    }

    /** {@return a request for all routes of a type, which an old kernel answers with those of all types} */
    static NetlinkMessage getRoutes(InetAddress family, int type) {
        return new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP)
                .u8(family(family))
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(type)
                .u32(0);
    }

    /**
     * Reads a struct rtmsg with its attributes.
     *
     * @param any an address of the family that is expected
     * @return null if it is of another family
     */
    static @Nullable Route route(ByteBuffer in, InetAddress any) {
        if (in.limit() < RTMSG || in.get(0) != family(any)) {
            return null;
        }
        Attributes attributes = new Attributes(in, RTMSG);
        InetAddress destination = attributes.address(RTA_DST);
        int length = in.get(1) & 0xff;
        if (length > any.getAddress().length * 8) {
            return null;
        }
        return new Route(
                in.get(7) & 0xff,
                new Prefix(destination == null ? any : destination, length),
                attributes.address(RTA_GATEWAY),
                attributes.u32(RTA_OIF, 0),
                attributes.u32(RTA_TABLE, in.get(4) & 0xff),
                attributes.u32(RTA_PRIORITY, 0),
                attributes.address(RTA_PREFSRC));
    }

    /** struct ifinfomsg */
    private static NetlinkMessage link(int type, int index, int flags, int change) {
        return new NetlinkMessage(type, NLM_F_ACK)
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
    private static NetlinkMessage route(int type, int flags, int scope, int index, Prefix prefix, int protocol) {
        return new NetlinkMessage(type, NLM_F_ACK | flags)
                .u8(family(prefix))
                .u8(prefix.length())
                .u8(0)
                .u8(0)
                .u8(Route.TABLE_MAIN)
                .u8(protocol)
                .u8(scope)
                .u8(Route.UNICAST)
                .u32(0)
                .attribute(RTA_DST, Networks.network(prefix).address().getAddress())
                .attribute32(RTA_OIF, index);
    }

    private static int family(Prefix prefix) {
        return family(prefix.address());
    }

    private static int family(InetAddress address) {
        return address instanceof Inet6Address ? AF_INET6 : AF_INET;
    }
}
