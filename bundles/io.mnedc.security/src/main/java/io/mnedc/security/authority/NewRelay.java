package io.mnedc.security.authority;

import io.mnedc.files.PrivateFiles;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.CrossSigning;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Pem;
import io.mnedc.security.Role;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.files.DirectoryLock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory of a relay that joins an overlay by a token: its key, and what it gets for the token. Afterwards {@link
 * OverlayAuthority} opens it without a CA key. Each step may be done again after a crash. Thread-safe, also beside other processes.
 */
@SuppressWarnings("try") // locks are held, not used
public final class NewRelay {
    /** A relay is no device: its request's name is looked at by nobody. */
    private static final String NAME = "relay";

    private final Path directory;
    private final CaFiles cas;
    private final RelayCertificate relay;
    private final TimeFloor floor;

    private NewRelay(Path directory, TimeFloor floor) {
        this.directory = directory;
        this.cas = new CaFiles(directory);
        this.relay = new RelayCertificate(directory, true);
        this.floor = floor;
    }

    /**
     * Opens the directory, and makes it if it is missing.
     *
     * @param directory for the relay alone
     * @param clock the system's
     * @return the relay
     * @throws IOException if the directory cannot be used; the message has the cure
     */
    public static NewRelay open(Path directory, InstantSource clock) throws IOException {
        PrivateFiles.directory(directory);
        return new NewRelay(directory, TimeFloor.inMemory(clock));
    }

    /** {@return by which time the certificates of the relay that is asked are checked} */
    public TimeFloor floor() {
        return floor;
    }

    /**
     * A request for the relay's certificate, by its key, which is made first if there is none.
     *
     * @param token that is to be redeemed
     * @return PKCS #10 (RFC 2986), DER
     * @throws IOException if the key cannot be read or stored, or the directory belongs to another overlay
     * @throws GeneralSecurityException if the key cannot be used
     */
    public byte[] request(JoinToken token) throws IOException, GeneralSecurityException {
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            checkOverlay(token);
            Optional<KeyPair> known = relay.key();
            KeyPair key = known.isPresent() ? known.get() : relay.newKey();
            return CertificateRequest.make(key.getPrivate(), key.getPublic(), NAME);
        }
    }

    private void checkOverlay(JoinToken token) throws IOException, GeneralSecurityException {
        if (!cas.exist()) {
            return;
        }
        List<X509Certificate> trusted = cas.load().authorities();
        if (trusted.stream().noneMatch(ca -> Fingerprints.of(ca).equals(token.fingerprint()))) {
            throw new IOException(directory + " belongs to a relay of another overlay, whose CA is "
                    + Fingerprints.of(trusted.get(0)) + "; that of the join token is " + token.fingerprint()
                    + ": use another data.dir, or move that one away");
        }
    }

    /**
     * Checks and stores what the token has brought.
     *
     * @param credentials what a relay of the overlay has sent, which has proven that the token's CA has certified it
     * @param token that was redeemed; its CA is trusted, and another one for which it vouches
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the credentials are not for this relay's key, not a relay's, or not of the token's overlay
     */
    public void joined(Credentials credentials, JoinToken token) throws IOException, GeneralSecurityException {
        List<X509Certificate> named = Pem.parse(credentials.trusted());
        Set<X509Certificate> pinned = new HashSet<>();
        for (X509Certificate each : named) {
            if (Fingerprints.of(each).equals(token.fingerprint())) {
                pinned.add(each);
            }
        }
        Set<X509Certificate> authorities = CrossSigning.follow(pinned, named, Set.of());
        if (authorities.isEmpty() || authorities.size() > CaFiles.MOST) {
            throw new CertificateException(
                    authorities.isEmpty()
                            ? "the relay's answer does not name the CA of the join token"
                            : "the relay's answer names " + authorities.size() + " CAs, at most " + CaFiles.MOST
                                    + " are trusted");
        }
        X509Certificate own = checked(Pem.parse(credentials.chain()), authorities);
        X509Certificate current =
                named.stream().filter(authorities::contains).findFirst().orElseThrow();
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            checkOverlay(token);
            KeyPair key = relay.key()
                    .orElseThrow(() -> new IOException("the relay's key is gone from " + directory + ": join again"));
            if (!key.getPublic().equals(own.getPublicKey())) {
                throw new CertificateException("the relay's answer is a certificate for another key");
            }
            // its own certificate comes last: without a CA beside it, this relay would make one
            cas.take(current, inOrder(authorities, named));
            relay.write(own);
        }
    }

    private X509Certificate checked(List<X509Certificate> chain, Set<X509Certificate> authorities)
            throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("the relay's answer has no certificate");
        }
        X509Certificate own = chain.get(0);
        var at = floor.at(own.getNotBefore().toInstant(), own.getNotAfter().toInstant());
        if (!OverlayTrust.check(chain, Role.RELAY, authorities, at, Duration.ZERO)
                .named()) {
            throw new CertificateException(
                    "the relay's answer is a certificate that does not say that it is a relay's");
        }
        return own;
    }

    /** As {@code trusted.pem} has them: the elder first, and behind the CAs those certificates by which one vouches for the other. */
    private static List<X509Certificate> inOrder(Set<X509Certificate> authorities, List<X509Certificate> named) {
        List<X509Certificate> vouching = named.stream()
                .filter(each -> !CaFiles.selfIssued(each)
                        && authorities.stream().anyMatch(ca -> RelayCertificate.issuedBy(ca, each)))
                .toList();
        List<X509Certificate> order = new ArrayList<>(authorities);
        order.sort((one, other) -> Boolean.compare(isVouchedFor(one, vouching), isVouchedFor(other, vouching)));
        order.addAll(vouching);
        return order;
    }

    private static boolean isVouchedFor(X509Certificate ca, List<X509Certificate> vouching) {
        return vouching.stream().anyMatch(each -> each.getPublicKey().equals(ca.getPublicKey()));
    }
}
