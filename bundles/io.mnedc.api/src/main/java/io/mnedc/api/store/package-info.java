/** What the relays of one overlay agree on: start with {@link io.mnedc.api.store.OverlayStore}. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
