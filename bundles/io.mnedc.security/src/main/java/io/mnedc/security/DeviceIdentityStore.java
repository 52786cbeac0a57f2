package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What a device keeps: its key, its certificate, whom it trusts, the time, its relays. Thread-safe; for one process. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class DeviceIdentityStore implements IdentityProvider {
    private final TimeFloor floor;

    private DeviceIdentityStore(TimeFloor floor) {
        this.floor = floor;
    }

    /**
     * Opens the store.
     *
     * @param directory for it alone; made when missing
     * @param clock the system's
     * @return the store
     * @throws IOException if the directory cannot be used; the message has the cure
     */
    public static DeviceIdentityStore open(Path directory, InstantSource clock) throws IOException {
        PrivateFiles.directory(directory);
        return new DeviceIdentityStore(TimeFloor.open(directory.resolve("time-floor"), clock));
    }

    /** {@return the effective time, kept in this store} */
    public TimeFloor floor() {
        return floor;
    }

    /** {@return the stored identity; empty before enrolment} */
    public Optional<Identity> stored() throws GeneralSecurityException {
        return Optional.empty();
    }

    @Override
    public Identity identity() throws GeneralSecurityException {
        throw new GeneralSecurityException("not there yet");
    }

    /**
     * A request for a certificate by a new key, which becomes the device's by {@link #enrolled}. The same key again until
     * then, so that an enrolment whose answer was lost can be tried again.
     *
     * @param deviceId the common name
     * @return PKCS #10 (RFC 2986), DER
     * @throws IOException if the key cannot be stored
     * @throws GeneralSecurityException if the platform cannot make it
     */
    public byte[] enrolmentRequest(String deviceId) throws IOException, GeneralSecurityException {
        throw new IOException("not there yet");
    }

    /**
     * A request for another certificate by the present key.
     *
     * @param deviceId the common name
     * @return PKCS #10 (RFC 2986), DER
     * @throws GeneralSecurityException if there is no key
     */
    public byte[] renewalRequest(String deviceId) throws GeneralSecurityException {
        throw new GeneralSecurityException("not there yet");
    }

    /**
     * Stores the outcome of an enrolment: the new key is the device's from now on, the token is not used again.
     *
     * @param credentials what the relay sent
     * @param token that was redeemed; its CA is trusted, others that it vouches for too, and its addresses are kept
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the credentials are not for the requested key, or not of the token's CA
     */
    public void enrolled(Credentials credentials, JoinToken token) throws IOException, GeneralSecurityException {
        throw new IOException("not there yet");
    }

    /**
     * Stores renewed credentials. Trust follows the relay: CAs that it no longer names go, and new ones come if one
     * trusted before vouches for them.
     *
     * @param credentials what the relay sent; an empty chain or an empty list of trusted ones changes nothing of it
     * @return whether {@link #identity} is another one now
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the credentials are not for the device's key or ID, or nobody would be trusted
     */
    public boolean update(Credentials credentials) throws IOException, GeneralSecurityException {
        throw new IOException("not there yet");
    }

    /** {@return whether this is the token that was redeemed last} */
    public boolean redeemed(JoinToken token) {
        return false;
    }

    /** {@return the relays of the token that was redeemed last, {@code HOST:PORT}; empty before} */
    public List<String> relays() {
        return List.of();
    }

    /** {@return when half of the certificate's life is over; empty before enrolment} */
    public Optional<Instant> renewAt() {
        return Optional.empty();
    }

    /** {@return the device ID in the certificate; empty before enrolment} */
    public Optional<String> deviceId() {
        return Optional.empty();
    }
}
