/**
 * Registered devices and their control streams. Start with {@link ControlSession}, which runs on the control loop. {@link
 * Sessions} knows who is registered; all threads use it.
 */
@NullMarked
package io.mnedc.relay.session;

import org.jspecify.annotations.NullMarked;
