package io.mnedc.security;

import java.security.Provider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose TLS is used, by the setting {@value #SETTING} of relay and device. */
public enum TlsChoice {
    /** BoringSSL where its bundle is there, for overlays whose certificates are made by the relay. */
    AUTO,
    /** The Java runtime's. */
    JAVA,
    /** BoringSSL where its bundle is there, with a PKI of one's own, too: all keys are EC P-256 or P-384, or RSA. */
    BORINGSSL;

    /** The setting. */
    public static final String SETTING = "tls.library";

    /** Property of an OSGi service {@link Provider} which offers a {@code TLSv1.3} context; its value names it. */
    public static final String SERVICE_PROPERTY = "mnedc.tls";

    /**
     * Reads the setting.
     *
     * @param value as it is written
     * @return the choice
     * @throws IllegalArgumentException if it is none of them; the message names them
     */
    public static TlsChoice parse(String value) {
        if (value.isBlank()) {
            return AUTO;
        }
        for (TlsChoice each : values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(value.trim())) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                SETTING + " = \"" + value + "\" is none of \"auto\", \"java\" and \"boringssl\"");
    }

    /**
     * Decides.
     *
     * @param present the provider that the framework has now; null: none
     * @param ownAuthority whether the relay makes the overlay's certificates
     * @return whom to use; null: the Java runtime
     */
    public @Nullable Provider of(@Nullable Provider present, boolean ownAuthority) {
        return switch (this) {
            case AUTO -> ownAuthority ? present : null;
            case JAVA -> null;
            case BORINGSSL -> present;
        };
    }
}
