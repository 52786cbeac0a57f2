package io.mnedc.device;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The way out: the data stream that is bound now, and the frame counter. Whoever sends holds this object's monitor from
 * taking a counter until its frame is sent, so that counters leave in ascending order; that is once per batch.
 */
final class Outlet {
    /** Bytes of an echo's token. */
    static final int TOKEN = Long.BYTES;

    /**
     * Where frames go.
     *
     * @param stream bound and open, as far as known
     * @param membership that the frames carry
     */
    record Route(DataStream stream, Membership membership) {}

    private final ByteBuffer echo = ByteBuffer.allocateDirect(DataFrame.HEADER + TOKEN);
    private volatile @Nullable Route route;
    private long counter;
    private long droppedBefore;

    /** {@return where frames go; null while there is no data stream} */
    @Nullable
    Route route() {
        return route;
    }

    /** Changes where frames go. */
    synchronized void route(@Nullable Route next) {
        Route before = route;
        if (before != null) {
            droppedBefore += before.stream().droppedFrames();
        }
        route = next;
    }

    /** {@return the next frame's counter; the caller holds the monitor until it is sent} */
    long nextCounter() {
        return ++counter;
    }

    /**
     * Sends an echo.
     *
     * @return whether there is a data stream
     */
    synchronized boolean echo(int node, long token) {
        Route to = route;
        if (to == null) {
            return false;
        }
        echo.clear();
        DataFrame.putHeader(echo, 0, DataFrame.ECHO, to.membership().node(), node, nextCounter(), TOKEN);
        echo.putLong(DataFrame.HEADER, token);
        to.stream().send(echo, 0, echo.capacity());
        return true;
    }

    /** Sends an echo back where it came from, in the buffer where it lies. */
    synchronized void reply(DataStream stream, ByteBuffer in, int offset, int bytes) {
        DataFrame.reply(in, offset);
        in.putLong(offset + 16, nextCounter());
        stream.send(in, offset, offset + bytes);
    }

    /** {@return frames that waited too long since the start} */
    synchronized long droppedFrames() {
        Route now = route;
        return droppedBefore + (now == null ? 0 : now.stream().droppedFrames());
    }

    /** Keeps the data stream and the NAT mappings on its way alive. */
    void probe() {
        echo(Protocol.RELAY_NODE, 0);
    }
}
