package io.mnedc.transport;

import java.io.IOException;

/**
 * How large a socket's send buffer (SO_SNDBUF) should be. What is in it can neither be dropped nor overtaken. So it should
 * hold what the link carries in a fraction of a second, whatever its rate. The size follows the rate at which the socket
 * takes bytes while more of them wait. The caller locks.
 */
final class SendBuffer {
    /** Where a connection begins: with what the kernel adds, what 10 Mbit/s carry in a tenth of a second. */
    static final int FIRST = 64 << 10;

    /** Below this the kernel's bookkeeping leaves no room for a segment or two. */
    static final int LEAST = 16 << 10;

    /** Beyond the round trips, which the link needs to be full: for a peer that is late to acknowledge. */
    private static final double SLACK_SECONDS = 0.05;

    /** Linux doubles the size that it is given, to have room for its bookkeeping: socket(7). */
    private static final int KERNEL_FACTOR = 2;

    /** Where the round trip was not seen, or while the other end thought; a smaller buffer would make the way slow. */
    private static final double MOST_ROUND_TRIPS_SECONDS = 0.4;

    private static final long SAMPLE_NANOS = 100_000_000;
    /** Samples of a shorter time are of what fits into the socket at once. */
    private static final long LEAST_SAMPLE_NANOS = 1_000_000;

    /** Less in a sample's time is no transfer, and tells nothing of one. */
    private static final int LEAST_TRANSFER = 4 << 10;

    /** So many samples of a transfer that is never refused tell what it needs: a second of it. */
    private static final int TRANSFER_SAMPLES = 10;

    /** Of so many round trips the shortest counts: the others waited for something else. */
    private static final int ROUND_TRIPS = 4;

    /** What changes the size. */
    @FunctionalInterface
    interface Socket {
        void sendBuffer(int bytes) throws IOException;
    }

    private final Socket socket;
    private final int most;
    private double seconds = SLACK_SECONDS + MOST_ROUND_TRIPS_SECONDS;
    private final long[] roundTrips = new long[ROUND_TRIPS];
    private int roundTripsSeen;
    private int size;
    private boolean waiting;
    private long since;
    private long taken;
    private long sampleSince;
    private long sampled;
    private long mostSampled;
    private int samples;

    /**
     * Changes nothing yet: {@link #open} begins.
     *
     * @param most the largest size; 0 for a buffer that is left to the kernel
     * @param socket whose buffer it is
     */
    SendBuffer(int most, Socket socket) {
        this.socket = socket;
        this.most = most;
        this.size = Math.min(FIRST, most);
    }

    /** Sets the first size. */
    void open() throws IOException {
        if (most > 0) {
            socket.sendBuffer(size);
        }
    }

    /** The time that something took to be answered when hardly anything was in its way. */
    void roundTrip(long nanos) {
        roundTrips[roundTripsSeen++ % ROUND_TRIPS] = nanos;
        long shortest = nanos;
        for (int i = 0; i < Math.min(roundTripsSeen, ROUND_TRIPS); i++) {
            shortest = Math.min(shortest, roundTrips[i]);
        }
        seconds = SLACK_SECONDS + Math.min(MOST_ROUND_TRIPS_SECONDS, 2 * shortest / 1e9);
    }

    /**
     * Bytes have been taken at once, with nothing waiting. A buffer that a faster way has left may hold seconds of what a
     * sender has under way and still refuse nothing; so it shrinks to what the fastest tenth of a second of a lasting
     * transfer needs.
     *
     * @param bytes how many
     */
    void went(int bytes, long now) throws IOException {
        if (now - sampleSince >= SAMPLE_NANOS) {
            if (sampled >= LEAST_TRANSFER) {
                mostSampled = Math.max(mostSampled, sampled);
                samples++;
            }
            sampleSince = now;
            sampled = 0;
        }
        sampled += bytes;
        if (samples == TRANSFER_SAMPLES) {
            double wanted = mostSampled * (1e9 / SAMPLE_NANOS) * seconds / KERNEL_FACTOR;
            if (most > 0 && wanted < size) {
                resize(wanted);
            }
            samples = 0;
            mostSampled = 0;
        }
    }

    /**
     * Some bytes have been taken by the socket, or it has become writable.
     *
     * @param bytes how many
     * @param full whether it has refused others now
     */
    void took(int bytes, boolean full, long now) throws IOException {
        if (most == 0) {
            return;
        }
        if (!waiting) {
            begin(full, now);
            return;
        }
        taken += bytes;
        if (taken == 0 && !full) {
            // all that waited was dropped meanwhile; the kernel calls a buffer writable when a third of it is free
            taken = size / 2;
        }
        long nanos = now - since;
        if (nanos >= SAMPLE_NANOS || (taken >= size && nanos >= LEAST_SAMPLE_NANOS)) {
            fit(taken * 1e9 / nanos);
            begin(full, now);
        } else if (!full) {
            waiting = false;
        }
    }

    private void begin(boolean full, long now) {
        waiting = full;
        since = now;
        taken = 0;
    }

    private void fit(double bytesPerSecond) throws IOException {
        resize(bytesPerSecond * seconds / KERNEL_FACTOR);
    }

    private void resize(double wanted) throws IOException {
        int next = (int) Math.max(Math.min(LEAST, most), Math.min(most, wanted));
        // a change costs a system call
        if (next > size + size / 4 || next < size - size / 4) {
            size = next;
            socket.sendBuffer(size);
        }
    }
}
