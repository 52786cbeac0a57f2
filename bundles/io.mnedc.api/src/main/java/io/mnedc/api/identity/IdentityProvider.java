package io.mnedc.api.identity;

import java.security.GeneralSecurityException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Supplies key and trust from where a gateway keeps them: its keystore service, a PKCS #11 token, a TPM. To be published
 * as a service with the property {@value #NAME}; the setting {@code identity.provider} of relay or device names it.
 * Implementations are thread-safe.
 */
@ConsumerType
public interface IdentityProvider {
    /** Service property: the name, as the setting {@code identity.provider} has it. */
    String NAME = "mnedc.identity.name";

    /**
     * The identity as it is now. Asked before each new connection or handshake, so that another key or certificate
     * takes effect without a restart; connections that exist stay. May block for as long as a key store needs, seconds
     * at most.
     *
     * @return who this runtime is
     * @throws GeneralSecurityException if there is none now; the message names what is wrong and what helps
     */
    Identity identity() throws GeneralSecurityException;
}
