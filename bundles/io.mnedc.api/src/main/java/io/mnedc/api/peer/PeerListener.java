package io.mnedc.api.peer;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: an OSGi service of this type is told of every peer. A new listener is first told of the peers that are
 * there already, as joined. Calls to one listener come one at a time, in order; one that throws is logged and told of
 * the next change all the same.
 */
@ConsumerType
public interface PeerListener {
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
