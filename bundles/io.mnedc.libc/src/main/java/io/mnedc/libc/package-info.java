/**
 * The few libc calls that Linux drivers need, by JNA direct mapping. Nothing else lives in this bundle, and it hardly
 * ever changes: JNA keeps the loader of a directly mapped class for ever, so that the bundles which do change must
 * not map anything themselves.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.libc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
