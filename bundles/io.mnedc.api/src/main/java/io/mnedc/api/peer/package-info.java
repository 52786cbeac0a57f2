/** Who is in the overlay: the peer directory, its listeners and the orchestration information of peers. */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.api.peer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
