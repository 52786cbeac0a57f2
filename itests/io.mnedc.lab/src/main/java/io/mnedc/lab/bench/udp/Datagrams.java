package io.mnedc.lab.bench.udp;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.net.Inet4Address;

/** Buffers for a batch of datagrams and the structures that describe them to the kernel. */
final class Datagrams {
    private final int count;
    private final int capacity;
    private final Memory content;
    private final Memory vectors;
    private final Memory headers;

    /** So many buffers of this many bytes each. */
    Datagrams(int count, int capacity) {
        this.count = count;
        this.capacity = capacity;
        content = new Memory((long) count * capacity);
        vectors = new Memory((long) count * LinuxSocket.IOVEC);
        headers = new Memory((long) count * LinuxSocket.MMSGHDR);
        content.clear();
        headers.clear();
        for (int i = 0; i < count; i++) {
            Pointer vector = vectors.share((long) i * LinuxSocket.IOVEC);
            vector.setPointer(0, content.share((long) i * capacity));
            vector.setLong(8, capacity);
            Pointer header = headers.share((long) i * LinuxSocket.MMSGHDR);
            header.setPointer(LinuxSocket.MSG_IOV, vector);
            header.setLong(LinuxSocket.MSG_IOVLEN, 1);
        }
    }

    /** The array of {@code struct mmsghdr}. */
    long address() {
        return Pointer.nativeValue(headers);
    }

    int count() {
        return count;
    }

    /** Length of a received datagram. */
    int length(int index) {
        return headers.getInt((long) index * LinuxSocket.MMSGHDR + LinuxSocket.MSG_LEN);
    }

    /** First four bytes of a datagram. */
    int mark(int index) {
        return content.getInt((long) index * capacity);
    }

    /** Writes four bytes at the begin of each piece of this size of all datagrams. */
    void mark(int mark, int every) {
        for (long at = 0; at + Integer.BYTES <= (long) count * capacity; at += every) {
            content.setInt(at, mark);
        }
    }

    /** A {@code struct sockaddr_in}. */
    static Memory socketAddress(Inet4Address address, int port) {
        Memory memory = new Memory(LinuxSocket.SOCKADDR);
        memory.clear();
        memory.setShort(0, (short) LinuxSocket.AF_INET);
        memory.setByte(2, (byte) (port >> 8));
        memory.setByte(3, (byte) port);
        memory.write(4, address.getAddress(), 0, 4);
        return memory;
    }
}
