package io.mnedc.device.settings;

import io.mnedc.api.identity.Identity;
import io.mnedc.device.settings.DeviceSecuritySettings.Stores;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Role;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The ID in a key store's certificate: the only one that a relay accepts from a device that shows it. */
final class CertifiedId {
    private CertifiedId() {}

    /**
     * Reads it.
     *
     * @param stores where the certificate is, and whom it must come from
     * @param clock may be wrong: a certificate that has expired, or is of the future, names its device all the same
     * @throws GeneralSecurityException with a sentence, if the stores cannot be read or name no device
     */
    static String of(Stores stores, InstantSource clock) throws GeneralSecurityException {
        Identity identity = stores.open().identity();
        X509Certificate own = identity.chain().get(0);
        Instant begin = own.getNotBefore().toInstant();
        Instant end = own.getNotAfter().toInstant();
        Instant now = clock.instant();
        Instant at = now.isBefore(begin) ? begin : now.isAfter(end) ? end : now;
        return OverlayTrust.check(identity.chain(), Role.DEVICE, identity.trusted(), at, Duration.ZERO)
                .deviceId();
    }
}
