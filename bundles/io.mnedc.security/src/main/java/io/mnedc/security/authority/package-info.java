/**
 * The certificate authority of an overlay, as a relay administers it in its data directory: tokens, enrolled devices,
 * revocations, rules. Start with {@link OverlayAuthority}. For relays and their tools only. Thread-safe; methods read and
 * write files.
 */
@Export(substitution = Export.Substitution.NOIMPORT) // as the package above
@Version("0.2.0")
@NullMarked
package io.mnedc.security.authority;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
