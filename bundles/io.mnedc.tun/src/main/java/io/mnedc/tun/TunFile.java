package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * An open /dev/net/tun with its interface. The interface is not persistent: it vanishes with the descriptor, whatever
 * ends the process.
 *
 * @param fd the non-blocking descriptor
 * @param name the interface's name
 * @param offloads what the kernel may hand over without having done it
 */
record TunFile(int fd, String name, Set<TunOffload> offloads) {
    private static final String NODE = "/dev/net/tun";

    // linux/if_tun.h
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;

    // struct ifreq of linux/if.h: the name, then a union of up to 24 bytes
    private static final int IFREQ_FLAGS = 16;
    private static final int IFREQ_BYTES = 40;

    /**
     * Makes an interface, still without addresses and down.
     *
     * @param name its name, or a pattern with {@code %d}
     * @param offload whether to use what offloads there are
     */
    static TunFile open(String name, boolean offload) throws TunException {
        int fd = LibC.open(NODE, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw cannotOpen(LibC.errno());
        }
        try {
            TunFile file = attach(fd, name, offload);
            fd = -1;
            return file;
        } finally {
            if (fd >= 0) {
                LibC.close(fd);
            }
        }
    }

    /** Closes the descriptor, which removes the interface. */
    void close() {
        LibC.close(fd);
    }

    private static TunFile attach(int fd, String name, boolean offload) throws TunException {
        ByteBuffer memory = ByteBuffer.allocateDirect(IFREQ_BYTES).order(ByteOrder.nativeOrder());
        long address = LibC.address(memory);
        try {
            check(LibC.ioctl(fd, Ioctl.TUNGETFEATURES, address), "ask " + NODE + " for its features");
            if ((memory.getInt(0) & IFF_VNET_HDR) == 0) {
                throw new TunException(
                        Reason.UNSUPPORTED, "the kernel's TUN driver has no IFF_VNET_HDR; a newer kernel is needed");
            }
            String given = setInterface(fd, name, memory, address);
            memory.putInt(0, TunDevice.VNET_HEADER);
            check(LibC.ioctl(fd, Ioctl.TUNSETVNETHDRSZ, address), "set the header size of " + given);
            memory.putInt(0, 1);
            check(LibC.ioctl(fd, Ioctl.TUNSETVNETLE, address), "set the header's byte order of " + given);
            return new TunFile(fd, given, offload ? enableOffloads(fd, given) : Set.of());
        } catch (KernelException e) {
            throw e.toTunException();
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private static String setInterface(int fd, String name, ByteBuffer ifreq, long address)
            throws KernelException, TunException {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        ifreq.put(0, new byte[IFREQ_BYTES]).put(0, bytes);
        // EXCL: never join an interface that someone else made
        ifreq.putShort(IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL));
        if (LibC.ioctl(fd, Ioctl.TUNSETIFF, address) < 0) {
            int errno = LibC.errno();
            throw switch (errno) {
                case Errno.EBUSY ->
                    new TunException(
                            Reason.NAME_TAKEN,
                            "there is already an interface named " + name
                                    + "; choose another name in the setting tun.name (a %d in it finds a free number)");
                case Errno.EPERM, Errno.EACCES ->
                    new TunException(
                            Reason.NOT_PERMITTED,
                            "not permitted to make the interface " + name + ": this process lacks CAP_NET_ADMIN; "
                                    + KernelException.PRIVILEGE_CURE);
                case Errno.EINVAL ->
                    new TunException(
                            Reason.FAILED,
                            "the kernel refuses an interface named \"" + name
                                    + "\"; choose another name in the setting tun.name, with at most one %d and no other %");
                default -> new KernelException("make the interface " + name, errno).toTunException();
            };
        }
        byte[] given = new byte[IFREQ_FLAGS];
        ifreq.get(0, given);
        int length = 0;
        while (length < given.length && given[length] != 0) {
            length++;
        }
        return new String(given, 0, length, StandardCharsets.US_ASCII);
    }

    /** Tries the most first: a kernel refuses a set with a flag that it does not know. */
    private static Set<TunOffload> enableOffloads(int fd, String name) throws KernelException {
        int tso = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
        if (LibC.ioctl(fd, Ioctl.TUNSETOFFLOAD, tso | TUN_F_USO4 | TUN_F_USO6) >= 0) {
            return Set.copyOf(EnumSet.allOf(TunOffload.class));
        }
        if (LibC.ioctl(fd, Ioctl.TUNSETOFFLOAD, tso) >= 0) {
            return Set.copyOf(EnumSet.of(TunOffload.CHECKSUM, TunOffload.TSO4, TunOffload.TSO6));
        }
        if (LibC.ioctl(fd, Ioctl.TUNSETOFFLOAD, TUN_F_CSUM) >= 0) {
            return Set.of(TunOffload.CHECKSUM);
        }
        check(LibC.ioctl(fd, Ioctl.TUNSETOFFLOAD, 0), "switch the offloads of " + name + " off");
        return Set.of();
    }

    private static void check(int result, String action) throws KernelException {
        if (result < 0) {
            throw new KernelException(action, LibC.errno());
        }
    }

    private static TunException cannotOpen(int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                new TunException(
                        Reason.NO_DEVICE_NODE,
                        "there is no " + NODE + " (" + LibC.strerror(errno)
                                + "); load the kernel's module with \"modprobe tun\", and give a container the device,"
                                + " for example with --device " + NODE);
            case Errno.EPERM, Errno.EACCES ->
                new TunException(
                        Reason.NOT_PERMITTED,
                        "not permitted to open " + NODE + " (" + LibC.strerror(errno)
                                + "); make it readable and writable for this user (chmod 666 " + NODE
                                + "; it takes CAP_NET_ADMIN besides), and allow a container the device, for example with"
                                + " --device " + NODE);
            default -> new KernelException("open " + NODE, errno).toTunException();
        };
    }
}
