/** TUN interfaces: the driver service and the batched, offload-aware packet interface. */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.api.tun;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
