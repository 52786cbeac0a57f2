/** Stands in for Kura's package of this name when we compile: no more than we use of it. */
@Export
@Version("1.2.0")
@NullMarked
package org.eclipse.kura.configuration.metatype;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
