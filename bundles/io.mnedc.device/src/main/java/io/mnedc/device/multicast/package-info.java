/**
 * Multicast and broadcast between devices: which packets are let through, to whom, and how many. Start with {@link Multicast}, which
 * the control loop writes and the data path reads. {@link Outgoing} decides on packets of this host's programs, {@link Incoming}
 * on those of other devices, both without a lock and without allocating.
 */
@NullMarked
package io.mnedc.device.multicast;

import org.jspecify.annotations.NullMarked;
