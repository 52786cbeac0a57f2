package io.mnedc.device.control;

import io.mnedc.api.tcp.TcpState;
import java.time.Duration;

/**
 * Notices that a control stream is stuck because large packets do not get through: a gap that stays although later packets
 * arrive, or something that is sent again and again while the relay is heard. In an outage nothing of the kind arrives.
 */
final class GapWatch {
    /** By then, what is missing was sent again three times. */
    static final long PATIENCE = Duration.ofSeconds(3).toNanos();

    /** What is heard so long after the last progress is no straggler. */
    static final long LATER = Duration.ofMillis(1500).toNanos();

    private static final int SENT_AGAIN = 3;
    private static final int SMALL = 536;

    private long acknowledged = -1;
    private long sendingSince;
    private long sentAgainBefore;
    private long received = -1;
    private long receivingSince;
    private long outOfOrderBefore;

    /**
     * Looks.
     *
     * @param heard when the relay was last heard, on any connection
     * @return whether large packets do not get through
     */
    boolean stuck(long now, TcpState state, long heard) {
        if (state.unacknowledged() == 0 || state.acknowledgedBytes() != acknowledged) {
            acknowledged = state.acknowledgedBytes();
            sendingSince = now;
            sentAgainBefore = state.retransmissions();
        }
        if (state.receivedBytes() != received) {
            received = state.receivedBytes();
            receivingSince = now;
            outOfOrderBefore = state.outOfOrder();
        }
        boolean down = state.outOfOrder() > outOfOrderBefore && now - receivingSince >= PATIENCE;
        boolean up = now - sendingSince >= PATIENCE
                && state.retransmissions() - sentAgainBefore >= SENT_AGAIN
                && state.unacknowledgedBytes() > SMALL
                && heard - sendingSince >= LATER;
        return down || up;
    }
}
