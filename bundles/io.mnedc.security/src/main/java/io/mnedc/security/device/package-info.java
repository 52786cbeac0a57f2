/**
 * What a device keeps of an overlay: key, certificate, trust. Start with {@link DeviceIdentityStore}.
 */
@Export(substitution = Export.Substitution.NOIMPORT) // as the package above
@Version("0.1.0")
@NullMarked
package io.mnedc.security.device;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
