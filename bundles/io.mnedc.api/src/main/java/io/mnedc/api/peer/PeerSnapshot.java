package io.mnedc.api.peer;

import java.util.List;

/**
 * All peers at one moment. Immutable.
 *
 * @param sequence grows with each change of the directory. Two snapshots of one directory with the same number are the same
 * @param peers by ascending node
 */
public record PeerSnapshot(long sequence, List<Peer> peers) {
    /** Copies the list. */
    public PeerSnapshot {
        peers = List.copyOf(peers);
    }
}
