/** How text from elsewhere becomes fit for logs and terminals, and the forms of texts that people write. */
@Export
@Version("0.2.0")
@NullMarked
package io.mnedc.api.text;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
