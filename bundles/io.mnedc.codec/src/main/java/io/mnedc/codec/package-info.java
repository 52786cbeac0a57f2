/** MNEDC wire protocol and session state machines. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.codec;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
