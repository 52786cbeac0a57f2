package io.mnedc.lab.bench.udp;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Counts the datagrams that arrive with the present mark. */
final class Receiver {
    private static final int BATCH = 64;
    private static final int LARGEST = 2048;

    // large enough that what is lost is lost on the way
    private static final int BUFFER = 8 << 20;

    private final int socket;
    private int mark;
    private long datagrams;
    private long first;
    private long last;

    /** What arrived so far, and when, by {@link System#nanoTime}. */
    record Received(long datagrams, long first, long last) {}

    Receiver(int port) throws UnknownHostException {
        socket = LinuxSocket.socket(LinuxSocket.AF_INET, LinuxSocket.SOCK_DGRAM, 0);
        Memory size = new Memory(Integer.BYTES);
        size.setInt(0, BUFFER);
        LinuxSocket.setsockopt(
                socket, LinuxSocket.SOL_SOCKET, LinuxSocket.SO_RCVBUFFORCE, Pointer.nativeValue(size), Integer.BYTES);
        Memory any = Datagrams.socketAddress((Inet4Address) InetAddress.getByAddress(new byte[4]), port);
        LinuxSocket.bind(socket, Pointer.nativeValue(any), LinuxSocket.SOCKADDR);
    }

    /** Receives for ever. */
    void run() {
        Datagrams batch = new Datagrams(BATCH, LARGEST);
        while (true) {
            int arrived = LinuxSocket.recvmmsg(socket, batch.address(), batch.count(), LinuxSocket.MSG_WAITFORONE, 0);
            count(batch, arrived);
        }
    }

    /** From now on, only datagrams with this mark count. */
    synchronized void expect(int nextMark) {
        mark = nextMark;
        datagrams = 0;
        first = 0;
        last = System.nanoTime();
    }

    synchronized Received received() {
        return new Received(datagrams, first, last);
    }

    private synchronized void count(Datagrams batch, int arrived) {
        long now = System.nanoTime();
        int counted = 0;
        for (int i = 0; i < arrived; i++) {
            if (batch.length(i) >= Integer.BYTES && batch.mark(i) == mark) {
                counted++;
            }
        }
        if (counted > 0) {
            first = datagrams == 0 ? now : first;
            last = now;
            datagrams += counted;
        }
    }
}
