/** What a relay tells about itself. */
@Export
@Version("0.3.0")
@NullMarked
package io.mnedc.api.relay;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
