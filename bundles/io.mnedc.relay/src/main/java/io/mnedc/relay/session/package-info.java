/**
 * Registered devices and their control streams. Start with {@link ControlSession}. A stream runs on the control loop;
 * {@link Sessions} is used by all threads.
 */
@NullMarked
package io.mnedc.relay.session;

import org.jspecify.annotations.NullMarked;
