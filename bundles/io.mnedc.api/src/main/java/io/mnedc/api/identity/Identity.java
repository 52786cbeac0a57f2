package io.mnedc.api.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * A key, the certificates that say whose it is, and who else is believed. Immutable.
 *
 * @param key signs in TLS handshakes; may be a handle to a key that never leaves its hardware
 * @param chain certificates for the key, its own first, each signed by the next; at least one. The first names the
 *     device: a URI {@code mnedc://device/ID} among its subject alternative names (RFC 5280, section 4.2.1.6), or, if it
 *     has no {@code mnedc://} name at all, its only common name
 * @param trusted certificates of the authorities whose certificates are believed; at least one
 */
public record Identity(PrivateKey key, List<X509Certificate> chain, Set<X509Certificate> trusted) {
    /** Copies the collections and checks that they are not empty. */
    public Identity {
        chain = List.copyOf(chain);
        trusted = Set.copyOf(trusted);
        if (chain.isEmpty() || trusted.isEmpty()) {
            throw new IllegalArgumentException("an identity needs a certificate and somebody to trust: it has "
                    + chain.size() + " certificates and trusts " + trusted.size());
        }
    }

    /** {@return subject and number of the certificate, without the key} */
    @Override
    public String toString() {
        X509Certificate own = chain.get(0);
        return own.getSubjectX500Principal() + " #" + own.getSerialNumber().toString(16);
    }
}
