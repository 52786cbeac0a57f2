package io.mnedc.security;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Lets one check decide, for either side and whatever kind of socket. */
public final class PeerTrust extends X509ExtendedTrustManager {
    /** Decides on a chain, the peer's own certificate first. */
    public interface Check {
        void check(List<X509Certificate> chain) throws CertificateException;
    }

    /** Decides on a chain, and may remember whose connection it is. */
    public interface SocketCheck {
        /**
         * Decides.
         *
         * @param socket on which the chain was shown; null: TLS runs in an engine
         */
        void check(List<X509Certificate> chain, @Nullable Socket socket) throws CertificateException;
    }

    private final SocketCheck check;

    private PeerTrust(SocketCheck check) {
        this.check = check;
    }

    public PeerTrust(Check check) {
        this((chain, socket) -> check.check(chain));
    }

    /** {@return trust that is told of the socket, too} */
    public static PeerTrust ofSockets(SocketCheck check) {
        return new PeerTrust(check);
    }

    private void decide(X509Certificate @Nullable [] chain, @Nullable Socket socket) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("no certificate was shown");
        }
        check.check(List.of(chain), socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        decide(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        decide(chain, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        decide(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        decide(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        decide(chain, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        decide(chain, null);
    }

    /** None are named: the other side shows the certificate it has. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
