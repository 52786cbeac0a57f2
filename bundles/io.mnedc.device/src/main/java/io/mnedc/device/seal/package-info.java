/**
 * Sealing between two devices: a TLS 1.3 handshake end to end in memory, the keys that come of it, and the authenticated
 * encryption of data frames. Start with {@link KeyAgreements} for the handshake, {@link Sealer} and {@link Opener} for frames.
 * No threads, no clocks, no input or output.
 */
@NullMarked
package io.mnedc.device.seal;

import org.jspecify.annotations.NullMarked;
