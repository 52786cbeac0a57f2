/**
 * Keys between this device and its peers. Start with {@link KeyExchange}, which runs on a thread of its own.
 */
@NullMarked
package io.mnedc.device.keys;

import org.jspecify.annotations.NullMarked;
