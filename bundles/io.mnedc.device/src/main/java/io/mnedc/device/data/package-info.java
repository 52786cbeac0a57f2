/**
 * The path of packets between the interface and the relay. Start with {@link Uplink} for packets that leave and
 * {@link Downlink} for those that arrive. The uplink has a thread of its own, the downlink runs on the data loop.
 */
@NullMarked
package io.mnedc.device.data;

import org.jspecify.annotations.NullMarked;
