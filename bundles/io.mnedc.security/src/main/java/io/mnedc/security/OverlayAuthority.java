package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The overlay's own certificate authority, in the data directory of a relay, with all that belongs to it: the relay's
 * certificate, join tokens, enrolled devices, revocations. Other processes may work on the same directory. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class OverlayAuthority implements IdentityProvider {
    /**
     * A device's new certificate.
     *
     * @param deviceId who it is for
     * @param groups what it belongs to
     * @param credentials to send
     */
    public record Enrolled(String deviceId, Set<String> groups, Credentials credentials) {}

    private OverlayAuthority() {}

    /**
     * Opens the authority, or makes it: CA, relay certificate and directories on first use.
     *
     * @param directory for it alone
     * @param certificateLife of device certificates
     * @param clock the system's
     * @return the authority
     * @throws IOException if the directory cannot be used; the message has the cure
     * @throws GeneralSecurityException if a key or certificate in it cannot be used; the message has the cure
     */
    public static OverlayAuthority open(Path directory, Duration certificateLife, InstantSource clock)
            throws IOException, GeneralSecurityException {
        throw new IOException("not there yet");
    }

    @Override
    public Identity identity() throws GeneralSecurityException {
        throw new GeneralSecurityException("not there yet");
    }

    /**
     * Renews the relay's certificate when half of its life is over, and takes over what another process changed in the
     * directory (CA rotation). Cheap when there is nothing to do; to be called once a second.
     *
     * @return whether {@link #identity} or {@link #trusted} is another one now: new connections need a new TLS context,
     *     registered devices the trusted certificates
     */
    public boolean refresh() {
        return false;
    }

    /** {@return the fingerprint of the CA in use, as join tokens carry it} */
    public String fingerprint() {
        return "";
    }

    /** {@return whether certificates can be issued: the CA's key is there} */
    public boolean issues() {
        return false;
    }

    /** {@return what devices are to trust, DER: CAs, and certificates by which they vouch for each other} */
    public List<byte[]> trusted() {
        return List.of();
    }

    /**
     * Enrols a device: checks request and token, issues, records.
     *
     * @param tokenId names the token
     * @param secret the token's
     * @param deviceId what the device calls itself; empty: what the token says
     * @param request PKCS #10 (RFC 2986), DER
     * @return what to send
     * @throws RefusedException when it is not let in; a token keeps its use then. The same token and key may come again,
     *     when an answer was lost
     */
    public Enrolled enrol(long tokenId, byte[] secret, String deviceId, byte[] request) throws RefusedException {
        throw new RefusedException(RefusedException.Reason.ENROLMENT_UNAVAILABLE, "not there yet");
    }

    /**
     * Renews a device's certificate, for the key that it has proven.
     *
     * @param current the certificate that it is connected with
     * @param deviceId who it is, as {@link #admit} said
     * @param request PKCS #10 (RFC 2986), DER, by the same key
     * @return what to send
     * @throws RefusedException when it is not renewed
     */
    public Enrolled renew(X509Certificate current, String deviceId, byte[] request) throws RefusedException {
        throw new RefusedException(RefusedException.Reason.ENROLMENT_UNAVAILABLE, "not there yet");
    }

    /**
     * Issues a certificate; nothing is recorded. For tests and tools: {@link #enrol} and {@link #renew} do more.
     *
     * @param request PKCS #10 (RFC 2986), DER; only its key is used
     * @param deviceId who it is for
     * @param groups what it belongs to
     * @return the certificate and whom to trust
     * @throws RefusedException when the request is not acceptable, or no certificates can be made now
     */
    public Credentials issue(byte[] request, String deviceId, Set<String> groups) throws RefusedException {
        throw new RefusedException(RefusedException.Reason.ENROLMENT_UNAVAILABLE, "not there yet");
    }

    /**
     * Checks a device that connects: its certificate, that it is not revoked, that its key is the enrolled one.
     *
     * @param chain as it was shown in TLS
     * @param grace how long after its expiry a device's certificate is still good
     * @return who it is
     * @throws RefusedException when it is not let in
     */
    public PeerName admit(List<X509Certificate> chain, Duration grace) throws RefusedException {
        throw new RefusedException(RefusedException.Reason.CERTIFICATE_REFUSED, "not there yet");
    }

    /** {@return the join tokens} */
    public JoinTokens tokens() {
        throw new UnsupportedOperationException();
    }

    /** {@return the enrolled devices} */
    public Enrolments enrolments() {
        throw new UnsupportedOperationException();
    }

    /** {@return who is shut out} */
    public Revocations revocations() {
        throw new UnsupportedOperationException();
    }

    /** A CA of the overlay, for people. */
    public record Ca(String fingerprint, X509Certificate certificate, boolean inUse, Optional<Path> key) {}

    /** {@return the trusted CAs, the one in use first} */
    public List<Ca> authorities() {
        return List.of();
    }
}
