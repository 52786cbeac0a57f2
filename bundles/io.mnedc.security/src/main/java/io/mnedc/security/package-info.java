/** Who may join an overlay: its certificate authority, enrolment, stored identities, trust, TLS contexts, access rules. */
@Export(substitution = Export.Substitution.NOIMPORT) // its commands use it: after an update, the new one
@Version("0.2.0")
@NullMarked
package io.mnedc.security;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
