package io.mnedc.security.authority;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.Keys;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Pem;
import io.mnedc.security.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relay's own key and certificate, issued by the elder of the trusted CAs and renewed when half of its life is over, or its life has not begun. */
public final class RelayCertificate {
    static final String CERTIFICATE = "relay.crt.pem";
    static final String KEY = "relay.key.pem";

    private static final Logger LOG = LoggerFactory.getLogger(RelayCertificate.class);

    /** An identity, who issued it and when it is to be renewed. */
    record Loaded(Identity identity, X509Certificate issuer, Instant renewAt) {
        /** Whether no other certificate is wanted. */
        boolean lasts(Instant now) {
            return RelayCertificate.lasts(identity.chain().get(0), now);
        }
    }

    private final Path directory;
    private final boolean others;

    /**
     * Nothing is read yet.
     *
     * @param others whether there may be other relays that make a certificate for this one
     */
    RelayCertificate(Path directory, boolean others) {
        this.directory = directory;
        this.others = others;
    }

    /** Takes what is there if it is good, makes another one if not. With the directory's lock. */
    Loaded loadOrRenew(CaFiles.State ca, Instant now) throws IOException, GeneralSecurityException {
        return loadOrRenew(ca, now, null);
    }

    /**
     * The same of one of several relays.
     *
     * @param before what was loaded last; kept if another relay has dropped the CA that issued it, and the key to make another one
     *     is not here: devices that are believed by the other CA must not wait for that. Null: nothing is kept
     */
    Loaded loadOrRenew(CaFiles.State ca, Instant now, @Nullable Loaded before)
            throws IOException, GeneralSecurityException {
        Optional<KeyPair> key = key();
        Optional<X509Certificate> certificate = key.isPresent() ? certificate(key.get()) : Optional.empty();
        Optional<X509Certificate> by = certificate.flatMap(own ->
                ca.authorities().stream().filter(each -> issuedBy(each, own)).findFirst());
        Optional<Issuer> issuer = ca.relayIssuer();
        if (issuer.isPresent()
                && (by.isEmpty()
                        || (ca.elderKey().isPresent() && !by.get().equals(ca.elder()))
                        || !lasts(certificate.orElseThrow(), now))) {
            KeyPair own = key.isPresent() ? key.get() : newKey();
            X509Certificate fresh = issuer.get().relay(own.getPublic(), now);
            write(fresh);
            LOG.info("New relay certificate, good until {}", fresh.getNotAfter().toInstant());
            return loaded(own, fresh, issuer.get().certificate(), ca);
        }
        if (before != null && key.isPresent() && certificate.isPresent() && by.isEmpty()) {
            LOG.error(
                    "The relay's certificate is of a CA that is no longer trusted: devices will not believe this relay until"
                            + " another relay, which has the CA's key, has made one for it, or {} is there",
                    directory.resolve(CaFiles.KEY));
            Identity identity =
                    new Identity(key.get().getPrivate(), before.identity().chain(), Set.copyOf(ca.authorities()));
            return new Loaded(identity, before.issuer(), halfLife(certificate.get()));
        }
        if (key.isEmpty() || certificate.isEmpty() || by.isEmpty()) {
            throw new CertificateException(directory.resolve(CERTIFICATE)
                    + " or its key is missing, or no trusted CA has issued it, and there is no CA key to make another one: put "
                    + directory.resolve(CaFiles.KEY) + " back");
        }
        if (!now.isBefore(halfLife(certificate.get()))) {
            LOG.warn(
                    "The relay's certificate ends at {} and cannot be renewed without the CA key: {} {} back for a while",
                    certificate.get().getNotAfter().toInstant(),
                    others ? "a relay that has it is asked; if none is there, put" : "put",
                    directory.resolve(CaFiles.KEY));
        }
        return loaded(key.get(), certificate.get(), by.get(), ca);
    }

    /** Puts a certificate for the key in its place. With the directory's lock. */
    void write(X509Certificate fresh) throws IOException, CertificateException {
        Pem.write(directory.resolve(CERTIFICATE), List.of(fresh));
    }

    /**
     * Takes a certificate that another relay has made. With the directory's lock.
     *
     * @throws GeneralSecurityException if it is none for this relay, or no better than the one that is there
     */
    void take(Loaded present, CaFiles.State ca, List<byte[]> chain, Instant now)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> fresh = Pem.parse(chain);
        OverlayTrust.check(fresh, Role.RELAY, Set.copyOf(ca.authorities()), now, Duration.ZERO);
        X509Certificate own = fresh.get(0);
        if (!own.getPublicKey().equals(present.identity().chain().get(0).getPublicKey())) {
            throw new CertificateException("it is for another key than this relay's");
        }
        if (!now.isBefore(halfLife(own))) {
            throw new CertificateException(
                    "half of its life is over: it ends at " + own.getNotAfter().toInstant());
        }
        write(own);
        LOG.info(
                "New relay certificate, made by another relay, good until {}",
                own.getNotAfter().toInstant());
    }

    boolean exists() {
        return Files.exists(directory.resolve(CERTIFICATE)) && Files.exists(directory.resolve(KEY));
    }

    Optional<KeyPair> key() throws IOException, GeneralSecurityException {
        Path file = directory.resolve(KEY);
        return Files.exists(file) ? Optional.of(Pem.key(file)) : Optional.empty();
    }

    KeyPair newKey() throws IOException, GeneralSecurityException {
        KeyPair key = Keys.generate();
        Pem.write(directory.resolve(KEY), key, "Key of the relay.\n");
        return key;
    }

    private Optional<X509Certificate> certificate(KeyPair key) throws IOException, CertificateException {
        Path file = directory.resolve(CERTIFICATE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        X509Certificate certificate;
        try {
            certificate = Pem.certificates(file).get(0);
        } catch (CertificateException e) {
            throw new CertificateException(e.getMessage() + ", or remove it: another one is made", e);
        }
        return Keys.match(key.getPrivate(), certificate.getPublicKey()) ? Optional.of(certificate) : Optional.empty();
    }

    static boolean issuedBy(X509Certificate ca, X509Certificate certificate) {
        try {
            certificate.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Whether it is in the first half of its life: one of the time to come was made while the clock was wrong. */
    private static boolean lasts(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant()) && now.isBefore(halfLife(certificate));
    }

    public static Instant halfLife(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        return begin.plus(
                Duration.between(begin, certificate.getNotAfter().toInstant()).dividedBy(2));
    }

    /** The chain has the CA too: a device that enrols knows only its fingerprint. */
    private static Loaded loaded(KeyPair key, X509Certificate own, X509Certificate issuer, CaFiles.State ca) {
        Identity identity = new Identity(key.getPrivate(), List.of(own, issuer), Set.copyOf(ca.authorities()));
        return new Loaded(identity, issuer, halfLife(own));
    }
}
