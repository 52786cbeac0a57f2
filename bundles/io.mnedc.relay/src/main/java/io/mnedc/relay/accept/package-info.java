/**
 * From the open port to a connection of which it is known what it is. Start with {@link ListeningPort}, which keeps the port
 * open, and {@link Acceptor}, which has a thread for it. Connections that have not proved who they are are counted in {@link
 * HalfOpen}; all threads use it.
 */
@NullMarked
package io.mnedc.relay.accept;

import org.jspecify.annotations.NullMarked;
