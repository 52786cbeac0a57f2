/**
 * From a new connection to the part that serves it. Start with {@link Acceptor}, which opens the port. All on the
 * acceptor's thread.
 */
@NullMarked
package io.mnedc.relay.accept;

import org.jspecify.annotations.NullMarked;
