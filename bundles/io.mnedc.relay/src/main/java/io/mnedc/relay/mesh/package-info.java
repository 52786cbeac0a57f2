/**
 * The other relays of the overlay: who they are, the links to them, and which devices are there. Start with {@link Mesh}. It follows
 * {@link Membership}, and has a {@link PeerRelay} for each other relay. That one has a {@link LinkStream} while the two are connected,
 * and is where frames of other relays' devices go. {@link Claims} has the store of the overlay decide where a device is registered. All
 * on the relay's control loop, but for frames, which the data loops carry.
 */
@NullMarked
package io.mnedc.relay.mesh;

import org.jspecify.annotations.NullMarked;
