/**
 * The life of a session as state machines without I/O, threads or clocks: what came in and what time it is are
 * arguments, what is to be done are results. Not thread-safe: one thread at a time.
 */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.codec.session;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
