/**
 * IP packets as the kernel hands them over: checks, segments, super-packets. Start with {@link Packets}. No threads and no
 * state between calls.
 */
@NullMarked
package io.mnedc.device.packet;

import org.jspecify.annotations.NullMarked;
