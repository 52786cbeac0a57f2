package io.mnedc.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** Fills a key store. Each entry has the password of the whole store. */
public final class TestKeyStore {
    private final KeyStore store;
    private final String password;

    /** Starts with an empty store of a type such as {@code PKCS12}. */
    public TestKeyStore(String type, String password) throws GeneralSecurityException, IOException {
        this.store = KeyStore.getInstance(type);
        this.password = password;
        store.load(null, null);
    }

    /** Adds a key. */
    public TestKeyStore key(String alias, PrivateKey key, List<X509Certificate> chain) throws GeneralSecurityException {
        store.setKeyEntry(alias, key, password.toCharArray(), chain.toArray(new Certificate[0]));
        return this;
    }

    /** Adds authorities that are trusted. */
    public TestKeyStore trusted(Collection<X509Certificate> authorities) throws GeneralSecurityException {
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("ca-" + store.size(), authority);
        }
        return this;
    }

    /** {@return the store} */
    public KeyStore store() {
        return store;
    }

    /** {@return the file that now has it} */
    public Path write(Path file) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }
}
