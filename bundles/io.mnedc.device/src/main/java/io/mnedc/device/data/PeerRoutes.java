package io.mnedc.device.data;

import io.mnedc.device.network.Membership;

/** By which path frames go to each peer, during one session. So far it is the relay's stream for all of them. */
final class PeerRoutes {
    private final Membership membership;
    private final FrameSink relay;

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
        return relay;
    }

    /** {@return frames that waited too long, on all paths} */
    long droppedFrames() {
        return relay.droppedFrames();
    }
}
