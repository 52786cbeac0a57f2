package io.mnedc.relay.settings;

import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
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
public record RelaySecuritySettings(
        boolean tls,
        TlsChoice library,
        String identityProvider,
        Optional<Store> store,
        Duration certificateLife,
        Duration grace,
        int halfOpenPerSource) {

    /** For laboratories. */
    static final RelaySecuritySettings NONE = new RelaySecuritySettings(
            false, TlsChoice.AUTO, "", Optional.empty(), Duration.ofDays(365), Duration.ofDays(400), 256);

    /**
     * A key store of one's own PKI.
     *
     * @param keystore with the relay's key and certificate
     * @param password of store and key
     * @param truststore with the trusted authorities; empty: they are in the key store
     * @param truststorePassword of that
     */
    public record Store(Path keystore, String password, Optional<Path> truststore, String truststorePassword) {
        /** Without the passwords. */
        @Override
        public String toString() {
            return keystore + truststore.map(trust -> " trusting " + trust).orElse("");
        }
    }

    /** Reads its part of a relay's configuration. */
    static RelaySecuritySettings of(ConfigurationReader values) {
        String security = values.word("security", "tls", "none");
        String provider = values.text("identity.provider", "");
        Optional<Path> keystore = Optional.ofNullable(values.path("keystore"));
        Optional<Path> truststore = Optional.ofNullable(values.path("truststore"));
        if (!provider.isEmpty() && keystore.isPresent()) {
            values.refuse(
                    "identity.provider",
                    "identity.provider = \"" + provider + "\" and keystore = \"" + keystore.get()
                            + "\" exclude each other: clear one of them");
        }
        if (truststore.isPresent() && keystore.isEmpty()) {
            values.refuse(
                    "truststore",
                    "truststore = \"" + truststore.get()
                            + "\" needs a keystore beside it: set keystore, or clear truststore");
        }
        String password = values.text("keystore.password", "");
        String trustPassword = values.text("truststore.password", "");
        return new RelaySecuritySettings(
                security.equals("tls"),
                values.attempt(TlsChoice.SETTING, () -> TlsChoice.parse(values.text(TlsChoice.SETTING, "auto")))
                        .orElse(TlsChoice.AUTO),
                provider,
                keystore.map(store -> new Store(store, password, truststore, trustPassword)),
                Duration.ofDays(values.number("certificate.days", 365, 1, 7300)),
                Duration.ofDays(values.number("grace.days", 400, 0, 36_500)),
                values.number("halfopen.per.address", 256, 1, HalfOpen.MOST));
    }

    /** The mode's name. */
    public String mode() {
        return tls ? "tls" : "none";
    }

    /** Whether the other one can be taken on while connections are open. */
    public boolean sameIdentity(RelaySecuritySettings other) {
        return tls == other.tls
                && identityProvider.equals(other.identityProvider)
                && store.equals(other.store)
                && certificateLife.equals(other.certificateLife);
    }
}
