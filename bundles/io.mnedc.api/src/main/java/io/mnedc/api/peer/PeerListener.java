package io.mnedc.api.peer;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: an OSGi service of this type is told of every peer. A new listener is first told of the peers that are
 * there already, as joined. Calls to one listener come one at a time, in order; one that throws is logged and told of
 * the next change all the same.
 *
 * <p>With the service property {@value #FILTER} a listener hears of the peers that match it, as a filter of
 * {@link PeerDirectory}. For it a peer that begins to match has joined, and one that ceases to match has left.
 */
@ConsumerType
public interface PeerListener {
    /** Service property (String): of which peers the listener wants to hear. A mistaken filter is logged, and nothing is told. */
    String FILTER = "mnedc.peer.filter";

    /**
     * A device has registered.
     *
     * @param peer the device
     */
    void joined(Peer peer);

    /**
     * A registered device tells something else about itself, or has another address.
     *
     * @param before as it was
     * @param now as it is
     */
    default void changed(Peer before, Peer now) {}

    /**
     * A device is no longer registered.
     *
     * @param peer as it was last
     */
    void left(Peer peer);
}
