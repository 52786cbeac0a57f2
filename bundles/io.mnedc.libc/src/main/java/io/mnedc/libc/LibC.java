package io.mnedc.libc;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Calls of the C library of 64-bit Linux, one to one. A call that fails returns -1 and leaves its reason in
 * {@link #errno()}; nothing is thrown and nothing is allocated.
 *
 * <p>Memory is passed as a plain address, see {@link #address(ByteBuffer)}: the caller answers for bounds and keeps the
 * buffer reachable during the call. All methods may be called by any thread and block as the call itself does.
 *
 * <p>The class fails to initialise (a {@link LinkageError}) where JNA or one of the functions is missing. A
 * caller that may run elsewhere checks the platform first.
 */
public final class LibC {
    /** {@code O_RDWR} of asm-generic/fcntl.h. */
    public static final int O_RDWR = 0x2;
    /** {@code O_NONBLOCK} of asm-generic/fcntl.h. */
    public static final int O_NONBLOCK = 0x800;
    /** {@code O_CLOEXEC} of asm-generic/fcntl.h; also {@code EFD_CLOEXEC} and {@code SOCK_CLOEXEC}. */
    public static final int O_CLOEXEC = 0x80000;
    /** {@code POLLIN} of asm-generic/poll.h. */
    public static final short POLLIN = 0x1;
    /** {@code POLLOUT} of asm-generic/poll.h. */
    public static final short POLLOUT = 0x4;
    /** {@code POLLERR} of asm-generic/poll.h. */
    public static final short POLLERR = 0x8;
    /** The bytes of a {@code struct pollfd}: descriptor (32 bits), events (16), returned events (16). */
    public static final int POLLFD_BYTES = 8;
    /** {@code AF_NETLINK} of linux/socket.h. */
    public static final int AF_NETLINK = 16;
    /** {@code SOCK_RAW} of linux/net.h. */
    public static final int SOCK_RAW = 3;
    /** {@code MSG_TRUNC} of linux/socket.h: recv tells the true length of a message that was cut. */
    public static final int MSG_TRUNC = 0x20;

    /** {@code MSG_DONTWAIT} of linux/socket.h. */
    public static final int MSG_DONTWAIT = 0x40;
    /** {@code SOL_SOCKET} of asm-generic/socket.h. */
    public static final int SOL_SOCKET = 1;
    /** {@code SO_PROTOCOL} of asm-generic/socket.h. */
    public static final int SO_PROTOCOL = 38;
    /** {@code IPPROTO_TCP} of linux/in.h; also {@code SOL_TCP}. */
    public static final int IPPROTO_TCP = 6;
    /** {@code TCP_MAXSEG} of linux/tcp.h. */
    public static final int TCP_MAXSEG = 2;
    /** {@code TCP_INFO} of linux/tcp.h. */
    public static final int TCP_INFO = 11;

    static {
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    /** {@code open(2)}. {@return a descriptor, or -1} */
    public static native int open(String path, int flags);

    /** {@code close(2)}. {@return 0, or -1} */
    public static native int close(int fd);

    /** {@code ioctl(2)}; the argument is a value or an address. {@return 0 or more, or -1} */
    public static native int ioctl(int fd, long request, long argument);

    /** {@code read(2)}. {@return the bytes read, or -1} */
    public static native long read(int fd, long address, long size);

    /** {@code write(2)}. {@return the bytes written, or -1} */
    public static native long write(int fd, long address, long size);

    /** {@code poll(2)} over {@code count} pollfd structures. {@return how many are ready, 0 on time-out, or -1} */
    public static native int poll(long pollfds, long count, int timeoutMillis);

    /** {@code eventfd(2)}. {@return a descriptor, or -1} */
    public static native int eventfd(int initial, int flags);

    /** {@code socket(2)}. {@return a descriptor, or -1} */
    public static native int socket(int domain, int type, int protocol);

    /** {@code bind(2)} to the socket address at an address. {@return 0, or -1} */
    public static native int bind(int fd, long address, int size);

    /** {@code setsockopt(2)} with the value at an address. {@return 0, or -1} */
    public static native int setsockopt(int fd, int level, int option, long address, int size);

    /** {@code send(2)}. {@return the bytes sent, or -1} */
    public static native long send(int fd, long address, long size, int flags);

    /** {@code recv(2)}. {@return the bytes received, or -1} */
    public static native long recv(int fd, long address, long size, int flags);

    /** {@code getsockname(2)}; the size, 32 bits, is told and returned at an address. {@return 0, or -1} */
    public static native int getsockname(int fd, long address, long size);

    /** {@code getpeername(2)}; the size, 32 bits, is told and returned at an address. {@return 0, or -1} */
    public static native int getpeername(int fd, long address, long size);

    /** {@code getsockopt(2)}; the size, 32 bits, is told and returned at an address. {@return 0, or -1} */
    public static native int getsockopt(int fd, int level, int option, long address, long size);

    /** {@code if_nametoindex(3)}. {@return the interface's index, or 0} */
    public static native int if_nametoindex(String name);

    /** {@code if_indextoname(3)}; the name, at most 16 bytes with its end, is told at an address. {@return that address, or 0} */
    public static native long if_indextoname(int index, long address);

    /** {@code strerror(3)}. {@return the error in words} */
    public static native String strerror(int errno);

    /** {@return why the calling thread's last call failed, see {@link Errno}; meaningful only after a -1} */
    public static int errno() {
        return Native.getLastError();
    }

    /**
     * Tells where a buffer's memory is.
     *
     * @param buffer a direct buffer
     * @return the address of its byte 0, whatever its position
     * @throws IllegalArgumentException if the buffer is not direct
     */
    public static long address(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("a direct buffer is needed");
        }
        return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    }
}
