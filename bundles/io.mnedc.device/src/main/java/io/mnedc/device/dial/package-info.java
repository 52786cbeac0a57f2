/**
 * How a device reaches a relay: names, their addresses in order, attempts side by side, and how large segments may be.
 * Start with {@link Dialer}. On the control loop; names are looked up on threads of their own.
 */
@NullMarked
package io.mnedc.device.dial;

import org.jspecify.annotations.NullMarked;
