/**
 * Files that only their owner may read, that are never half written, and the locks of directories. Start with
 * {@link PrivateFiles}. For threads that may block.
 */
@Export(substitution = Export.Substitution.NOIMPORT) // as the package above
@Version("0.1.0")
@NullMarked
package io.mnedc.security.files;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
