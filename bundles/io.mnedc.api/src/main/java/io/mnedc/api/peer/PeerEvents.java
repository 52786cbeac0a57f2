package io.mnedc.api.peer;

/**
 * The events of the OSGi Event Admin (Compendium, chapter 113) that tell of peers, where there is an Event Admin service. They
 * tell the same as {@link PeerListener}. Event handlers that start later are not told of peers that are there already.
 */
public final class PeerEvents {
    /** Topic: a device has registered. */
    public static final String JOINED = "io/mnedc/peer/JOINED";

    /** Topic: a registered device tells something else about itself, or has another address. */
    public static final String CHANGED = "io/mnedc/peer/CHANGED";

    /** Topic: a device is no longer registered. */
    public static final String LEFT = "io/mnedc/peer/LEFT";

    /** All topics, for the property {@code event.topics} of a handler. */
    public static final String ALL = "io/mnedc/peer/*";

    /** Event property ({@link Peer}): the device as it is now, or was last. The filter attributes of a peer are there, too. */
    public static final String PEER = "mnedc.peer";

    /** Event property ({@link Peer}), only with {@link #CHANGED}: the device as it was before. */
    public static final String BEFORE = "mnedc.peer.before";

    private PeerEvents() {}
}
