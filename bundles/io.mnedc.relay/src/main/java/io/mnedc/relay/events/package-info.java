/**
 * Tells listeners what happens at a relay. Start with {@link EventRecorder}. Events are recorded by all threads; each
 * listener is called by one of its own.
 */
@NullMarked
package io.mnedc.relay.events;

import org.jspecify.annotations.NullMarked;
