package io.mnedc.device;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.transport.DataStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * From the interface into the data stream, on a thread of its own. Packets are read side by side with room for a frame
 * header before each, so that a batch becomes a run of frames where it lies and leaves with one write. Nothing is
 * allocated, logged or locked per packet.
 */
final class Uplink {
    private static final int BATCH = 1 << 20;
    private static final int MOST_PACKETS = 512;
    private static final int SCRATCH = 256 << 10;
    private static final Duration END = Duration.ofSeconds(1);
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final TunDevice tun;
    private final Outlet outlet;
    private final PeerTable peers;
    private final Counters counters;
    private final Consumer<Exception> failed;
    private final Thread thread;

    private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH);
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final int[] lengths = new int[MOST_PACKETS];
    private final Segmenter segmenter = new Segmenter();
    private long frames;
    private long bytes;

    /**
     * Makes it; {@link #start} starts it.
     *
     * @param tun read until it is closed
     * @param outlet where frames go
     * @param peers what each peer is capable of
     * @param counters what is counted
     * @param failed told last, on the uplink's thread, that the interface failed or was closed
     */
    Uplink(TunDevice tun, Outlet outlet, PeerTable peers, Counters counters, Consumer<Exception> failed) {
        this.tun = tun;
        this.outlet = outlet;
        this.peers = peers;
        this.counters = counters;
        this.failed = failed;
        this.thread = new Thread(this::run, "mnedc-device-uplink-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        thread.setContextClassLoader(Uplink.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    /** Waits for the thread's end, after the interface has been closed. */
    void awaitEnd() {
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                batch.clear();
                forward(tun.read(batch, DataFrame.HEADER, lengths));
            }
        } catch (IOException | RuntimeException e) {
            // also when it was closed: its owner knows whether that was in order
            failed.accept(e);
        } catch (Throwable e) {
            // such as no memory: the owner begins anew, and nobody takes a dead interface for a good one
            failed.accept(new IOException("reading the interface failed: " + e, e));
        }
    }

    private void forward(int count) {
        Outlet.Route route = outlet.route();
        if (route == null) {
            counters.noStream.add(count);
            return;
        }
        peers.refresh();
        frames = 0;
        bytes = 0;
        synchronized (outlet) {
            frame(route, count);
        }
        counters.framesOut.add(frames);
        counters.bytesOut.add(bytes);
    }

    private void frame(Outlet.Route route, int count) {
        Membership self = route.membership();
        DataStream stream = route.stream();
        int at = 0;
        int run = 0;
        int nowhere = 0;
        for (int i = 0; i < count; i++) {
            int length = lengths[i];
            int packet = at + DataFrame.HEADER;
            int end = packet + length;
            int to = self.destination(batch, packet + VirtioNetHeader.SIZE, length - VirtioNetHeader.SIZE);
            boolean asItIs = to != Membership.NOWHERE && (Packets.needs(batch, packet) & ~peers.capabilities(to)) == 0;
            if (asItIs) {
                DataFrame.putHeader(batch, at, DataFrame.PACKET, self.node(), to, outlet.nextCounter(), length);
                frames++;
            } else {
                send(stream, batch, run, at);
                run = end;
                if (to == Membership.NOWHERE) {
                    nowhere++;
                } else {
                    cut(stream, self.node(), to, packet, length);
                }
            }
            at = end;
        }
        send(stream, batch, run, at);
        if (nowhere > 0) {
            counters.noDestination.add(nowhere);
        }
    }

    private void cut(DataStream stream, int from, int to, int packet, int length) {
        if (!segmenter.begin(batch, packet, length)) {
            counters.malformed.increment();
            return;
        }
        int at = 0;
        while (segmenter.more()) {
            if (at + DataFrame.HEADER + segmenter.nextSize() > SCRATCH) {
                send(stream, scratch, 0, at);
                at = 0;
            }
            int made = segmenter.next(scratch, at + DataFrame.HEADER);
            DataFrame.putHeader(scratch, at, DataFrame.PACKET, from, to, outlet.nextCounter(), made);
            at += DataFrame.HEADER + made;
        }
        send(stream, scratch, 0, at);
        frames++;
        counters.segmentedOut.increment();
    }

    private void send(DataStream stream, ByteBuffer from, int begin, int end) {
        if (end > begin) {
            stream.send(from, begin, end);
            from.clear();
            bytes += end - begin;
        }
    }
}
