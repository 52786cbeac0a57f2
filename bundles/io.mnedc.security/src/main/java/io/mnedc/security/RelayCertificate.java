package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relay's own key and certificate, issued by the CA in use and renewed when half of its life is over. */
final class RelayCertificate {
    static final String CERTIFICATE = "relay.crt.pem";
    static final String KEY = "relay.key.pem";

    private static final Logger LOG = LoggerFactory.getLogger(RelayCertificate.class);

    /** An identity and when it is to be renewed. */
    record Loaded(Identity identity, Instant renewAt) {}

    private final Path directory;

    RelayCertificate(Path directory) {
        this.directory = directory;
    }

    /** Takes what is there if it is good, makes another one if not. With the directory's lock. */
    Loaded loadOrRenew(CaFiles.State ca, Instant now) throws IOException, GeneralSecurityException {
        Optional<KeyPair> key = key();
        Optional<X509Certificate> certificate = key.isPresent() ? certificate(key.get()) : Optional.empty();
        if (ca.key().isPresent()
                && (certificate.isEmpty()
                        || !issuedBy(ca.current(), certificate.get())
                        || !now.isBefore(halfLife(certificate.get())))) {
            KeyPair own = key.isPresent() ? key.get() : newKey();
            X509Certificate fresh = ca.issuer().orElseThrow().relay(own.getPublic(), now);
            Pem.write(directory.resolve(CERTIFICATE), List.of(fresh));
            LOG.info("New relay certificate, good until {}", fresh.getNotAfter().toInstant());
            return loaded(own, fresh, ca);
        }
        boolean believed = certificate.isPresent()
                && ca.authorities().stream().anyMatch(each -> issuedBy(each, certificate.get()));
        if (key.isEmpty() || certificate.isEmpty() || !believed) {
            throw new CertificateException(directory.resolve(CERTIFICATE)
                    + " or its key is missing, or no trusted CA has issued it, and there is no CA key to make another one: put "
                    + directory.resolve(CaFiles.KEY) + " back");
        }
        if (!now.isBefore(halfLife(certificate.get()))) {
            LOG.warn(
                    "The relay's certificate ends at {} and cannot be renewed without the CA key: put {} back for a while",
                    certificate.get().getNotAfter().toInstant(),
                    directory.resolve(CaFiles.KEY));
        }
        return loaded(key.get(), certificate.get(), ca);
    }

    private Optional<KeyPair> key() throws IOException, GeneralSecurityException {
        Path file = directory.resolve(KEY);
        return Files.exists(file) ? Optional.of(Pem.key(file)) : Optional.empty();
    }

    private KeyPair newKey() throws IOException, GeneralSecurityException {
        KeyPair key = Keys.generate();
        Pem.write(directory.resolve(KEY), key, "Key of the relay.\n");
        return key;
    }

    private Optional<X509Certificate> certificate(KeyPair key) throws IOException, CertificateException {
        Path file = directory.resolve(CERTIFICATE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        X509Certificate certificate = Pem.certificates(file).get(0);
        return Keys.match(key.getPrivate(), certificate.getPublicKey()) ? Optional.of(certificate) : Optional.empty();
    }

    private static boolean issuedBy(X509Certificate ca, X509Certificate certificate) {
        try {
            certificate.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static Instant halfLife(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        return begin.plus(
                Duration.between(begin, certificate.getNotAfter().toInstant()).dividedBy(2));
    }

    /**
     * The chain leads to every trusted CA: through one that vouches for the CA in use, devices that have been away since
     * before the rotation still believe the relay, and tokens made before it can be redeemed.
     */
    private static Loaded loaded(KeyPair key, X509Certificate own, CaFiles.State ca) {
        Set<X509Certificate> chain = new LinkedHashSet<>(List.of(own));
        X509Certificate issuer = ca.authorities().stream()
                .filter(each -> issuedBy(each, own))
                .findFirst()
                .orElse(ca.current());
        ca.vouching().stream()
                .filter(each -> each.getSubjectX500Principal().equals(issuer.getSubjectX500Principal()))
                .forEach(chain::add);
        chain.add(issuer);
        chain.addAll(ca.authorities());
        Identity identity = new Identity(key.getPrivate(), new ArrayList<>(chain), Set.copyOf(ca.authorities()));
        return new Loaded(identity, halfLife(own));
    }
}
