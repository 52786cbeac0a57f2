package io.mnedc.device.data;

import io.mnedc.device.seal.Openers;
import io.mnedc.device.seal.Sealer;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What the data path has of one peer: what opens its frames, what seals for it, and what waits for that. */
final class SealedPeer {
    final int node;
    final String id;

    /** Written by the sealing thread, read by the data loop. */
    volatile Openers openers = Openers.NONE;

    /** Under the sender's monitor, as all that follow but the last. */
    @Nullable
    Sealer sealer;

    /** Whether it has left, and nothing may wait for it any more. */
    boolean gone;

    /** Whether keys have been asked for. */
    boolean asked;

    final Deque<WaitingPackets.Entry> waiting = new ArrayDeque<>();
    int waitingBytes;

    /** Of frames of an unknown epoch; on the data loop. */
    final LogLimiter unknownTold = new LogLimiter(Duration.ofMillis(500));

    SealedPeer(int node, String id) {
        this.node = node;
        this.id = id;
    }
}
