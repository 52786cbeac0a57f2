package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An identity of one's own PKI, from a PKCS #12 or JKS key store; which of the two a file is, it says itself. Read again
 * when a file has changed. Thread-safe.
 */
public final class StoreIdentity implements IdentityProvider {
    private final Path keystore;
    private final char[] password;
    private final @Nullable Path truststore;
    private final char @Nullable [] truststorePassword;
    private @Nullable Identity read;
    private List<FileTime> readAt = List.of();

    /**
     * Names the stores; they are read when the identity is asked for.
     *
     * @param keystore with one private key and its certificates
     * @param password of store and key
     * @param truststore with the certificates of the trusted authorities; null: the certificates without a key in the key
     *     store
     * @param truststorePassword of the trust store; null: none (a JKS store's integrity is then not checked, and a
     *     PKCS #12 store must be without encryption)
     */
    public StoreIdentity(
            Path keystore, char[] password, @Nullable Path truststore, char @Nullable [] truststorePassword) {
        this.keystore = keystore;
        this.password = password.clone();
        this.truststore = truststore;
        this.truststorePassword = truststorePassword == null ? null : truststorePassword.clone();
    }

    @Override
    public synchronized Identity identity() throws GeneralSecurityException {
        List<FileTime> times = times();
        if (read == null || !times.equals(readAt)) {
            read = load();
            readAt = times;
        }
        return read;
    }

    private List<FileTime> times() throws GeneralSecurityException {
        List<FileTime> times = new ArrayList<>(List.of(time(keystore, "keystore")));
        if (truststore != null) {
            times.add(time(truststore, "truststore"));
        }
        return times;
    }

    private static FileTime time(Path file, String setting) throws GeneralSecurityException {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw unreadable(file, setting, e);
        }
    }

    private Identity load() throws GeneralSecurityException {
        KeyStore keys = open(keystore, password, "keystore");
        List<String> aliases = new ArrayList<>();
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                aliases.add(alias);
            }
        }
        if (aliases.size() != 1) {
            throw new GeneralSecurityException("key store " + keystore + " has " + aliases.size() + " keys "
                    + Names.shown(aliases.toString()) + ": make one with exactly the key to use");
        }
        String alias = aliases.get(0);
        List<X509Certificate> chain = new ArrayList<>();
        Certificate[] found = keys.getCertificateChain(alias);
        for (Certificate each : found == null ? new Certificate[0] : found) {
            chain.add((X509Certificate) each);
        }
        if (chain.isEmpty() || !(key(keys, alias) instanceof PrivateKey key)) {
            throw new GeneralSecurityException("key store " + keystore + ": '" + Names.shown(alias)
                    + "' is not a private key with its certificate; import both");
        }
        Set<X509Certificate> trusted = truststore == null
                ? certificates(keys)
                : certificates(open(truststore, truststorePassword, "truststore"));
        if (trusted.isEmpty()) {
            throw new GeneralSecurityException(
                    (truststore == null ? "key store " + keystore : "trust store " + truststore)
                            + " has no certificates of trusted authorities: import those of the CA into it"
                            + (truststore == null ? ", or name another file by the setting truststore" : ""));
        }
        return new Identity(key, chain, trusted);
    }

    private java.security.@Nullable Key key(KeyStore keys, String alias) throws GeneralSecurityException {
        try {
            return keys.getKey(alias, password);
        } catch (UnrecoverableKeyException e) {
            throw new GeneralSecurityException(
                    "key store " + keystore + ": key '" + Names.shown(alias)
                            + "' has another password than the store: set both to the same (keytool -keypasswd)",
                    e);
        }
    }

    private static Set<X509Certificate> certificates(KeyStore store) throws GeneralSecurityException {
        Set<X509Certificate> certificates = new HashSet<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                certificates.add(certificate);
            }
        }
        return certificates;
    }

    private static KeyStore open(Path file, char @Nullable [] password, String setting)
            throws GeneralSecurityException {
        try {
            // finds out the type, PKCS #12 or JKS, by the file
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException | KeyStoreException | IllegalArgumentException e) {
            throw unreadable(file, setting, e);
        }
    }

    private static GeneralSecurityException unreadable(Path file, String setting, Exception e) {
        String cure;
        if (e instanceof NoSuchFileException || Files.notExists(file)) {
            cure = "the file does not exist: correct the setting " + setting;
        } else if (!Files.isReadable(file)) {
            cure = "the file may not be read: make it readable for the user of this process";
        } else if (e.getCause() instanceof UnrecoverableKeyException) {
            cure = "the password is wrong: correct the setting " + setting + ".password";
        } else {
            cure = "it is no PKCS #12 or JKS store that can be read (" + e.getMessage() + "): export it again";
        }
        return new GeneralSecurityException(file + " (setting " + setting + "): " + cure, e);
    }
}
