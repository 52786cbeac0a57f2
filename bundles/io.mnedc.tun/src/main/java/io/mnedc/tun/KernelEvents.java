package io.mnedc.tun;

import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A socket on which the kernel tells of changes to interfaces, addresses or routes. For one thread. */
final class KernelEvents implements AutoCloseable {
    // groups of linux/rtnetlink.h, each a bit
    private static final int RTMGRP_LINK = 1;
    private static final int RTMGRP_IPV4_IFADDR = 0x10;
    private static final int RTMGRP_IPV4_ROUTE = 0x40;
    private static final int RTMGRP_IPV4_RULE = 0x80;
    private static final int RTMGRP_IPV6_IFADDR = 0x100;
    private static final int RTMGRP_IPV6_ROUTE = 0x400;
    private static final int RTMGRP_IPV6_RULE = 1 << 18;
    private static final int RTMGRP_NEXTHOP = 1 << 31;

    /** Changes of interfaces and their addresses. */
    static final int INTERFACES = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;

    /** Changes of where packets go. */
    static final int ROUTES =
            RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_RULE | RTMGRP_NEXTHOP;

    /** struct sockaddr_nl: family, padding, port, groups. */
    private static final int SOCKADDR_NL = 12;

    private static final int RECEIVE_BYTES = 16_384;

    /** So many messages are read in a row; more wait for the next time. The kernel's queue holds some hundreds. */
    private static final int MOST_AT_ONCE = 2_000;

    private final int fd;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES).order(ByteOrder.nativeOrder());
    private final long address = LibC.address(buffer);

    /** Whether what was read last was about the interface in question, and whether about others. */
    private boolean own;

    private boolean others;

    /** Begins to listen to {@link #INTERFACES} or {@link #ROUTES}. */
    KernelEvents(int groups) throws KernelException {
        fd = LibC.socket(
                LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.O_CLOEXEC | LibC.O_NONBLOCK, NetlinkSocket.NETLINK_ROUTE);
        if (fd < 0) {
            throw new KernelException("open a netlink socket", LibC.errno());
        }
        buffer.putShort(0, (short) LibC.AF_NETLINK)
                .putShort(2, (short) 0)
                .putInt(4, 0)
                .putInt(8, groups);
        if (LibC.bind(fd, address, SOCKADDR_NL) < 0) {
            int errno = LibC.errno();
            LibC.close(fd);
            throw new KernelException("listen to changes of the network", errno);
        }
    }

    /** {@return the descriptor, readable when something has changed} */
    int fd() {
        return fd;
    }

    /**
     * Takes what has been told so far. If the kernel could not keep all of it, everything counts as changed.
     *
     * @param index the interface in question
     */
    void drain(int index) throws KernelException {
        own = false;
        others = false;
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            long length = LibC.recv(fd, address, RECEIVE_BYTES, LibC.MSG_TRUNC | LibC.MSG_DONTWAIT);
            if (length >= 0 && length <= RECEIVE_BYTES) {
                read((int) length, index);
                continue;
            }
            int errno = length < 0 ? LibC.errno() : Errno.ENOBUFS;
            if (errno == Errno.EAGAIN) {
                return;
            }
            if (errno == Errno.ENOBUFS) {
                own = true;
                others = true;
            } else if (errno != Errno.EINTR) {
                throw new KernelException("hear of changes of the network", errno);
            }
        }
    }

    /** {@return whether the interface in question has changed, since the last drain but one} */
    boolean own() {
        return own;
    }

    /** {@return whether something else has} */
    boolean others() {
        return others;
    }

    private void read(int limit, int index) {
        int at = 0;
        while (at + NetlinkMessage.HEADER + 8 <= limit) {
            int length = buffer.getInt(at);
            int type = buffer.getShort(at + 4);
            if (length < NetlinkMessage.HEADER + 8 || length > limit - at) {
                return;
            }
            boolean interfaces = type == Rtnetlink.RTM_NEWLINK
                    || type == Rtnetlink.RTM_DELLINK
                    || type == Rtnetlink.RTM_NEWADDR
                    || type == Rtnetlink.RTM_DELADDR;
            // both struct ifinfomsg and struct ifaddrmsg have the index there
            if (interfaces && buffer.getInt(at + NetlinkMessage.HEADER + 4) == index) {
                own = true;
            } else {
                others = true;
            }
            at += NetlinkMessage.align(length);
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
