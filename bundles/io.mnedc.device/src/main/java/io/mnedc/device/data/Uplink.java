package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.tun.TunDevice;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.common.Counters;
import io.mnedc.device.network.Membership;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.packet.Coalescer;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.seal.Sealer;
import io.mnedc.transport.Daemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From the interface to the paths of the peers, on a thread of its own. Packets are read side by side, with room for a
 * frame header before each. So a batch becomes a run of frames in place, and leaves with one write. Nothing is allocated,
 * logged or locked per packet.
 */
public final class Uplink {
    /** Two super-packets: more of them delay each other and leave the processor's cache. */
    private static final int BATCH = 160 << 10;

    private static final int MOST_PACKETS = 512;

    /** Bytes made ready before they are sent: so that the relay and the peer work while the rest is made ready. */
    private static final int RUN = 64 << 10;

    private static final Duration END = Duration.ofSeconds(1);
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final TunDevice tun;
    private final FrameSender sender;
    private final PeerTable peers;
    private final PeerKeys keys;
    private final LocalAnswers local;
    private final Replicator several;
    private final Counters counters;
    private final Consumer<Exception> failed;
    private final Thread thread;

    private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH);
    private final int[] lengths = new int[MOST_PACKETS];
    private final Cutter cutter;
    private final Coalescer coalescer = new Coalescer();
    private long frames;
    private long bytes;

    /**
     * Nothing is read before {@link #start}.
     *
     * @param tun read until it is closed
     * @param sender where frames go
     * @param peers what each peer is capable of
     * @param keys what seals for each peer
     * @param local takes what services of this host answer
     * @param several sends what is for several devices
     * @param counters what is counted
     * @param failed told last, on the uplink's thread, that the interface failed or was closed
     */
    public Uplink(
            TunDevice tun,
            FrameSender sender,
            PeerTable peers,
            PeerKeys keys,
            LocalAnswers local,
            Replicator several,
            Counters counters,
            Consumer<Exception> failed) {
        this.tun = tun;
        this.sender = sender;
        this.peers = peers;
        this.keys = keys;
        this.local = local;
        this.several = several;
        this.cutter = new Cutter(sender, counters);
        this.counters = counters;
        this.failed = failed;
        this.thread = Daemon.thread("mnedc-device-uplink-" + THREADS.incrementAndGet(), this::run);
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
                int gap = gap();
                batch.clear().limit(BATCH - gap);
                int count = tun.read(batch, DataFrame.HEADER + gap, lengths);
                batch.clear();
                forward(count, gap);
            }
        } catch (IOException | RuntimeException e) {
            // also when it was closed: its owner knows whether that was in order
            failed.accept(e);
        } catch (Throwable e) {
            // such as no memory: the owner starts again, and nobody takes a dead interface for a good one
            failed.accept(new IOException("reading the interface failed: " + e, e));
        }
    }

    /**
     * Bytes between a packet and the header of the next frame: a tag's, unless it is known that nothing is sealed. Then
     * frames lie side by side, sealed or not.
     */
    private int gap() {
        PeerRoutes routes = sender.routes();
        return routes == null || routes.membership().sealed() ? DataFrame.TAG : 0;
    }

    private void forward(int count, int gap) {
        PeerRoutes routes = sender.routes();
        if (routes == null || (routes.membership().sealed() && gap == 0)) {
            // between two sessions, of which only the second one seals: the next batch leaves room for tags
            counters.noStream.add(count);
            return;
        }
        frames = 0;
        bytes = 0;
        synchronized (sender) {
            frame(routes, count, gap);
        }
        counters.framesOut.add(frames);
        counters.bytesOut.add(bytes);
    }

    @GuardedBy("sender")
    private void frame(PeerRoutes routes, int count, int gap) {
        Membership self = routes.membership();
        RouteTable table = self.routes();
        FrameSink path = routes.relay();
        int tag = self.sealed() ? DataFrame.TAG : 0;
        int at = gap;
        int run = at;
        int nowhere = 0;
        int joined = 0;
        for (int i = 0; i < count; i++) {
            int packet = at + DataFrame.HEADER;
            int to = table.destination(batch, packet + VirtioNetHeader.SIZE, lengths[i] - VirtioNetHeader.SIZE);
            if (to == Protocol.RELAY_NODE && local.take(self, batch, packet, lengths[i])) {
                send(path, batch, run, at);
                at = packet + lengths[i] + gap;
                run = at;
                continue;
            }
            int capabilities = to == RouteTable.NOWHERE ? 0 : peers.capabilities(to);
            int length = lengths[i];
            int next = packet + length + gap;
            if ((capabilities & Protocol.CAN_USO) != 0) {
                int more = coalescer.join(batch, packet, lengths, i, count, gap + DataFrame.HEADER);
                i += more;
                joined += more;
                length = coalescer.length();
                next = coalescer.end() + gap;
            }
            int end = packet + length + tag;
            Sealer sealer = tag == 0 || to == RouteTable.NOWHERE ? null : keys.sealer(to);
            boolean ready = to != RouteTable.NOWHERE && (tag == 0 || sealer != null);
            if (ready && (Packets.needs(batch, packet) & ~capabilities) == 0) {
                FrameSink its = routes.to(to);
                if (its != path) {
                    send(path, batch, run, at);
                    run = at;
                    path = its;
                }
                sender.put(batch, at, DataFrame.PACKET, self.node(), to, sealer, length);
                frames++;
                if (end != next || end - run >= RUN) {
                    send(path, batch, run, end);
                    run = next;
                }
            } else {
                send(path, batch, run, at);
                run = next;
                if (to == RouteTable.NOWHERE) {
                    nowhere += several.send(routes, batch, packet, length) ? 0 : 1;
                } else if (ready) {
                    cut(routes, to, sealer, packet, length);
                } else {
                    keys.await(to, DataFrame.PACKET, batch, packet, length, System.nanoTime());
                }
            }
            at = next;
        }
        send(path, batch, run, at);
        if (nowhere > 0) {
            counters.noDestination.add(nowhere);
        }
        if (joined > 0) {
            counters.joinedOut.add(joined);
        }
    }

    @GuardedBy("sender")
    @SuppressWarnings("GuardedBy") // the cutter has the same sender, and asserts it
    private void cut(PeerRoutes routes, int to, @Nullable Sealer sealer, int packet, int length) {
        long sent = cutter.cut(routes, to, sealer, batch, packet, length);
        bytes += sent;
        frames += sent > 0 ? 1 : 0;
    }

    private void send(FrameSink path, ByteBuffer from, int begin, int end) {
        if (end > begin) {
            path.send(from, begin, end);
            from.clear();
            bytes += end - begin;
        }
    }
}
