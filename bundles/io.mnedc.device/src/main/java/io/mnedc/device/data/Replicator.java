package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.DataFrame;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Outgoing;
import io.mnedc.device.network.Membership;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.seal.Sealer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a packet that is for several devices: a copy for each, by its own path and under its own key. Copies that go by the same path
 * leave with one write. Under the sender's monitor.
 */
public final class Replicator {
    /** Room for a super-packet, and for many small ones. */
    private static final int SCRATCH = 128 << 10;

    private final FrameSender sender;
    private final PeerTable peers;
    private final PeerKeys keys;
    private final Outgoing outgoing;
    private final Counters counters;
    private final Cutter cutter;

    /** Made with the first copy. */
    @GuardedBy("sender")
    private @Nullable ByteBuffer scratch;

    @GuardedBy("sender")
    private int end;

    /**
     * Nothing is sent yet.
     *
     * @param sender where frames go
     * @param peers what each peer is capable of
     * @param keys what seals for each peer
     * @param outgoing decides who gets a packet
     */
    public Replicator(FrameSender sender, PeerTable peers, PeerKeys keys, Outgoing outgoing, Counters counters) {
        this.sender = sender;
        this.peers = peers;
        this.keys = keys;
        this.outgoing = outgoing;
        this.counters = counters;
        this.cutter = new Cutter(sender, counters);
    }

    /**
     * Sends a packet if it is for several.
     *
     * @param in has it
     * @param vnet where its virtio-net header begins
     * @param length bytes of header and packet
     * @return whether it is for several, sent or not; if not, it has not been looked at any further
     */
    @SuppressWarnings("GuardedBy") // the uplink's sender is the same one
    boolean send(PeerRoutes routes, ByteBuffer in, int vnet, int length) {
        if (!outgoing.isOn()) {
            return false;
        }
        assert Thread.holdsLock(sender);
        long now = System.nanoTime();
        int[] nodes = outgoing.receivers(routes.membership().routes(), in, vnet, length, now);
        if (nodes == null) {
            return false;
        }
        int count = outgoing.count();
        if (count > 0) {
            FrameSink path = routes.to(nodes[outgoing.first()]);
            for (int i = 0; i < count; i++) {
                int to = nodes[(outgoing.first() + i) % nodes.length];
                FrameSink its = routes.to(to);
                if (its != path) {
                    flush(path);
                    path = its;
                }
                copy(routes, path, to, in, vnet, length, now);
            }
            flush(path);
            counters.multicastOut.increment();
            counters.multicastCopies.add(count);
        }
        return true;
    }

    @GuardedBy("sender")
    @SuppressWarnings("GuardedBy") // the cutter has the same sender, and asserts it
    private void copy(PeerRoutes routes, FrameSink path, int to, ByteBuffer in, int vnet, int length, long now) {
        Membership self = routes.membership();
        Sealer sealer = self.sealed() ? keys.sealer(to) : null;
        if (self.sealed() && sealer == null) {
            keys.awaitIfRoom(to, in, vnet, length, now);
        } else if ((Packets.needs(in, vnet) & ~peers.capabilities(to)) != 0) {
            // frames leave in the order of their counters
            flush(path);
            long sent = cutter.cut(routes, to, sealer, in, vnet, length);
            counters.framesOut.add(sent > 0 ? 1 : 0);
            counters.bytesOut.add(sent);
        } else {
            if (end + DataFrame.HEADER + length + DataFrame.TAG > SCRATCH) {
                flush(path);
            }
            ByteBuffer out = scratch();
            out.put(end + DataFrame.HEADER, in, vnet, length);
            end += sender.put(out, end, DataFrame.PACKET, self.node(), to, sealer, length);
            counters.framesOut.increment();
        }
    }

    @GuardedBy("sender")
    private ByteBuffer scratch() {
        ByteBuffer out = scratch;
        if (out == null) {
            out = ByteBuffer.allocateDirect(SCRATCH);
            scratch = out;
        }
        return out;
    }

    @GuardedBy("sender")
    private void flush(FrameSink path) {
        ByteBuffer frames = scratch;
        if (frames != null && end > 0) {
            path.send(frames, 0, end);
            frames.clear();
            counters.bytesOut.add(end);
            end = 0;
        }
    }
}
