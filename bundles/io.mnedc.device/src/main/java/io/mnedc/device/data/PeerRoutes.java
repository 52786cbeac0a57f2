package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.device.network.Membership;
import io.mnedc.transport.NodeTable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By which path frames go to each peer, during one session: the relay's stream, unless the peer has a path of its own. A path
 * may come and go while frames are sent, by any thread; it is asked for without a lock.
 */
final class PeerRoutes {
    private final Membership membership;
    private final FrameSink relay;

    /** Null until a peer has a path of its own: before that a look-up costs nothing. */
    private volatile @Nullable NodeTable<FrameSink> own;

    /** The same, to go through them. */
    @GuardedBy("this")
    private final Map<Integer, FrameSink> present = new HashMap<>();

    /** Of paths that have ended. */
    @GuardedBy("this")
    private long droppedBefore;

    /**
     * All peers are reached through the relay.
     *
     * @param membership that the frames carry
     * @param relay its stream, open as far as is known
     */
    PeerRoutes(Membership membership, FrameSink relay) {
        this.membership = membership;
        this.relay = relay;
    }

    Membership membership() {
        return membership;
    }

    /** {@return the path to the relay itself} */
    FrameSink relay() {
        return relay;
    }

    /** {@return the path to a node; asked for each packet} */
    FrameSink to(int node) {
        NodeTable<FrameSink> paths = own;
        FrameSink path = paths == null ? null : paths.get(node);
        return path == null ? relay : path;
    }

    /**
     * A peer has a path of its own from now on, in place of the one it had. What is on its way by another path may arrive later
     * than what goes by this one, so the peer must open with a window.
     */
    synchronized void offer(int node, FrameSink path) {
        NodeTable<FrameSink> paths = own;
        if (paths == null) {
            paths = new NodeTable<>();
            own = paths;
        }
        ended(node);
        present.put(node, path);
        paths.put(node, path);
    }

    /** A path has ended: frames go through the relay again, unless the peer has another path by now. */
    synchronized void ended(int node, FrameSink path) {
        if (path.equals(present.get(node))) {
            ended(node);
        }
    }

    @GuardedBy("this")
    private void ended(int node) {
        FrameSink before = present.remove(node);
        NodeTable<FrameSink> paths = own;
        if (before != null && paths != null) {
            paths.remove(node, before);
            droppedBefore += before.droppedFrames();
        }
    }

    /** {@return frames that waited too long, on all paths} */
    synchronized long droppedFrames() {
        return relay.droppedFrames()
                + droppedBefore
                + present.values().stream().mapToLong(FrameSink::droppedFrames).sum();
    }
}
