/** MNEDC libc calls by JNA direct mapping. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.libc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
