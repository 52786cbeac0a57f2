/**
 * The wire protocol: control messages and data frames, their limits, and version negotiation. docs/PROTOCOL.md describes
 * it byte by byte. Nothing here does I/O, reads a clock or starts a thread.
 */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.codec;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
