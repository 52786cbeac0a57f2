package io.mnedc.security.authority;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.PeerName;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.VerifiedChains;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides at the relay whether a device that has proven its key is let in, with whatever PKI. Thread-safe. */
public final class DeviceAuthorization {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceAuthorization.class);

    private final IdentityProvider identity;
    private final Revocations revocations;
    private final @Nullable Enrolments enrolments;
    private final InstantSource clock;
    private final VerifiedChains verified = new VerifiedChains();

    /**
     * Makes the decision's parts known.
     *
     * @param identity says who is trusted, now and later
     * @param revocations who is shut out
     * @param enrolments whose keys are known; null with a PKI of one's own
     * @param clock the system's
     */
    public DeviceAuthorization(
            IdentityProvider identity, Revocations revocations, @Nullable Enrolments enrolments, InstantSource clock) {
        this.identity = identity;
        this.revocations = revocations;
        this.enrolments = enrolments;
        this.clock = clock;
    }

    /**
     * Checks a device that connects: its certificate, that it is not revoked, that its key is the enrolled one. Its groups are
     * those of its enrolment, as they are now; its certificate's, if there is none.
     *
     * @param chain as it was shown in TLS
     * @param grace how long after its expiry a device's certificate is still good
     * @return who it is
     * @throws RefusedException when it is not let in
     */
    public PeerName admit(List<X509Certificate> chain, Duration grace) throws RefusedException {
        PeerName name;
        try {
            name = verified.check(chain, trusted(), clock.instant(), grace);
        } catch (CertificateException e) {
            throw new RefusedException(Reason.CERTIFICATE_REFUSED, String.valueOf(e.getMessage()));
        }
        if (revocations.find(name.deviceId()).isPresent()) {
            throw revoked(name.deviceId());
        }
        if (enrolments != null) {
            try {
                // a certificate may be older than the last change of them
                Optional<Enrolment> enrolled = enrolments.find(name.deviceId());
                checkKey(
                        enrolled.map(Enrolment::key),
                        name.deviceId(),
                        Fingerprints.of(chain.get(0).getPublicKey()));
                return new PeerName(
                        name.deviceId(), enrolled.map(Enrolment::groups).orElse(name.groups()), name.named());
            } catch (IOException e) {
                LOG.error("The enrolment of {} cannot be read: {}", name.deviceId(), PlainText.of(e));
                throw new RefusedException(
                        Reason.UNDECIDED, "the relay cannot read this device's enrolment: its log says more");
            }
        }
        return name;
    }

    private Set<X509Certificate> trusted() throws RefusedException {
        try {
            return identity.identity().trusted();
        } catch (GeneralSecurityException e) {
            LOG.error("The relay's own identity cannot be read: {}", PlainText.of(e));
            throw new RefusedException(Reason.UNDECIDED, "the relay cannot read whom it trusts: its log says more");
        }
    }

    /** Whether a token's device may be enrolled with this key. */
    static void checkFree(JoinTokens.Grant grant, String fingerprint, Revocations revocations, Optional<String> known)
            throws RefusedException {
        if (revocations.find(grant.deviceId()).isPresent()) {
            throw revoked(grant.deviceId());
        }
        boolean taken = known.filter(key -> !key.equals(fingerprint)).isPresent();
        if (taken && grant.again()) {
            // or a token that was used once would bring back the key that another token has replaced
            throw new RefusedException(
                    Reason.JOIN_USED,
                    "the join token has been used, and " + grant.deviceId() + " has another key since: make a new one");
        }
        if (taken && !grant.fixed()) {
            throw new RefusedException(
                    Reason.ID_TAKEN,
                    "device ID " + grant.deviceId() + " is enrolled with another key: choose another ID, or, to replace"
                            + " that device, make a token with --id " + grant.deviceId());
        }
    }

    static void checkKey(Optional<String> known, String deviceId, String fingerprint) throws RefusedException {
        if (known.isPresent() && !known.get().equals(fingerprint)) {
            throw new RefusedException(
                    Reason.CERTIFICATE_REFUSED,
                    "device " + deviceId + " has been enrolled again with another key: this certificate is not good any"
                            + " more; enrol with a new join token");
        }
    }

    static RefusedException revoked(String deviceId) {
        return new RefusedException(
                Reason.REVOKED,
                "device " + deviceId + " is revoked: the administrator of the relay can let it in again");
    }
}
