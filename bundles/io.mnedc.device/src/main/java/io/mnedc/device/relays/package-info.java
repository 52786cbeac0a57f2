/**
 * The relays of the overlay, as the relays tell them, and which one to choose. Start with {@link io.mnedc.device.relays.RelayDirectory},
 * which keeps them, also over a restart. {@link io.mnedc.device.relays.RelayChoice} puts them in order, and {@link
 * io.mnedc.device.relays.FailOver} says how long to wait so that the devices of a lost relay do not all come at once; both only compute.
 * All on the control loop; the file is written by another thread.
 */
@NullMarked
package io.mnedc.device.relays;

import org.jspecify.annotations.NullMarked;
