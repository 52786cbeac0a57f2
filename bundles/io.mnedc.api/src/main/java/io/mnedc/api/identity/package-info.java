/** Who this runtime is in the overlay, and whom it trusts: for gateways that keep keys themselves. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.identity;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
