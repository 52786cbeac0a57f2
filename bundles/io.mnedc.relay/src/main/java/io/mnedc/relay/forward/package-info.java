/**
 * The data path of a relay. Start with {@link Forwarder}. All on the data loops.
 */
@NullMarked
package io.mnedc.relay.forward;

import org.jspecify.annotations.NullMarked;
