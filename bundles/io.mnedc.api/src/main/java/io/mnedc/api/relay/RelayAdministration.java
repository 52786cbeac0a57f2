package io.mnedc.api.relay;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** Who may join the overlay: join tokens, enrolled devices, revocations. Published beside a secured relay. Thread-safe. */
@ProviderType
public interface RelayAdministration {
    /**
     * What a join token is good for.
     *
     * @param deviceId the only device ID that it enrols, which may be enrolled already (its key is then replaced);
     *     empty: any ID that is not enrolled yet
     * @param groups what the devices belong to in the access rules; each 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     * @param lifetime how long it can be used, at least a second
     * @param uses how many devices or relays it enrols, 1 to 1,000,000
     * @param addresses {@code HOST:PORT} of the relay as devices see it; empty: those the relay listens on
     * @param relay whether it is for relays that join the overlay, not for devices; then without a device ID and groups
     */
    record TokenRequest(
            Optional<String> deviceId,
            Set<String> groups,
            Duration lifetime,
            int uses,
            List<String> addresses,
            boolean relay) {
        /** Copies the collections. */
        public TokenRequest {
            groups = Set.copyOf(groups);
            addresses = List.copyOf(addresses);
        }

        /** For devices. */
        public TokenRequest(
                Optional<String> deviceId, Set<String> groups, Duration lifetime, int uses, List<String> addresses) {
            this(deviceId, groups, lifetime, uses, addresses, false);
        }

        /** {@return one for relays} */
        public static TokenRequest forRelays(Duration lifetime, int uses, List<String> addresses) {
            return new TokenRequest(Optional.empty(), Set.of(), lifetime, uses, addresses, true);
        }
    }

    /**
     * An enrolled device.
     *
     * @param deviceId its unique ID
     * @param groups what it belongs to
     * @param key the SHA-256 of its public key (SubjectPublicKeyInfo, RFC 5280), in hexadecimal
     * @param since when it was enrolled
     * @param expires when its newest certificate expires
     */
    record Enrolment(String deviceId, Set<String> groups, String key, Instant since, Instant expires) {}

    /**
     * A device that is shut out.
     *
     * @param deviceId its unique ID
     * @param since since when
     * @param reason what was said about it; may be empty
     */
    record Revocation(String deviceId, Instant since, String reason) {}

    /**
     * A join token that can be used still. Its secret is kept nowhere.
     *
     * @param id names it, 16 hexadecimal digits
     * @param deviceId the only device ID that it enrols; empty: any
     * @param groups what the devices belong to
     * @param expires until when it can be used
     * @param uses how many devices or relays more it enrols
     * @param relay whether it is for relays that join the overlay, not for devices
     */
    record OpenToken(
            String id, Optional<String> deviceId, Set<String> groups, Instant expires, int uses, boolean relay) {
        /** Copies the groups. */
        public OpenToken {
            groups = Set.copyOf(groups);
        }

        /** For devices. */
        public OpenToken(String id, Optional<String> deviceId, Set<String> groups, Instant expires, int uses) {
            this(id, deviceId, groups, expires, uses, false);
        }
    }

    /**
     * What came of shutting a device out.
     *
     * @param known whether it is enrolled; also true where nobody can tell, because this relay's PKI is run elsewhere
     * @param cancelled the join tokens that it has used and that could be used still: they may be on its disk, so nobody
     *     can use them any more
     */
    record ShutOut(boolean known, List<OpenToken> cancelled) {
        /** Copies the list. */
        public ShutOut {
            cancelled = List.copyOf(cancelled);
        }
    }

    /**
     * A CA that the overlay trusts.
     *
     * @param fingerprint the SHA-256 of its certificate, in hexadecimal
     * @param inUse whether it issues the certificates of devices
     * @param expires when its certificate expires
     * @param key where its private key is; empty: it is not at the relay
     */
    record Authority(String fingerprint, boolean inUse, Instant expires, Optional<String> key) {}

    /**
     * Makes a join token.
     *
     * @param request what it is good for
     * @return the token, to be handed to the devices; it is a secret and is kept nowhere else
     * @throws IOException if it cannot be stored
     * @throws IllegalArgumentException if the request is out of its ranges
     * @throws IllegalStateException if this relay makes no certificates, because it has no CA key, or is alone and the token is
     *     for relays
     */
    String token(TokenRequest request) throws IOException;

    /**
     * {@return the join token that the relay's setting {@code token.request} has asked for, while it can be used; a secret}
     */
    default Optional<String> requestedToken() {
        return Optional.empty();
    }

    /** {@return the join tokens that can be used still, those that expire first first} */
    List<OpenToken> tokens();

    /**
     * Ends a join token: nobody can use it any more. Devices that have used it stay enrolled.
     *
     * @param id names it, as {@link OpenToken} says
     * @return whether it could be used until now
     * @throws IOException if that cannot be stored
     * @throws IllegalArgumentException if it names none
     */
    boolean cancelToken(String id) throws IOException;

    /** {@return the enrolled devices, by ID} */
    List<Enrolment> enrolled();

    /**
     * Shuts a device out: its connection is closed, its peers drop their keys, its certificates are refused, it cannot
     * enrol, and the join tokens that it has used are no longer valid.
     *
     * @param deviceId who; need not be enrolled
     * @param reason a sentence; line breaks become blanks
     * @return what came of it
     * @throws IOException if it cannot be stored; it is shut out until the relay's next start all the same
     * @throws IllegalArgumentException if it is no device ID
     */
    ShutOut revoke(String deviceId, String reason) throws IOException;

    /**
     * Lets a device in again.
     *
     * @param deviceId who
     * @return whether it was shut out
     * @throws IOException if it cannot be stored
     */
    boolean unrevoke(String deviceId) throws IOException;

    /** {@return who is shut out, by ID} */
    List<Revocation> revoked();

    /**
     * Closes a device's connection now, and tells the device why. It is not shut out and connects again. Listeners and audit log
     * hear that the administrator has done it.
     *
     * @param deviceId who
     * @return whether it was connected
     */
    boolean disconnect(String deviceId);

    /**
     * Empties this relay, for maintenance: its devices are asked, a few at a time, to go to other relays of the overlay, which takes up to
     * a minute. Devices that come are sent on while another relay is connected. It lasts until {@link #undrain} or the relay's end.
     *
     * @return how many devices are registered here now
     * @throws IllegalStateException if there is no other relay, or none is connected
     */
    default int drain() {
        throw new IllegalStateException("this relay is alone, so its devices have nowhere to go");
    }

    /**
     * Takes devices again. Those that went stay where they are.
     *
     * @return whether the relay was being emptied
     */
    default boolean undrain() {
        return false;
    }

    /**
     * Takes a relay out of the overlay for good, whether it runs or not: its links and the connections of its server end, and its key is
     * refused from then on. If it runs, it sends its devices to the other relays. It can come back by another join token, with
     * another key.
     *
     * @param relayId its ID, as {@link RelayStatus#relays} has it; this relay's own: it leaves
     * @return whether it was one of the overlay
     * @throws IllegalStateException if this relay is alone, or it is this one and no other one is connected
     * @throws IOException if the shared store does not answer
     */
    default boolean removeRelay(String relayId) throws IOException {
        throw new IllegalStateException("this relay is alone, so there is no other one to take out");
    }

    /** {@return the CAs that the overlay trusts, the one in use first; none if this relay's PKI is run elsewhere} */
    List<Authority> authorities();

    /**
     * Makes a second CA, to replace the one in use. Devices are told to trust both from now on. Wait with
     * {@link #useAuthority} until all devices that matter have been connected once.
     *
     * @return its fingerprint
     * @throws IOException if it cannot be made or stored
     * @throws IllegalStateException if there are two already, the key of the one in use is not there, or this relay's PKI is
     *     run elsewhere
     */
    String addAuthority() throws IOException;

    /**
     * Issues the certificates of devices by another trusted CA from now on. Wait with {@link #dropAuthority} until all devices
     * have renewed their certificates, which they do at half of their life.
     *
     * @param fingerprint of the CA, at least its first 8 digits
     * @throws IOException if that cannot be stored, or its key cannot be used
     * @throws IllegalArgumentException if there is none with that fingerprint
     * @throws IllegalStateException if its key is not there, or this relay's PKI is run elsewhere
     */
    void useAuthority(String fingerprint) throws IOException;

    /**
     * Ends the trust in a CA. Devices with a certificate by it are shut out until they enrol again. Join tokens that were made
     * before, and are not redeemed yet, are no longer valid.
     *
     * @param fingerprint of the CA, at least its first 8 digits
     * @throws IOException if that cannot be stored
     * @throws IllegalArgumentException if there is none with that fingerprint
     * @throws IllegalStateException if it is in use, or the relay's own certificate needs it still, or this relay's PKI is run
     *     elsewhere
     */
    void dropAuthority(String fingerprint) throws IOException;
}
