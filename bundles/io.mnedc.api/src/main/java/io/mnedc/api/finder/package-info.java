/** Relays that are found by something else than their names: the service that finds them. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.finder;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
