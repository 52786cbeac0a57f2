package io.mnedc.security;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which CAs a device believes when a relay names others than before: those it trusted, and those that one of them vouches
 * for. So a relay that does not have the CA's key cannot bring in a CA of its own, to sit between two devices. One that
 * was dropped does not come back: words for it may still be about, and its key in wrong hands.
 */
public final class CrossSigning {
    private CrossSigning() {}

    /**
     * Follows the relay.
     *
     * @param trusted who is trusted now
     * @param named what the relay sent: CAs, and certificates for CAs by other CAs
     * @param dropped fingerprints of the keys of CAs that nobody can vouch for any more
     * @return the CAs among them that are trusted from now on
     */
    public static Set<X509Certificate> follow(
            Set<X509Certificate> trusted, List<X509Certificate> named, Set<String> dropped) {
        Set<X509Certificate> believed = new LinkedHashSet<>(trusted);
        Set<X509Certificate> result = new LinkedHashSet<>();
        boolean more = true;
        while (more) {
            more = false;
            for (X509Certificate ca : named) {
                if (isAuthority(ca)
                        && !result.contains(ca)
                        && (believed.contains(ca)
                                || (!dropped.contains(Fingerprints.of(ca.getPublicKey()))
                                        && vouched(ca, named, believed)))) {
                    result.add(ca);
                    believed.add(ca);
                    more = true;
                }
            }
        }
        return result;
    }

    /** {@return whether it is a CA that signed itself} */
    public static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0 && signed(certificate, certificate);
    }

    private static boolean vouched(X509Certificate ca, List<X509Certificate> named, Set<X509Certificate> believed) {
        return named.stream()
                .filter(each -> each.getBasicConstraints() >= 0
                        && each.getPublicKey().equals(ca.getPublicKey())
                        && each.getSubjectX500Principal().equals(ca.getSubjectX500Principal()))
                .anyMatch(each -> believed.stream().anyMatch(voucher -> signed(each, voucher)));
    }

    private static boolean signed(X509Certificate certificate, X509Certificate by) {
        if (!certificate.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
