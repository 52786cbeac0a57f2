package io.mnedc.security;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whose certificate is believed, and whose it is. Thread-safe, without state. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class OverlayTrust {
    private OverlayTrust() {}

    /**
     * Checks a certificate.
     *
     * @param chain as the peer sent it, its own first
     * @param role what the peer must be
     * @param trusted the authorities
     * @param now the effective time
     * @param grace how long after its expiry the peer's own certificate is still good
     * @return who it is
     * @throws CertificateException when it is not believed; the message is a sentence that the peer may see
     */
    public static PeerName check(
            List<X509Certificate> chain, Role role, Set<X509Certificate> trusted, Instant now, Duration grace)
            throws CertificateException {
        throw new CertificateException("not there yet");
    }

    /** {@return trust for the relay's side: TLS proves that the client has its key, the caller checks the rest} */
    public static X509ExtendedTrustManager acceptAny() {
        return new PeerTrust(chain -> {});
    }

    /**
     * Trust for a relay that is dialled. A certificate without {@code mnedc://} names must be for the host.
     *
     * @param trusted the authorities
     * @param host the host name or IP literal that was dialled
     * @param floor the effective time; raised to the beginning of the relay's certificate once that is proven
     * @return the trust
     */
    public static X509ExtendedTrustManager relayTrust(Set<X509Certificate> trusted, String host, TimeFloor floor) {
        return new PeerTrust(chain -> check(chain, Role.RELAY, trusted, floor.now(), Duration.ZERO));
    }

    /**
     * Trust for the relay of a join token: its chain must end in a CA with that fingerprint, which it sends.
     *
     * @param fingerprint of the CA's certificate
     * @param floor as in {@link #relayTrust}
     * @return the trust
     */
    public static X509ExtendedTrustManager pinned(String fingerprint, TimeFloor floor) {
        return new PeerTrust(chain -> check(chain, Role.RELAY, Set.of(), floor.now(), Duration.ZERO));
    }

    /**
     * Trust for another device in either direction.
     *
     * @param trusted the authorities
     * @param expectedId the device ID that the relay announced
     * @param floor the effective time
     * @return the trust
     */
    public static X509ExtendedTrustManager peerTrust(Set<X509Certificate> trusted, String expectedId, TimeFloor floor) {
        return new PeerTrust(chain -> check(chain, Role.DEVICE, trusted, floor.now(), Duration.ZERO));
    }
}
