package io.mnedc.load;

import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Role;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trust in the relay as a device has it, but each certificate is checked only once, not ten thousand times: the time of
 * this JVM is taken from the relay's. That the relay has the key is proved in each handshake all the same.
 */
final class KnownRelay extends X509ExtendedTrustManager {
    private final Set<X509Certificate> trusted;
    private final Set<X509Certificate> seen = ConcurrentHashMap.newKeySet();

    KnownRelay(Set<X509Certificate> trusted) {
        this.trusted = trusted;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        if (!seen.contains(chain[0])) {
            OverlayTrust.check(List.of(chain), Role.RELAY, trusted, Instant.now(), Duration.ZERO);
            seen.add(chain[0]);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("engines only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("engines only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("not a relay");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("not a relay");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("not a relay");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
