package io.mnedc.lab.bench.udp;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;

/** The system calls that Java has no words for: many datagrams at once, and {@code UDP_SEGMENT}. 64-bit Linux only. */
final class LinuxSocket {
    // bits/socket.h, asm-generic/socket.h, linux/udp.h
    static final int AF_INET = 2;
    static final int SOCK_DGRAM = 2;
    static final int SOL_SOCKET = 1;
    static final int SO_RCVBUFFORCE = 33;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int MSG_WAITFORONE = 0x10000;

    // sizes and offsets of struct sockaddr_in, iovec, msghdr, mmsghdr on 64-bit Linux
    static final int SOCKADDR = 16;
    static final int IOVEC = 16;
    static final int MMSGHDR = 64;
    static final int MSG_IOV = 16;
    static final int MSG_IOVLEN = 24;
    static final int MSG_LEN = 56;

    static {
        Native.register(LinuxSocket.class, "c");
    }

    private LinuxSocket() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int bind(int socket, long address, int length) throws LastErrorException;

    static native int connect(int socket, long address, int length) throws LastErrorException;

    static native int setsockopt(int socket, int level, int option, long value, int length) throws LastErrorException;

    static native int sendmmsg(int socket, long messages, int count, int flags) throws LastErrorException;

    static native int recvmmsg(int socket, long messages, int count, int flags, long timeout) throws LastErrorException;

    static native int close(int socket) throws LastErrorException;
}
