package io.mnedc.device.settings;

import io.mnedc.security.AccessRules;
import io.mnedc.security.JoinToken;
import io.mnedc.security.StoreIdentity;
import io.mnedc.security.TlsChoice;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a device proves who it is, and whom it believes and talks to.
 *
 * @param tls false: nothing is encrypted and nobody proves anything; then all else is without meaning
 * @param library whose TLS that is
 * @param join lets it join; null if there is no token
 * @param directory where it keeps its own identity and the time; null only without TLS
 * @param source where its identity comes from
 * @param rules its own, on top of the relay's
 * @param rekey how long a key between two devices is used
 */
public record DeviceSecuritySettings(
        boolean tls,
        TlsChoice library,
        @Nullable JoinToken join,
        @Nullable Path directory,
        Source source,
        AccessRules rules,
        Duration rekey) {
    static final int DEFAULT_REKEY_SECONDS = 120;

    /** Where key, certificate and trust come from. */
    sealed interface Source {}

    /** Made here, certified by the overlay's relay, kept in the directory. */
    public record Own() implements Source {}

    /**
     * A service of the gateway.
     *
     * @param name as its property says
     */
    public record Provided(String name) implements Source {}

    /**
     * Files of one's own PKI.
     *
     * @param keystore with key and chain
     * @param password of it
     * @param truststore with the authorities; null: those of the key store
     * @param truststorePassword of it; null: none
     */
    public record Stores(
            Path keystore,
            Secret password,
            @Nullable Path truststore,
            @Nullable Secret truststorePassword) implements Source {
        /** {@return what reads them when it is asked} */
        public StoreIdentity open() {
            return new StoreIdentity(
                    keystore,
                    password.text().toCharArray(),
                    truststore,
                    truststorePassword == null
                            ? null
                            : truststorePassword.text().toCharArray());
        }
    }

    /** {@return who makes TLS; null: the Java runtime} */
    @Nullable
    public Provider tls(@Nullable Provider present) {
        return library.of(present, source instanceof Own);
    }

    /** {@return whether the identity is the same one, wherever it is kept} */
    public boolean sameIdentity(DeviceSecuritySettings other) {
        return tls == other.tls && source.equals(other.source) && Objects.equals(directory, other.directory);
    }
}
