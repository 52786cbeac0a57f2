/** What people should know of a component's settings and start, for status pages and health checks. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.notice;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
