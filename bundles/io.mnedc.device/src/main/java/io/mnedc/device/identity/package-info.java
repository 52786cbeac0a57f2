/**
 * Where the certificate and the key of a device come from. Start with {@link DeviceIdentity}. Reading may block, so it
 * happens on the thread for blocking work.
 */
@NullMarked
package io.mnedc.device.identity;

import org.jspecify.annotations.NullMarked;
