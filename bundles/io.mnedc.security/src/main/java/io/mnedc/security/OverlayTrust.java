package io.mnedc.security;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose certificate is believed, and whose it is: path validation of RFC 5280 by the JDK, then what the certificate says
 * its owner is. Thread-safe, without state.
 */
public final class OverlayTrust {
    /** Extended key usages, RFC 5280, section 4.2.1.12. */
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    /** A relay sends its own and its CA's; a PKI may have more levels. */
    private static final int MAX_CHAIN = 8;

    private static final Logger LOG = LoggerFactory.getLogger(OverlayTrust.class);

    private OverlayTrust() {}

    /**
     * Checks a certificate. That the peer has the key is TLS's business. For a relay whose result is not
     * {@link PeerName#named}, the caller must also check the host name.
     *
     * @param chain as the peer sent it, its own first; what follows may be more than is needed
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
        if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
            throw new CertificateException(
                    chain.size() + " certificates were shown: 1 to " + MAX_CHAIN + " are allowed");
        }
        X509Certificate own = chain.get(0);
        CertificateNames names = new CertificateNames(own);
        validate(chain, names, trusted, within(own, names, now, grace));
        usable(own, names);
        return role == Role.RELAY ? relay(own, names) : device(own, names);
    }

    /** {@return the time to validate at: within the grace period, the last moment of the certificate} */
    private static Instant within(X509Certificate own, CertificateNames names, Instant now, Duration grace)
            throws CertificateException {
        Instant end = own.getNotAfter().toInstant();
        if (!now.isAfter(end)) {
            return now;
        }
        if (now.isAfter(end.plus(grace))) {
            throw new CertificateException("the certificate of " + names.shownSubject() + " expired at " + end
                    + (grace.isZero() ? "" : ", more than the " + grace.toDays() + " days of grace ago")
                    + " (it is " + now + " here): enrol again with a new join token, or correct the clock");
        }
        return end;
    }

    private static void validate(
            List<X509Certificate> chain, CertificateNames names, Set<X509Certificate> trusted, Instant at)
            throws CertificateException {
        Set<TrustAnchor> anchors = new HashSet<>();
        Set<TrustAnchor> others = new HashSet<>();
        for (X509Certificate ca : trusted) {
            if (ca.getBasicConstraints() >= 0) {
                TrustAnchor anchor = new TrustAnchor(ca, null);
                anchors.add(anchor);
                if (!OverlayCa.isOverlays(ca)) {
                    others.add(anchor);
                }
            }
        }
        CertificateException why = null;
        for (int length = 1; length <= chain.size(); length++) {
            List<X509Certificate> path = chain.subList(0, length);
            // an overlay's CA certifies devices and relays itself. A longer path to it could only lead through a CA for
            // which it vouches, and that one may have been dropped since, because its key was stolen
            Set<TrustAnchor> ends = length == 1 ? anchors : others;
            if (issuedByOne(path.get(length - 1), ends)) {
                why = validatePath(path, names, ends, at);
                if (why == null) {
                    return;
                }
            }
        }
        throw why != null
                ? why
                : new CertificateException("the certificate of " + names.shownSubject()
                        + " is not of this overlay: it was issued by "
                        + Names.shown(chain.get(0).getIssuerX500Principal().getName()) + ", who is not trusted here");
    }

    private static boolean issuedByOne(X509Certificate certificate, Set<TrustAnchor> anchors) {
        return anchors.stream()
                .anyMatch(anchor -> certificate
                        .getIssuerX500Principal()
                        .equals(anchor.getTrustedCert().getSubjectX500Principal()));
    }

    private static @Nullable CertificateException validatePath(
            List<X509Certificate> path, CertificateNames names, Set<TrustAnchor> anchors, Instant at) {
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return null;
        } catch (CertPathValidatorException e) {
            return new CertificateException(
                    "the certificate of " + names.shownSubject() + " is not accepted: "
                            + Names.shown(String.valueOf(e.getMessage())) + " (it is " + at + " here)",
                    e);
        } catch (GeneralSecurityException e) {
            return new CertificateException("the certificate of " + names.shownSubject() + " cannot be checked", e);
        }
    }

    private static void usable(X509Certificate own, CertificateNames names) throws CertificateException {
        boolean[] usage = own.getKeyUsage();
        if (own.getBasicConstraints() >= 0 || (usage != null && !usage[0])) {
            throw new CertificateException(
                    "the certificate of " + names.shownSubject() + " is not for signing handshakes");
        }
    }

    private static PeerName relay(X509Certificate own, CertificateNames names) throws CertificateException {
        List<String> purposes = own.getExtendedKeyUsage();
        boolean server = purposes != null && purposes.contains(SERVER_AUTH);
        if (!server || (names.named() && !names.relay())) {
            throw new CertificateException("the certificate of " + names.shownSubject() + " is not that of a relay");
        }
        return new PeerName("", Set.of(), names.named());
    }

    private static PeerName device(X509Certificate own, CertificateNames names) throws CertificateException {
        List<String> purposes = own.getExtendedKeyUsage();
        // other PKIs do not always say what a certificate is for; ours does
        boolean client = purposes == null ? !names.named() : purposes.contains(CLIENT_AUTH);
        if (!client || names.relay()) {
            throw new CertificateException("the certificate of " + names.shownSubject() + " is not that of a device");
        }
        return names.device();
    }

    /**
     * {@return trust for the relay's side: TLS proves that the client has its key, the caller checks the rest; but a key
     *     with which that proof would cost the relay much is refused before}
     */
    public static X509ExtendedTrustManager acceptAny() {
        return new PeerTrust(chain -> {
            String complaint = Keys.tooCostly(chain.get(0).getPublicKey());
            if (complaint != null) {
                throw new CertificateException(complaint);
            }
        });
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
        Set<X509Certificate> authorities = Set.copyOf(trusted);
        return new PeerTrust(chain -> {
            PeerName name = relay(chain, authorities, floor);
            if (!name.named()) {
                HostNames.check(chain.get(0), host);
            }
            floor.raise(chain.get(0).getNotBefore().toInstant());
        });
    }

    /**
     * Trust for a relay that was found without a name, such as by its own announcement. Its certificate must have {@code
     * mnedc://} names: without a host name to compare, nothing else tells a relay from another server of the same PKI.
     *
     * @param trusted the authorities
     * @param floor as in {@link #relayTrust}
     * @return the trust
     */
    public static X509ExtendedTrustManager foundRelayTrust(Set<X509Certificate> trusted, TimeFloor floor) {
        Set<X509Certificate> authorities = Set.copyOf(trusted);
        return new PeerTrust(chain -> {
            if (!relay(chain, authorities, floor).named()) {
                throw new CertificateException("the certificate does not say that it is a relay's, and a relay that"
                        + " announces itself has no host name to compare: set relays to the relay's HOST:PORT");
            }
            floor.raise(chain.get(0).getNotBefore().toInstant());
        });
    }

    /**
     * Trust for the relay of a join token: its chain must lead to a CA with that fingerprint, which it sends.
     *
     * @param fingerprint of the CA's certificate
     * @param floor as in {@link #relayTrust}
     * @return the trust
     */
    public static X509ExtendedTrustManager pinned(String fingerprint, TimeFloor floor) {
        return new PeerTrust(chain -> {
            Set<X509Certificate> authority = new HashSet<>();
            for (X509Certificate each : chain) {
                if (Fingerprints.of(each).equals(fingerprint)) {
                    authority.add(each);
                }
            }
            if (authority.isEmpty()) {
                throw new CertificateException("the relay is not the one of the join token: it shows no CA certificate"
                        + " with the fingerprint " + fingerprint + "; make a new token at the right relay");
            }
            PeerName name = relay(chain, authority, floor);
            if (!name.named()) {
                throw new CertificateException("the certificate of the join token's relay does not name a relay");
            }
            floor.raise(chain.get(0).getNotBefore().toInstant());
        });
    }

    /**
     * Checks a relay by {@link TimeFloor#at}: neither what another relay has told before nor a floor that was pushed ahead
     * locks this device out.
     */
    private static PeerName relay(List<X509Certificate> chain, Set<X509Certificate> authorities, TimeFloor floor)
            throws CertificateException {
        Instant begin = chain.get(0).getNotBefore().toInstant();
        Instant end = chain.get(0).getNotAfter().toInstant();
        Instant now = floor.now();
        Instant at = floor.at(begin, end);
        PeerName name = check(chain, Role.RELAY, authorities, at, Duration.ZERO);
        if (now.isAfter(end)) {
            LOG.warn(
                    "The relay's certificate is good from {} to {}, but it is {} here by what a relay has told, or by the time"
                            + " floor. The relay is believed by {}, {}; if this device's clock is wrong, set it",
                    begin,
                    end,
                    now,
                    at.isAfter(begin) ? "this device's clock or the floor" : "the beginning of its certificate",
                    at);
        }
        return name;
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
        Set<X509Certificate> authorities = Set.copyOf(trusted);
        return new PeerTrust(chain -> {
            PeerName name = check(chain, Role.DEVICE, authorities, floor.now(), Duration.ZERO);
            if (!name.deviceId().equals(expectedId)) {
                throw new CertificateException(
                        "the certificate is that of " + name.deviceId() + ", not of " + Names.shown(expectedId));
            }
        });
    }
}
