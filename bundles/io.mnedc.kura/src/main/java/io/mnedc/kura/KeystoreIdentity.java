package io.mnedc.kura;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.eclipse.kura.KuraException;
import org.eclipse.kura.security.keystore.KeystoreService;
import org.jspecify.annotations.Nullable;

/** An identity in one of Kura's key stores, as it is there now. Thread-safe. */
final class KeystoreIdentity implements IdentityProvider {
    private final String keystore;
    private final String key;
    private final List<String> authorities;
    private final Function<String, Optional<KeystoreService>> keystores;

    /**
     * Names the entries; they are looked up when the identity is asked for.
     *
     * @param keystore the store's name in Kura
     * @param key the private key's alias; empty: the only one
     * @param authorities aliases
     * @param keystores finds a store by its name
     */
    KeystoreIdentity(
            String keystore,
            String key,
            List<String> authorities,
            Function<String, Optional<KeystoreService>> keystores) {
        this.keystore = keystore;
        this.key = key;
        this.authorities = List.copyOf(authorities);
        this.keystores = keystores;
    }

    @Override
    public Identity identity() throws GeneralSecurityException {
        KeystoreService service = keystores
                .apply(keystore)
                .orElseThrow(() -> wrong("keystore = \"" + keystore + "\" is no key store of this gateway", null));
        // in the order of the aliases, for those who read the message
        Map<String, KeyStore.Entry> entries;
        try {
            entries = new TreeMap<>(service.getEntries());
        } catch (KuraException e) {
            throw wrong("key store " + keystore + " cannot be read: " + e.getMessage(), e);
        }
        KeyStore.PrivateKeyEntry own = own(entries);
        return new Identity(own.getPrivateKey(), chain(own), trusted(entries));
    }

    private KeyStore.PrivateKeyEntry own(Map<String, KeyStore.Entry> entries) throws GeneralSecurityException {
        if (!key.isEmpty()) {
            if (entries.get(key) instanceof KeyStore.PrivateKeyEntry entry) {
                return entry;
            }
            throw wrong("key = \"" + key + "\" is no private key in key store " + keystore, null);
        }
        Map<String, KeyStore.PrivateKeyEntry> keys = new TreeMap<>();
        entries.forEach((alias, entry) -> {
            if (entry instanceof KeyStore.PrivateKeyEntry found) {
                keys.put(alias, found);
            }
        });
        if (keys.size() != 1) {
            throw wrong(
                    "key store " + keystore + " has " + keys.size() + " private keys " + keys.keySet()
                            + ": set key to the alias of the one to use",
                    null);
        }
        return keys.values().iterator().next();
    }

    private List<X509Certificate> chain(KeyStore.PrivateKeyEntry own) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : own.getCertificateChain()) {
            if (!(each instanceof X509Certificate certificate)) {
                throw wrong("the key in key store " + keystore + " has a certificate that is not X.509", null);
            }
            chain.add(certificate);
        }
        return chain;
    }

    private Set<X509Certificate> trusted(Map<String, KeyStore.Entry> entries) throws GeneralSecurityException {
        if (authorities.isEmpty()) {
            throw wrong("authorities is empty: name the certificates of those who are believed", null);
        }
        Set<X509Certificate> trusted = new HashSet<>();
        for (String alias : authorities) {
            if (!(entries.get(alias) instanceof KeyStore.TrustedCertificateEntry entry)
                    || !(entry.getTrustedCertificate() instanceof X509Certificate certificate)) {
                throw wrong(
                        "authorities has \"" + alias + "\", which is no certificate in key store " + keystore, null);
            }
            trusted.add(certificate);
        }
        return trusted;
    }

    private static GeneralSecurityException wrong(String what, @Nullable Exception cause) {
        return new GeneralSecurityException("settings " + KuraConfig.PID + ": " + what, cause);
    }
}
