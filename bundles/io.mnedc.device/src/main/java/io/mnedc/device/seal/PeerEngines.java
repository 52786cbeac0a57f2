package io.mnedc.device.seal;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/**
 * Where the TLS engines of handshakes between devices come from, and who decides whom this device talks to. Called by
 * the one thread that drives the handshakes.
 */
public interface PeerEngines {
    /** The application protocol (ALPN, RFC 7301) of handshakes between devices. */
    String ALPN = "mnedc-peer/1";

    /**
     * Makes an engine for one handshake. It must
     *
     * <ul>
     *   <li>be in client mode if this device begins the handshake, else demand a client certificate (
     *       {@link SSLEngine#setNeedClientAuth});
     *   <li>speak TLS 1.3 and nothing else, with {@link #ALPN} as the only application protocol;
     *   <li>present this device's certificate, and accept only a chain that the overlay trusts, of a device, with the
     *       given ID;
     *   <li>come from an {@code SSLContext} of its own: what contexts share between engines, sessions and the keys of
     *       tickets, would let a handshake be resumed instead of made.
     * </ul>
     *
     * @param peerId the device at the other end, as the relay has announced it
     * @param initiator whether this device begins
     * @return a new engine; dropped after the handshake
     * @throws GeneralSecurityException if there is none, such as without an identity; its message says why
     */
    SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException;

    /**
     * Decides, after the TLS handshake and before any keys are made, whether this device talks to a peer: its own
     * access rules, applied to the ID and to the groups in the certificate. Called at both ends and for each handshake.
     *
     * @param peerId as for {@link #engine}
     * @param session finished; its peer certificates are those that the engine has accepted
     * @throws CertificateException if not; the message is a sentence for the log
     */
    void admit(String peerId, SSLSession session) throws CertificateException;
}
