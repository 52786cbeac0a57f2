package io.mnedc.security;

import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Whose certificates a TLS session has brought. */
public final class PeerCertificates {
    private static final int DEEPEST = 8;

    private PeerCertificates() {}

    /** {@return the other end's certificates, its own first; empty if it showed none} */
    public static List<X509Certificate> of(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
        return chain;
    }

    /** {@return the other end's own certificate; null if it showed none} */
    public static @Nullable X509Certificate first(SSLSession session) {
        List<X509Certificate> chain = of(session);
        return chain.isEmpty() ? null : chain.get(0);
    }

    /** {@return whether a connection failed because this end did not accept the other's certificate} */
    public static boolean refused(@Nullable Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            if (at instanceof CertificateException) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }
}
