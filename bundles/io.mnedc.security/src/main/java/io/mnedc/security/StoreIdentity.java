package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** An identity of one's own PKI, from a PKCS #12 or JKS key store. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class StoreIdentity implements IdentityProvider {
    private final Path keystore;

    /**
     * Names the stores; they are read when the identity is asked for, and again when they have changed.
     *
     * @param keystore with one private key
     * @param password of store and key
     * @param truststore with the certificates of the trusted authorities; null: those of the key store
     * @param truststorePassword of the trust store; null: none, its integrity is not checked
     */
    public StoreIdentity(
            Path keystore, char[] password, @Nullable Path truststore, char @Nullable [] truststorePassword) {
        this.keystore = keystore;
    }

    @Override
    public Identity identity() throws GeneralSecurityException {
        throw new GeneralSecurityException("not there yet: " + keystore);
    }
}
