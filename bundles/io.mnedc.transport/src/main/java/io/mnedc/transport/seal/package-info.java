/**
 * Sealing between two devices: a TLS 1.3 handshake end to end in memory, the keys that come of it, and the authenticated
 * encryption of data frames. No threads, no clocks, no input or output. Of devices only: a relay has no use for it.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.transport.seal;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
