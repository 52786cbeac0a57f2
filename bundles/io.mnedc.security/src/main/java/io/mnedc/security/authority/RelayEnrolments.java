package io.mnedc.security.authority;

import io.mnedc.api.text.PlainText;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.RefusedException;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Lets relays join the overlay by join tokens. Thread-safe, also beside other processes. */
final class RelayEnrolments {
    private final Records records;
    private final JoinTokens tokens;
    /** Which relays can make certificates. */
    private final Supplier<List<String>> elsewhere;

    private final InstantSource clock;

    RelayEnrolments(Records records, JoinTokens tokens, Supplier<List<String>> elsewhere, InstantSource clock) {
        this.records = records;
        this.tokens = tokens;
        this.elsewhere = elsewhere;
        this.clock = clock;
    }

    /** See {@link OverlayAuthority#enrolRelay}. */
    Enrolled enrol(CaFiles.State at, long tokenId, byte[] secret, byte[] request) throws RefusedException {
        DeviceCertificates.checkReady(records);
        try {
            // the secret first: who does not have it learns nothing, and costs little
            tokens.prove(tokenId, secret);
            PublicKey key = CertificateRequest.provenKey(request);
            // the one that certifies this relay, too: every device believes it
            Issuer issuer = at.relayIssuer().orElseThrow(() -> DeviceCertificates.unavailable(elsewhere.get()));
            String fingerprint = Fingerprints.of(key);
            return records.change(draft -> {
                EnsembleMember member = draft.member(fingerprint);
                tokens.takeForRelay(draft, tokenId, secret, fingerprint, member.already());
                return new Enrolled(
                        "", Set.of(), DeviceCertificates.credentials(at, certificate(issuer, key)), member.lines());
            });
        } catch (IOException e) {
            throw DeviceCertificates.failed(e);
        }
    }

    private X509Certificate certificate(Issuer issuer, PublicKey key) throws IOException {
        try {
            return issuer.relay(key, clock.instant());
        } catch (GeneralSecurityException e) {
            throw new IOException(PlainText.of(e), e);
        }
    }
}
