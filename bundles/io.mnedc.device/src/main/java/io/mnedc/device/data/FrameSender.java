package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.device.seal.SealBuffers;
import io.mnedc.device.seal.Sealer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The way out: the paths to the peers, and the frame counter. A thread that sends holds this object's monitor from taking
 * a counter until its frame is sent, so that counters leave in ascending order. That is once per batch.
 */
public final class FrameSender {
    /** Bytes of an echo's token. */
    static final int TOKEN = Long.BYTES;

    /** Token of echoes that nobody has asked for. */
    public static final long PROBE = 0;

    private static final long UNKNOWN = Long.MIN_VALUE;

    @GuardedBy("this")
    private final ByteBuffer echo = ByteBuffer.allocateDirect(DataFrame.HEADER + TOKEN + DataFrame.TAG);

    @GuardedBy("this")
    private @Nullable SealBuffers buffers;

    private volatile @Nullable PeerRoutes routes;

    @GuardedBy("this")
    private long counter;

    @GuardedBy("this")
    private long droppedBefore;
    /** When the probe was sent that is not answered yet; 0: none is under way. */
    @GuardedBy("this")
    private long probed;

    /** {@return where frames go; null while there is no data stream} */
    @Nullable
    PeerRoutes routes() {
        return routes;
    }

    /** Changes where frames go. */
    synchronized void routes(@Nullable PeerRoutes next) {
        PeerRoutes before = routes;
        if (before != null) {
            droppedBefore += before.droppedFrames();
        }
        routes = next;
        probed = 0;
    }

    /**
     * Writes the header of a frame whose payload is in place, and seals it if there is a key. The caller holds the monitor
     * until the frame is sent.
     *
     * @param out has the payload, and room for a tag behind it if it is to be sealed
     * @param at where the frame begins
     * @param sealer seals it; null: it is not sealed
     * @return bytes of the whole frame
     */
    @GuardedBy("this")
    int put(ByteBuffer out, int at, int type, int from, int to, @Nullable Sealer sealer, int payload) {
        assert Thread.holdsLock(this);
        if (sealer == null) {
            DataFrame.putHeader(out, at, type, from, to, ++counter, payload);
            return DataFrame.HEADER + payload;
        }
        SealBuffers lent = buffers;
        if (lent == null) {
            lent = new SealBuffers();
            buffers = lent;
        }
        return sealer.seal(out, at, type, from, to, ++counter, payload, lent);
    }

    /**
     * Sends an echo.
     *
     * @param sealer seals it; null: it is not sealed
     */
    synchronized void echo(PeerRoutes by, int node, @Nullable Sealer sealer, long token) {
        echo.clear();
        echo.putLong(DataFrame.HEADER, token);
        int size = put(echo, 0, DataFrame.ECHO, by.membership().node(), node, sealer, TOKEN);
        by.to(node).send(echo, 0, size);
    }

    /** Sends an echo back where it came from, unsealed, in the buffer where it lies. */
    synchronized void reply(FrameSink path, ByteBuffer in, int offset, int bytes) {
        DataFrame.reply(in, offset);
        in.putLong(offset + 16, ++counter);
        path.send(in, offset, offset + bytes);
    }

    /** {@return frames that waited too long since the start} */
    public synchronized long droppedFrames() {
        PeerRoutes now = routes;
        return droppedBefore + (now == null ? 0 : now.droppedFrames());
    }

    /** Keeps the data stream and the NAT mappings of its path alive, and measures the round trip. */
    synchronized void probe() {
        PeerRoutes by = routes;
        if (by != null) {
            echo(by, Protocol.RELAY_NODE, null, PROBE);
            // of two that are under way, it could not be told which one is answered
            probed = probed == 0 ? System.nanoTime() : UNKNOWN;
        }
    }

    /** The relay has answered a probe. */
    public synchronized void probeAnswered() {
        PeerRoutes to = routes;
        if (to != null && probed != 0 && probed != UNKNOWN) {
            to.relay().answeredAfter(System.nanoTime() - probed);
        }
        probed = 0;
    }
}
