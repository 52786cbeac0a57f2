package io.mnedc.device.data;

import io.mnedc.api.tcp.TcpState;
import java.time.Duration;

/**
 * Notices that a data stream is stuck while its path is open: large packets do not get through, and nobody says so. A loss,
 * or an outage, looks the same at first. So the control stream's relay is asked, which takes small packets only: once it
 * has answered, something that is sent again must arrive.
 */
final class StallWatch {
    /** So long without progress is worth a question; no path is that slow to acknowledge. */
    static final long SUSPICIOUS = Duration.ofMillis(1500).toNanos();

    /** After so long without a byte, a relay that was busy is asked for one. */
    static final long QUIET = Duration.ofSeconds(1).toNanos();

    /** The question has been answered: this long something from there may take. */
    static final long PATIENCE = Duration.ofSeconds(2).toNanos();

    /** Sent again so often is no chance. */
    private static final int SENT_AGAIN = 2;

    /** Less than this is under way: it is no large packet that is stuck. */
    private static final int SMALL = 536;

    /** More than the answers to probes: packets of others. */
    private static final int TRAFFIC = 200;

    /** What is to be done. */
    enum Verdict {
        /** Nothing. */
        FINE,
        /** A probe is to be sent over the data stream. */
        PROBE,
        /** A question is to be sent over the control stream. */
        ASK,
        /** Large packets do not get through. */
        STUCK
    }

    private long acknowledged = -1;
    private long sendingSince;
    private long sentAgainBefore;
    private long received = -1;
    private long receivingSince;
    private long outOfOrderBefore;
    private boolean busy;
    private boolean probed;
    private long probedAt;
    private boolean asked;
    private long askedAt;
    private boolean proven;
    private long provenAt;
    private long sentAgainAtProof;

    /**
     * Looks.
     *
     * @param state the data stream's
     * @param answered when the relay last said something on the control stream
     */
    Verdict look(long now, TcpState state, long answered) {
        boolean sent = progressOfSending(now, state);
        boolean got = progressOfReceiving(now, state);
        boolean up = !sent
                && now - sendingSince >= SUSPICIOUS
                && state.unacknowledgedBytes() > SMALL
                && state.retransmissions() - sentAgainBefore >= SENT_AGAIN;
        boolean missing = state.outOfOrder() > outOfOrderBefore && now - receivingSince >= SUSPICIOUS;
        boolean silent = probed && state.unacknowledged() == 0 && now - probedAt >= SUSPICIOUS;
        boolean down = !got && (missing || silent);
        if (!up && !down) {
            asked = false;
            proven = false;
            return probeIfQuiet(now);
        }
        if (!asked) {
            asked = true;
            askedAt = now;
            return Verdict.ASK;
        }
        if (!proven) {
            if (answered - askedAt > 0) {
                proven = true;
                provenAt = now;
                sentAgainAtProof = state.retransmissions();
            }
            return Verdict.FINE;
        }
        if (now - provenAt < PATIENCE) {
            return Verdict.FINE;
        }
        return down || state.retransmissions() > sentAgainAtProof ? Verdict.STUCK : Verdict.FINE;
    }

    private boolean progressOfSending(long now, TcpState state) {
        boolean progress = state.unacknowledged() == 0 || state.acknowledgedBytes() != acknowledged;
        if (progress) {
            acknowledged = state.acknowledgedBytes();
            sendingSince = now;
            sentAgainBefore = state.retransmissions();
        }
        return progress;
    }

    private boolean progressOfReceiving(long now, TcpState state) {
        boolean progress = state.receivedBytes() != received;
        if (progress) {
            busy = busy || (received >= 0 && state.receivedBytes() - received > TRAFFIC);
            received = state.receivedBytes();
            receivingSince = now;
            outOfOrderBefore = state.outOfOrder();
            probed = false;
        }
        return progress;
    }

    private Verdict probeIfQuiet(long now) {
        if (!busy || probed || now - receivingSince < QUIET) {
            return Verdict.FINE;
        }
        busy = false;
        probed(now);
        return Verdict.PROBE;
    }

    /** A probe has been sent over the data stream. */
    void probed(long now) {
        if (!probed) {
            probed = true;
            probedAt = now;
        }
    }
}
