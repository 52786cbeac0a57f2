/**
 * What the relays of an overlay share, between the store and the readable files of one relay. Start with {@link SharedStore}, the
 * store as one relay sees it; {@link SharedFiles} keeps one kind of files and the store the same, in both directions. Whose files
 * those are, and what may stand in them, says a {@link LocalFiles}; these are in {@code io.mnedc.security.authority}. Thread-safe.
 */
@Export(substitution = Export.Substitution.NOIMPORT) // as the package above
@Version("0.1.0")
@NullMarked
package io.mnedc.security.shared;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
