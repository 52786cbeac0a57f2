package io.mnedc.lab.bench.udp;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.net.Inet4Address;
import java.util.concurrent.locks.LockSupport;

/** Sends marked datagrams for a while, flat out or at a rate. */
final class Sender {
    private static final int BATCH = 64;
    private static final long NAP_NANOS = 50_000;

    // what is late is sent in a burst of at most this time's datagrams; the rest is given up
    private static final double BURST_SECONDS = 0.005;

    // bits/errno.h: the queue is full, or what was sent before was refused
    private static final int ENOBUFS = 105;
    private static final int ECONNREFUSED = 111;

    /**
     * What to send.
     *
     * @param mark the first four bytes of each datagram
     * @param size of a datagram
     * @param segments how many datagrams one buffer holds: more than one takes {@code UDP_SEGMENT}
     * @param rate datagrams per second, 0 for flat out
     */
    record Order(Inet4Address address, int port, int mark, int size, int segments, double rate, long nanos) {}

    /** What was sent in which time. */
    record Sent(long datagrams, long nanos) {}

    private final Order order;
    private final Datagrams batch;
    private final int socket;

    private Sender(Order order) {
        this.order = order;
        batch = new Datagrams(Math.max(1, BATCH / order.segments), order.size * order.segments);
        batch.mark(order.mark, order.size);
        socket = LinuxSocket.socket(LinuxSocket.AF_INET, LinuxSocket.SOCK_DGRAM, 0);
    }

    static Sent send(Order order) {
        Sender sender = new Sender(order);
        try {
            sender.connect();
            return sender.run();
        } finally {
            LinuxSocket.close(sender.socket);
        }
    }

    private void connect() {
        Memory address = Datagrams.socketAddress(order.address, order.port);
        LinuxSocket.connect(socket, Pointer.nativeValue(address), LinuxSocket.SOCKADDR);
        if (order.segments > 1) {
            Memory size = new Memory(Integer.BYTES);
            size.setInt(0, order.size);
            LinuxSocket.setsockopt(
                    socket, LinuxSocket.SOL_UDP, LinuxSocket.UDP_SEGMENT, Pointer.nativeValue(size), Integer.BYTES);
        }
    }

    private Sent run() {
        long begin = System.nanoTime();
        long buffers = 0;
        double forgiven = 0;
        double buffersPerNano = order.rate / order.segments / 1e9;
        double burst = Math.max(1, order.rate / order.segments * BURST_SECONDS);
        while (true) {
            long passed = System.nanoTime() - begin;
            if (passed >= order.nanos) {
                return new Sent(buffers * order.segments, passed);
            }
            int due = batch.count();
            if (order.rate > 0) {
                double owed = passed * buffersPerNano - buffers - forgiven;
                if (owed < 1) {
                    LockSupport.parkNanos(NAP_NANOS);
                    continue;
                }
                forgiven += Math.max(0, owed - burst);
                due = (int) Math.min(due, owed);
            }
            buffers += sendSome(due);
        }
    }

    private int sendSome(int count) {
        try {
            return LinuxSocket.sendmmsg(socket, batch.address(), count, 0);
        } catch (LastErrorException e) {
            if (e.getErrorCode() == ENOBUFS || e.getErrorCode() == ECONNREFUSED) {
                return 1; // sent and lost
            }
            throw e;
        }
    }
}
