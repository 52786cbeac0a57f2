package io.mnedc.security.authority;

import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.Keys;
import io.mnedc.security.Names;
import io.mnedc.security.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The CAs of an overlay as files. {@code ca.crt.pem} says which one is in use, {@code ca.key.pem} is its key and may be
 * taken away; {@code trusted.pem} has all CAs that are trusted, one or two, the elder first, and the certificate by which
 * the elder vouches for the younger. The elder certifies the relay for as long as it is trusted, because every device
 * believes it. The key of one that is not in use is {@code ca-FINGERPRINT.key.pem}. Those who change files hold the
 * directory's lock; a crash between two renames is mended by the next one that loads them with the lock.
 */
final class CaFiles {
    static final String CERTIFICATE = "ca.crt.pem";
    static final String KEY = "ca.key.pem";
    static final String TRUSTED = "trusted.pem";
    /** Two while one replaces the other. */
    static final int MOST = 2;

    /**
     * What the files say.
     *
     * @param current the CA in use
     * @param key its key; empty when it has been taken away
     * @param elder the CA that has been trusted longest
     * @param elderKey its key; empty when it has been taken away
     * @param authorities all that are trusted, the one in use first
     * @param vouching certificates for a CA by another one
     */
    record State(
            X509Certificate current,
            Optional<KeyPair> key,
            X509Certificate elder,
            Optional<KeyPair> elderKey,
            List<X509Certificate> authorities,
            List<X509Certificate> vouching) {
        State {
            authorities = List.copyOf(authorities);
            vouching = List.copyOf(vouching);
        }

        Optional<Issuer> issuer() {
            return key.map(pair -> new Issuer(pair.getPrivate(), current));
        }

        /** {@return who can certify the relay: the elder, or if its key is away the one in use} */
        Optional<Issuer> relayIssuer() {
            return elderKey.isPresent() ? Optional.of(new Issuer(elderKey.get().getPrivate(), elder)) : issuer();
        }

        List<X509Certificate> all() {
            List<X509Certificate> all = new ArrayList<>(authorities);
            all.addAll(vouching);
            return all;
        }
    }

    private final Path directory;

    CaFiles(Path directory) {
        this.directory = directory;
    }

    boolean exist() {
        return Files.exists(directory.resolve(CERTIFICATE));
    }

    /** Makes the first CA. The certificate comes last: what was begun and not finished is begun again. */
    void create(Instant now) throws IOException, GeneralSecurityException {
        if (Files.exists(directory.resolve(TRUSTED)) && Files.exists(directory.resolve("relay.crt.pem"))) {
            throw new IOException(
                    directory.resolve(CERTIFICATE) + " is missing beside the CA's other files: put it back"
                            + " from a backup, or, if every device may be enrolled again, remove the other *.pem there too");
        }
        KeyPair key = Keys.generate();
        X509Certificate certificate = Issuer.selfSigned(key, now);
        Pem.write(directory.resolve(KEY), key, remark(certificate));
        Pem.write(directory.resolve(TRUSTED), List.of(certificate));
        Pem.write(directory.resolve(CERTIFICATE), List.of(certificate));
    }

    /** Reads the files, without the lock. */
    State load() throws IOException, GeneralSecurityException {
        List<X509Certificate> own = Pem.certificates(directory.resolve(CERTIFICATE));
        if (own.size() != 1 || own.get(0).getBasicConstraints() < 0) {
            throw new CertificateException(
                    directory.resolve(CERTIFICATE) + " is not one CA certificate: put it back from a backup");
        }
        X509Certificate current = own.get(0);
        List<X509Certificate> authorities = new ArrayList<>(own);
        List<X509Certificate> vouching = new ArrayList<>();
        X509Certificate elder = null;
        for (X509Certificate each : Pem.certificates(directory.resolve(TRUSTED))) {
            if (!selfIssued(each)) {
                vouching.add(each);
                continue;
            }
            elder = elder == null ? each : elder;
            if (!each.equals(current)) {
                authorities.add(each);
            }
        }
        Optional<KeyPair> key = key(KEY, current);
        if (elder == null || elder.equals(current)) {
            return new State(current, key, current, key, authorities, vouching);
        }
        return new State(current, key, elder, key(keyName(elder), elder), authorities, vouching);
    }

    private Optional<KeyPair> key(String name, X509Certificate ca) throws IOException, GeneralSecurityException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        KeyPair key = Pem.key(file);
        if (!Keys.match(key.getPrivate(), ca.getPublicKey())) {
            throw new GeneralSecurityException(file + " is not the key of the CA " + Fingerprints.of(ca)
                    + ": put the right one there, or take it away");
        }
        return Optional.of(key);
    }

    /** Ends a change of the CA in use that a crash cut in two. With the lock. */
    void mend() throws IOException, GeneralSecurityException {
        X509Certificate current =
                Pem.certificates(directory.resolve(CERTIFICATE)).get(0);
        Path waiting = directory.resolve(keyName(current));
        if (Files.exists(waiting)) {
            Pem.write(directory.resolve(KEY), Pem.key(waiting), remark(current));
            PrivateFiles.delete(waiting);
        }
    }

    /** {@return the one in use, as its file has it} */
    List<X509Certificate> current() throws IOException, CertificateException {
        return Pem.certificates(directory.resolve(CERTIFICATE));
    }

    /** {@return what {@code trusted.pem} has, in its order} */
    List<X509Certificate> trusted() throws IOException, CertificateException {
        return Pem.certificates(directory.resolve(TRUSTED));
    }

    /** Takes what another relay has. No key is removed: the one that goes with the CA in use is put in its place. With the lock. */
    void take(X509Certificate current, List<X509Certificate> trusted) throws IOException, GeneralSecurityException {
        Path key = directory.resolve(KEY);
        boolean others = !exist() || !current().equals(List.of(current));
        if (others && Files.exists(key)) {
            KeyPair present = Pem.key(key);
            if (!Keys.match(present.getPrivate(), current.getPublicKey())) {
                if (exist()) {
                    X509Certificate before = current().get(0);
                    Pem.write(directory.resolve(keyName(before)), present, remark(before));
                }
                // the old key must not stand beside the new certificate, not even after a crash
                PrivateFiles.delete(key);
            }
        }
        Pem.write(directory.resolve(TRUSTED), trusted);
        if (others) {
            Pem.write(directory.resolve(CERTIFICATE), List.of(current));
        }
        mend();
    }

    /** Makes a second CA, for which the one in use vouches; nobody needs that one's word for the elder. With the lock. */
    X509Certificate add(Instant now) throws IOException, GeneralSecurityException {
        State state = load();
        if (state.authorities().size() >= MOST) {
            throw new IllegalStateException(
                    "two CAs are trusted already, more are not allowed: --use one and --drop the other first");
        }
        Issuer old = state.issuer().orElseThrow(() -> noKey("so that it vouches for the new CA"));
        KeyPair key = Keys.generate();
        X509Certificate added = Issuer.selfSigned(key, now);
        Pem.write(directory.resolve(keyName(added)), key, remark(added));
        Pem.write(directory.resolve(TRUSTED), List.of(state.current(), added, old.vouch(added, now)));
        return added;
    }

    /** Takes another CA into use. With the lock. */
    void use(String fingerprint) throws IOException, GeneralSecurityException {
        State state = load();
        X509Certificate next = find(state, fingerprint);
        if (next.equals(state.current())) {
            return;
        }
        Path waiting = directory.resolve(keyName(next));
        if (!Files.exists(waiting)) {
            throw new IllegalStateException("the key of CA " + Fingerprints.of(next) + " is not there: put it back as "
                    + waiting + " (mode 600)");
        }
        KeyPair nextKey = key(keyName(next), next).orElseThrow();
        if (state.key().isPresent()) {
            Pem.write(directory.resolve(keyName(state.current())), state.key().get(), remark(state.current()));
        }
        // the old key must not stand beside the new certificate, not even after a crash
        PrivateFiles.delete(directory.resolve(KEY));
        Pem.write(directory.resolve(CERTIFICATE), List.of(next));
        Pem.write(directory.resolve(KEY), nextKey, remark(next));
        PrivateFiles.delete(waiting);
    }

    /** Ends the trust in a CA that is not in use; its key goes too. With the lock. */
    X509Certificate drop(String fingerprint) throws IOException, GeneralSecurityException {
        State state = load();
        X509Certificate dropped = find(state, fingerprint);
        if (dropped.equals(state.current())) {
            throw new IllegalStateException("CA " + Fingerprints.of(dropped)
                    + " is in use: --add another one and --use that, or use another that is trusted, first");
        }
        if (dropped.equals(state.elder()) && state.key().isEmpty()) {
            throw noKey("for a moment: with CA " + Fingerprints.of(dropped)
                    + " ends the relay's own certificate, and another one has to be made");
        }
        List<X509Certificate> rest = new ArrayList<>(state.authorities());
        rest.remove(dropped);
        Pem.write(directory.resolve(TRUSTED), rest);
        PrivateFiles.delete(directory.resolve(keyName(dropped)));
        return dropped;
    }

    /** {@return where the key of a CA is; empty when it has been taken away} */
    Optional<Path> keyFile(State state, X509Certificate ca) {
        Path file = directory.resolve(ca.equals(state.current()) ? KEY : keyName(ca));
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    IllegalStateException noKey(String purpose) {
        return new IllegalStateException(
                "the CA's key is not there: put it back as " + directory.resolve(KEY) + " (mode 600) " + purpose);
    }

    private static X509Certificate find(State state, String fingerprint) {
        List<X509Certificate> found = state.authorities().stream()
                .filter(ca -> fingerprint.length() >= 8 && Fingerprints.of(ca).startsWith(fingerprint))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException("'" + Names.shown(fingerprint)
                    + "' is not the fingerprint of a trusted CA, or fewer than its first 8 digits; there are "
                    + String.join(
                            ", ",
                            state.authorities().stream().map(Fingerprints::of).toList()));
        }
        return found.get(0);
    }

    static boolean selfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static String keyName(X509Certificate ca) {
        return "ca-" + Fingerprints.of(ca).substring(0, 16) + ".key.pem";
    }

    private static String remark(X509Certificate ca) {
        return "Key of the overlay's CA " + Fingerprints.of(ca) + ". With it anybody can be let in.\n";
    }
}
