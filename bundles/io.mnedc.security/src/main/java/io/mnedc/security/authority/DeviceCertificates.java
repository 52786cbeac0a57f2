package io.mnedc.security.authority;

import io.mnedc.api.text.PlainText;
import io.mnedc.security.CertificateNames;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.Pem;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import io.mnedc.security.files.DirectoryLock;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enrols devices by join tokens, and renews their certificates. Thread-safe, also beside other processes. */
@SuppressWarnings("try") // locks are held, not used
final class DeviceCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceCertificates.class);

    private final JoinTokens tokens;
    private final Enrolments enrolments;
    private final Revocations revocations;
    private final Duration life;
    private final InstantSource clock;

    DeviceCertificates(
            JoinTokens tokens, Enrolments enrolments, Revocations revocations, Duration life, InstantSource clock) {
        this.tokens = tokens;
        this.enrolments = enrolments;
        this.revocations = revocations;
        this.life = life;
        this.clock = clock;
    }

    /** See {@link OverlayAuthority#enrol}. */
    Enrolled enrol(CaFiles.State at, long tokenId, byte[] secret, String deviceId, byte[] request)
            throws RefusedException {
        try {
            // the secret first: who does not have it learns nothing, costs little, and holds nobody's lock
            tokens.prove(tokenId, secret);
            PublicKey key = CertificateRequest.provenKey(request);
            String fingerprint = Fingerprints.of(key);
            // not under the directory's lock: a revocation takes the two in the other order
            revocations.poll();
            if (at.key().isEmpty()) {
                throw unavailable();
            }
            try (DirectoryLock lock = DirectoryLock.of(tokens.directory())) {
                JoinTokens.Grant grant = tokens.grant(
                        tokenId,
                        secret,
                        deviceId,
                        fingerprint,
                        id -> revocations.find(id).isPresent());
                DeviceAuthorization.checkFree(grant, fingerprint, revocations, enrolments);
                X509Certificate certificate = issue(at, key, grant.deviceId(), grant.groups());
                // in this order: who lost the answer to a crash in between may come again
                enrolments.record(
                        grant.deviceId(),
                        fingerprint,
                        grant.groups(),
                        certificate,
                        clock.instant(),
                        JoinTokens.name(tokenId));
                tokens.take(tokenId, grant, fingerprint);
                return new Enrolled(grant.deviceId(), grant.groups(), credentials(at, certificate));
            }
        } catch (IOException | GeneralSecurityException e) {
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
        revocations.poll();
        if (revocations.find(deviceId).isPresent()) {
            throw DeviceAuthorization.revoked(deviceId);
        }
        try (DirectoryLock lock = DirectoryLock.of(tokens.directory())) {
            String fingerprint = Fingerprints.of(key);
            DeviceAuthorization.checkKey(enrolments, deviceId, fingerprint);
            var record = enrolments.find(deviceId);
            Set<String> groups = record.isPresent()
                    ? record.get().groups()
                    : new CertificateNames(current).device().groups();
            X509Certificate certificate = issue(at, key, deviceId, groups);
            enrolments.record(deviceId, fingerprint, groups, certificate, clock.instant(), "");
            return new Enrolled(deviceId, groups, credentials(at, certificate));
        } catch (IOException | GeneralSecurityException e) {
            throw failed(e);
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

    private X509Certificate issue(CaFiles.State at, PublicKey key, String deviceId, Set<String> groups)
            throws GeneralSecurityException, RefusedException {
        Issuer issuer = at.issuer().orElseThrow(DeviceCertificates::unavailable);
        return issuer.device(key, deviceId, groups, clock.instant(), life);
    }

    private static Credentials credentials(CaFiles.State at, X509Certificate own) throws CertificateException {
        return new Credentials(Pem.encode(List.of(own)), Pem.encode(at.all()));
    }

    private static RefusedException unavailable() {
        return new RefusedException(
                Reason.ENROLMENT_UNAVAILABLE,
                "this relay makes no certificates now, because its CA key is kept elsewhere: ask who runs it");
    }

    private static RefusedException failed(Exception cause) {
        LOG.error("A certificate could not be issued: {}", PlainText.of(cause));
        return new RefusedException(
                Reason.ENROLMENT_UNAVAILABLE,
                "the relay cannot make certificates now, its log says why: try again later");
    }
}
