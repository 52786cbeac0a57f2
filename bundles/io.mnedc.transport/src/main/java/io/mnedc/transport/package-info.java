/** MNEDC connections, queues and back-off shared by relay and device. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.transport;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
