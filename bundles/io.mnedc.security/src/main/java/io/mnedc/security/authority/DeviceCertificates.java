package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.CertificateNames;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.Pem;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enrols devices by join tokens, and renews their certificates. Thread-safe, also beside other processes. */
final class DeviceCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceCertificates.class);

    private final Records records;
    private final JoinTokens tokens;
    private final Enrolments enrolments;
    private final Revocations revocations;
    /** Which relays can make certificates. */
    private final Supplier<List<String>> elsewhere;

    private final Duration life;
    private final InstantSource clock;

    DeviceCertificates(
            Records records,
            JoinTokens tokens,
            Enrolments enrolments,
            Revocations revocations,
            Supplier<List<String>> elsewhere,
            Duration life,
            InstantSource clock) {
        this.elsewhere = elsewhere;
        this.records = records;
        this.tokens = tokens;
        this.enrolments = enrolments;
        this.revocations = revocations;
        this.life = life;
        this.clock = clock;
    }

    /** See {@link OverlayAuthority#enrol}. */
    Enrolled enrol(CaFiles.State at, long tokenId, byte[] secret, String deviceId, byte[] request)
            throws RefusedException {
        checkReady(records);
        try {
            // the secret first: who does not have it learns nothing, costs little, and holds nobody's lock
            tokens.prove(tokenId, secret);
            PublicKey key = CertificateRequest.provenKey(request);
            String fingerprint = Fingerprints.of(key);
            // not in the change: a revocation takes the locks of files in the other order
            revocations.poll();
            if (at.key().isEmpty()) {
                throw unavailable(elsewhere.get());
            }
            return records.change(draft -> {
                JoinTokens.Grant grant = tokens.grant(
                        draft,
                        tokenId,
                        secret,
                        deviceId,
                        fingerprint,
                        id -> revocations.find(id).isPresent());
                DeviceAuthorization.checkFree(
                        grant,
                        fingerprint,
                        revocations,
                        enrolments.find(draft, grant.deviceId()).map(Enrolment::key));
                draft.unlessRevoked(grant.deviceId());
                X509Certificate certificate = issued(at, key, grant.deviceId(), grant.groups());
                // in this order: who lost the answer to a crash in between may come again
                enrolments.record(
                        draft,
                        grant.deviceId(),
                        fingerprint,
                        grant.groups(),
                        certificate,
                        clock.instant(),
                        JoinTokens.name(tokenId));
                tokens.take(draft, tokenId, grant, fingerprint);
                return new Enrolled(grant.deviceId(), grant.groups(), credentials(at, certificate));
            });
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** See {@link OverlayAuthority#renew}. */
    Enrolled renew(CaFiles.State at, X509Certificate current, String deviceId, byte[] request) throws RefusedException {
        PublicKey key = CertificateRequest.provenKey(request);
        if (!key.equals(current.getPublicKey())) {
            throw new RefusedException(
                    Reason.CERTIFICATE_REFUSED,
                    "a certificate is renewed for its own key only: enrol with a new token");
        }
        checkReady(records);
        revocations.poll();
        if (revocations.find(deviceId).isPresent()) {
            throw DeviceAuthorization.revoked(deviceId);
        }
        try {
            String fingerprint = Fingerprints.of(key);
            return records.change(draft -> {
                Optional<Enrolment> record = enrolments.find(draft, deviceId);
                DeviceAuthorization.checkKey(record.map(Enrolment::key), deviceId, fingerprint);
                draft.unlessRevoked(deviceId);
                Set<String> groups = record.isPresent() ? record.get().groups() : groups(current);
                X509Certificate certificate = issued(at, key, deviceId, groups);
                enrolments.record(draft, deviceId, fingerprint, groups, certificate, clock.instant(), "");
                return new Enrolled(deviceId, groups, credentials(at, certificate));
            });
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static Set<String> groups(X509Certificate certificate) throws IOException {
        try {
            return new CertificateNames(certificate).device().groups();
        } catch (CertificateException e) {
            throw new IOException(PlainText.of(e), e);
        }
    }

    /** What needs no look at the log, and gets no line there: anybody may ask. */
    static void checkReady(Records records) throws RefusedException {
        try {
            records.checkReady();
        } catch (IOException e) {
            throw new RefusedException(
                    Reason.ENROLMENT_UNAVAILABLE,
                    "this relay cannot make certificates now: " + PlainText.of(e)
                            + "; try another relay, or again later");
        }
    }

    /** See {@link OverlayAuthority#issue}. */
    Credentials issue(CaFiles.State at, byte[] request, String deviceId, Set<String> groups) throws RefusedException {
        try {
            return credentials(at, issue(at, CertificateRequest.provenKey(request), deviceId, groups));
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    /** See {@link OverlayAuthority#renewRelay}. */
    Credentials relay(CaFiles.State at, PublicKey key) throws RefusedException {
        Issuer issuer = at.relayIssuer().orElseThrow(() -> unavailable(elsewhere.get()));
        try {
            X509Certificate own = issuer.relay(key, clock.instant());
            return new Credentials(Pem.encode(List.of(own, issuer.certificate())), Pem.encode(at.all()));
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    private X509Certificate issue(CaFiles.State at, PublicKey key, String deviceId, Set<String> groups)
            throws GeneralSecurityException, RefusedException {
        Issuer issuer = at.issuer().orElseThrow(() -> unavailable(elsewhere.get()));
        return issuer.device(key, deviceId, groups, clock.instant(), life);
    }

    /** The same for a change that is being put together. */
    private X509Certificate issued(CaFiles.State at, PublicKey key, String deviceId, Set<String> groups)
            throws IOException, RefusedException {
        try {
            return issue(at, key, deviceId, groups);
        } catch (GeneralSecurityException e) {
            throw new IOException(PlainText.of(e), e);
        }
    }

    static Credentials credentials(CaFiles.State at, X509Certificate own) {
        try {
            return new Credentials(Pem.encode(List.of(own)), Pem.encode(at.all()));
        } catch (CertificateException e) {
            throw new IllegalStateException("certificates that were made or read cannot be written", e);
        }
    }

    static RefusedException unavailable(List<String> relays) {
        return new RefusedException(
                Reason.ENROLMENT_UNAVAILABLE,
                "this relay makes no certificates now, because its CA key is kept elsewhere: "
                        + (relays.isEmpty()
                                ? "ask who runs it"
                                : "ask " + String.join(" or ", relays) + ", or try again"));
    }

    static RefusedException failed(Exception cause) {
        LOG.error("A certificate could not be issued: {}", PlainText.of(cause));
        return new RefusedException(
                Reason.ENROLMENT_UNAVAILABLE,
                "the relay cannot make certificates now, its log says why: try again later");
    }
}
