package io.mnedc.relay;

import io.mnedc.security.TlsChoice;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a relay is secured.
 *
 * @param tls whether control streams run in mutual TLS; false: nobody is authenticated
 * @param library whose TLS that is
 * @param identityProvider the name of the service that supplies key and trust; empty: none
 * @param store the key store that supplies them
 * @param certificateLife how long certificates of devices last
 * @param grace how long after its expiry a device's certificate is still good
 * @param halfOpenPerSource how many connections of one source may be unproven at a time
 */
record SecuritySettings(
        boolean tls,
        TlsChoice library,
        String identityProvider,
        Optional<Store> store,
        Duration certificateLife,
        Duration grace,
        int halfOpenPerSource) {

    /** For laboratories. */
    static final SecuritySettings NONE = new SecuritySettings(
            false, TlsChoice.AUTO, "", Optional.empty(), Duration.ofDays(365), Duration.ofDays(400), 256);

    /**
     * A key store of one's own PKI.
     *
     * @param keystore with the relay's key and certificate
     * @param password of store and key
     * @param truststore with the trusted authorities; empty: they are in the key store
     * @param truststorePassword of that
     */
    record Store(Path keystore, String password, Optional<Path> truststore, String truststorePassword) {
        /** Without the passwords. */
        @Override
        public String toString() {
            return keystore + truststore.map(trust -> " trusting " + trust).orElse("");
        }
    }

    /** Checks a configuration; the exception names the key, the value and what is allowed. */
    static SecuritySettings of(RelayConfig config) {
        String security =
                config.security().isBlank() ? "tls" : config.security().trim();
        if (!security.equals("tls") && !security.equals("none")) {
            throw new IllegalArgumentException("security = \"" + security + "\" is neither \"tls\" nor \"none\"");
        }
        String provider = config.identity_provider().trim();
        Optional<Path> keystore = path("keystore", config.keystore());
        Optional<Path> truststore = path("truststore", config.truststore());
        if (!provider.isEmpty() && keystore.isPresent()) {
            throw new IllegalArgumentException("identity.provider = \"" + provider + "\" and keystore = \""
                    + keystore.get() + "\" exclude each other: clear one of them");
        }
        if (truststore.isPresent() && keystore.isEmpty()) {
            throw new IllegalArgumentException("truststore = \"" + truststore.get()
                    + "\" needs a keystore beside it: set keystore, or clear truststore");
        }
        return new SecuritySettings(
                security.equals("tls"),
                TlsChoice.parse(config.tls_library()),
                provider,
                keystore.map(store ->
                        new Store(store, config.keystore_password(), truststore, config.truststore_password())),
                Duration.ofDays(RelaySettings.within("certificate.days", config.certificate_days(), 1, 7300)),
                Duration.ofDays(RelaySettings.within("grace.days", config.grace_days(), 0, 36_500)),
                (int) RelaySettings.within("halfopen.per.address", config.halfopen_per_address(), 1, HalfOpen.MOST));
    }

    private static Optional<Path> path(String key, String value) {
        try {
            return value.isBlank()
                    ? Optional.empty()
                    : Optional.of(Path.of(value.trim()).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(key + " = \"" + value + "\" is no path: " + e.getMessage(), e);
        }
    }

    /** The mode's name. */
    String mode() {
        return tls ? "tls" : "none";
    }

    /** Whether the other one can be taken on while connections are open. */
    boolean sameIdentity(SecuritySettings other) {
        return tls == other.tls
                && identityProvider.equals(other.identityProvider)
                && store.equals(other.store)
                && certificateLife.equals(other.certificateLife);
    }
}
