/**
 * Which virtual network this device is in, and whether its interface may have that network. Start with
 * {@link NetworkGuard}. Decisions are made on the control loop; {@link Membership} is immutable and is read for each packet.
 */
@NullMarked
package io.mnedc.device.network;

import org.jspecify.annotations.NullMarked;
