package io.mnedc.tun;

import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/** A socket to rtnetlink for a few requests by one thread. */
final class NetlinkSocket implements AutoCloseable {
    // linux/netlink.h, and linux/socket.h for the level
    static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;

    /** The kernel answers with at most this much at once (linux/netlink.h: NLMSG_GOODSIZE, and 32 KiB for dumps). */
    private static final int RECEIVE_BYTES = 65_536;

    /** The kernel answers before send returns; the bound is there so that nothing can hang. */
    private static final int ANSWER_MILLIS = 5_000;

    private final int fd;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(RECEIVE_BYTES + LibC.POLLFD_BYTES).order(ByteOrder.nativeOrder());
    private final long address = LibC.address(buffer);
    private int sequence;

    NetlinkSocket() throws KernelException {
        fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.O_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            throw new KernelException("open a netlink socket", LibC.errno());
        }
        // dumps are of what was asked for and no more; kernels before 5.0 do not know it and answer with all
        buffer.putInt(0, 1);
        LibC.setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, address, Integer.BYTES);
    }

    /** Has a request done. */
    void request(NetlinkMessage message, String action) throws KernelException {
        dump(message, action, answer -> {});
    }

    /**
     * Has a request done that is answered by messages.
     *
     * @param message the request
     * @param action what it does, for error messages
     * @param each is given every answer's part after the header, in native byte order
     */
    void dump(NetlinkMessage message, String action, Consumer<ByteBuffer> each) throws KernelException {
        sequence++;
        ByteBuffer out = message.finish(sequence);
        try {
            if (LibC.send(fd, LibC.address(out), out.remaining(), 0) < 0) {
                throw new KernelException(action, LibC.errno());
            }
        } finally {
            Reference.reachabilityFence(out);
        }
        boolean done = false;
        while (!done) {
            done = parse(receive(action), action, each);
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }

    private ByteBuffer receive(String action) throws KernelException {
        buffer.putInt(RECEIVE_BYTES, fd)
                .putShort(RECEIVE_BYTES + 4, LibC.POLLIN)
                .putShort(RECEIVE_BYTES + 6, (short) 0);
        int ready = LibC.poll(address + RECEIVE_BYTES, 1, ANSWER_MILLIS);
        if (ready == 0) {
            throw new KernelException(action, Errno.ETIMEDOUT);
        }
        long length = LibC.recv(fd, address, RECEIVE_BYTES, LibC.MSG_TRUNC);
        if (length < 0) {
            int errno = LibC.errno();
            if (errno == Errno.EINTR) {
                return receive(action);
            }
            throw new KernelException(action, errno);
        }
        if (length > RECEIVE_BYTES) {
            throw new KernelException(action, Errno.EMSGSIZE);
        }
        return buffer.duplicate().order(ByteOrder.nativeOrder()).position(0).limit((int) length);
    }

    /** {@return whether that was the last of the answer} */
    private boolean parse(ByteBuffer in, String action, Consumer<ByteBuffer> each) throws KernelException {
        while (in.remaining() >= NetlinkMessage.HEADER) {
            int start = in.position();
            int length = in.getInt(start);
            if (length < NetlinkMessage.HEADER || length > in.remaining()) {
                throw new KernelException(action, Errno.EBADMSG);
            }
            int type = in.getShort(start + 4);
            if (in.getInt(start + 8) == sequence) {
                if (type == NLMSG_DONE) {
                    return true;
                }
                if (type == NLMSG_ERROR) {
                    int errno = -in.getInt(start + NetlinkMessage.HEADER);
                    if (errno != 0) {
                        throw new KernelException(action, errno);
                    }
                    return true;
                }
                each.accept(in.slice(start + NetlinkMessage.HEADER, length - NetlinkMessage.HEADER)
                        .order(ByteOrder.nativeOrder()));
            }
            in.position(Math.min(in.limit(), start + NetlinkMessage.align(length)));
        }
        return false;
    }
}
