/** What relay and device share of connections: control streams on Netty, data streams on plain NIO, queues, back-off. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.transport;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
