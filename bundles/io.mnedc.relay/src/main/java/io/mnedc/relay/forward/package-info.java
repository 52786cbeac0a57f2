/**
 * The data path of a relay. Start with {@link Forwarder}: it looks up a {@link Destination} in {@link Routes}, and asks the {@link
 * StreamOwner} what may come on a stream. All on the data loops, without a lock.
 */
@NullMarked
package io.mnedc.relay.forward;

import org.jspecify.annotations.NullMarked;
