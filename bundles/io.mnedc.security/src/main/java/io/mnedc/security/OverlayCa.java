package io.mnedc.security;

import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * A CA of the overlay, for people.
 *
 * @param fingerprint as {@link Fingerprints} writes it
 * @param certificate of the CA
 * @param inUse whether certificates are issued by it
 * @param key where its key is; empty: taken away
 */
public record OverlayCa(String fingerprint, X509Certificate certificate, boolean inUse, Optional<Path> key) {
    private static final String NAME = "MNEDC overlay CA ";
    private static final int NAME_DIGITS = 16;

    /** {@return the common name of the CA with this key} */
    public static String name(PublicKey key) {
        return NAME + Fingerprints.of(key).substring(0, NAME_DIGITS);
    }

    /** {@return whether a CA was made for an overlay: nobody else makes a name from the key in this way} */
    static boolean isOverlays(X509Certificate ca) {
        return ca.getSubjectX500Principal().equals(new X500Principal("CN=" + name(ca.getPublicKey())));
    }
}
