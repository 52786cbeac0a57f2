/** A TUN driver without a kernel: tests play the applications behind the interface. */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.tun.memory;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
