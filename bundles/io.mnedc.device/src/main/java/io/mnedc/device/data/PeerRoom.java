package io.mnedc.device.data;

import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much room the peers take: a relay must not fill this device's memory. On the control loop. */
public final class PeerRoom {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRoom.class);
    private static final Duration WARNINGS_APART = Duration.ofMinutes(10);

    private final Supplier<PeerBound> bound;
    private final LongAdder leftOut;
    private final Map<String, Long> costs = new HashMap<>();
    private final LogLimiter warnings = new LogLimiter(WARNINGS_APART);
    private long used;
    private boolean full;

    /**
     * An empty one.
     *
     * @param bound how much is remembered, now
     * @param leftOut counts those that are not
     */
    public PeerRoom(Supplier<PeerBound> bound, LongAdder leftOut) {
        this.bound = bound;
        this.leftOut = leftOut;
    }

    /** Everybody is forgotten. */
    void clear() {
        costs.clear();
        used = 0;
        full = false;
    }

    /** {@return whether there is room for a peer as it is announced; then it is taken} */
    boolean take(NodeRecord node) {
        Long before = costs.get(node.deviceId());
        long others = used - (before == null ? 0 : before);
        long cost = PeerBound.cost(node);
        if (bound.get().fits(costs.size() - (before == null ? 0 : 1), others, cost)) {
            costs.put(node.deviceId(), cost);
            used = others + cost;
            return true;
        }
        leaveOut(1);
        return false;
    }

    /** A peer is forgotten. */
    void free(String deviceId) {
        Long cost = costs.remove(deviceId);
        used -= cost == null ? 0 : cost;
    }

    /** So many were announced for which there is no room. */
    void leaveOut(long count) {
        if (count == 0) {
            return;
        }
        leftOut.add(count);
        if (!full && warnings.may(System.nanoTime())) {
            PeerBound most = bound.get();
            LOG.warn(
                    "The relay announces more devices than this one remembers; the others cannot be reached, for now {}."
                            + " {} are remembered, at most {} (peers.most); they take {} KiB, at most {} (an eighth of the"
                            + " heap). If they are real, raise peers.most or the heap (-Xmx)",
                    count,
                    costs.size(),
                    most.peers(),
                    used >> 10,
                    most.bytes() >> 10);
        }
        full = true;
    }
}
