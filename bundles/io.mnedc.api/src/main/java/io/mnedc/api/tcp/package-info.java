/** TCP connections of this process as its operating system sees them: the service that looks at them. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.tcp;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
