/** What a device tells about itself, and its link to the relay as discovery sees it. */
@Export
@Version("0.3.0")
@NullMarked
package io.mnedc.api.device;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
