package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.DataFrame;
import io.mnedc.device.common.Counters;
import io.mnedc.device.packet.Segmenter;
import io.mnedc.device.seal.Sealer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Cuts or finishes packets for a peer that cannot do it, and sends the pieces as frames. Under the sender's monitor. */
final class Cutter {
    private static final int SCRATCH = 256 << 10;

    private final FrameSender sender;
    private final Counters counters;
    private final Segmenter segmenter = new Segmenter();

    @GuardedBy("sender")
    private @Nullable ByteBuffer scratch;

    Cutter(FrameSender sender, Counters counters) {
        this.sender = sender;
        this.counters = counters;
    }

    /**
     * Sends the pieces of a packet.
     *
     * @param routes of the session
     * @param to which node
     * @param sealer seals for the node; null: nothing is sealed
     * @param in has the packet
     * @param packet where its virtio-net header begins
     * @param length bytes of header and packet
     * @return bytes of all frames sent; 0 if the packet was malformed
     */
    @GuardedBy("sender")
    long cut(PeerRoutes routes, int to, @Nullable Sealer sealer, ByteBuffer in, int packet, int length) {
        assert Thread.holdsLock(sender);
        if (!segmenter.begin(in, packet, length)) {
            counters.malformed.increment();
            return 0;
        }
        ByteBuffer out = scratch;
        if (out == null) {
            out = ByteBuffer.allocateDirect(SCRATCH);
            scratch = out;
        }
        int from = routes.membership().node();
        FrameSink path = routes.to(to);
        long sent = 0;
        int at = 0;
        while (segmenter.more()) {
            if (at + DataFrame.HEADER + segmenter.nextSize() + DataFrame.TAG > SCRATCH) {
                sent += send(path, out, at);
                at = 0;
            }
            int made = segmenter.next(out, at + DataFrame.HEADER);
            at += sender.put(out, at, DataFrame.PACKET, from, to, sealer, made);
        }
        counters.segmentedOut.increment();
        return sent + send(path, out, at);
    }

    private static int send(FrameSink path, ByteBuffer frames, int end) {
        if (end > 0) {
            path.send(frames, 0, end);
            frames.clear();
        }
        return end;
    }
}
