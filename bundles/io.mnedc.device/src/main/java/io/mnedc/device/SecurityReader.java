package io.mnedc.device;

import io.mnedc.device.SecuritySettings.Own;
import io.mnedc.device.SecuritySettings.Provided;
import io.mnedc.device.SecuritySettings.Source;
import io.mnedc.device.SecuritySettings.Stores;
import io.mnedc.security.AccessRules;
import io.mnedc.security.JoinToken;
import io.mnedc.security.TlsChoice;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of {@link SettingsReader} that is about security. */
final class SecurityReader {
    private final Values values;
    private final Supplier<Path> storage;

    /**
     * Makes it.
     *
     * @param values to be read
     * @param storage where the identity is kept if no setting says so; asked only if needed
     */
    SecurityReader(Values values, Supplier<Path> storage) {
        this.values = values;
        this.storage = storage;
    }

    SecuritySettings read() {
        String mode = values.text("security", "tls");
        if (!mode.equals("tls") && !mode.equals("none")) {
            throw Values.wrong("security", mode, "allowed is tls, or none for laboratories; the same as at the relay");
        }
        boolean tls = mode.equals("tls");
        Path directory = path("data.dir");
        JoinToken join = join();
        Source source = source();
        if (tls && join != null) {
            refuseBeside(source);
        }
        return new SecuritySettings(
                tls,
                TlsChoice.parse(values.text(TlsChoice.SETTING, "auto")),
                join,
                directory == null && tls ? storage.get() : directory,
                source,
                AccessRules.parse(values.list("rules", "[,;\\n]")),
                Duration.ofSeconds(values.number("rekey.seconds", SecuritySettings.DEFAULT_REKEY_SECONDS, 1, 86_400)));
    }

    private @Nullable JoinToken join() {
        String token = values.text("join.token", "");
        try {
            return token.isEmpty() ? null : JoinToken.parse(token);
        } catch (IllegalArgumentException e) {
            // the message has the cure, and the value is a secret
            throw new IllegalArgumentException("join.token: " + e.getMessage(), e);
        }
    }

    /** A join token would be passed over in silence. */
    private static void refuseBeside(Source source) {
        String other = "";
        if (source instanceof Stores stores) {
            other = "keystore = \"" + stores.keystore() + "\"";
        } else if (source instanceof Provided provided) {
            other = "identity.provider = \"" + provided.name() + "\"";
        }
        if (!other.isEmpty()) {
            throw new IllegalArgumentException(
                    "join.token and " + other + " exclude each other; clear join.token if the"
                            + " latter says who this device is, or clear that one if the device is to join by the token");
        }
    }

    private Source source() {
        String provider = values.text("identity.provider", "");
        Path keystore = path("keystore");
        Path truststore = path("truststore");
        if (!provider.isEmpty()) {
            if (keystore != null) {
                throw new IllegalArgumentException("identity.provider = \"" + provider + "\" and keystore = \""
                        + keystore + "\" exclude each other; clear one of them");
            }
            return new Provided(provider);
        }
        if (keystore != null) {
            String trustPassword = values.text("truststore.password", "");
            return new Stores(
                    keystore,
                    new Secret(values.text("keystore.password", "")),
                    truststore,
                    trustPassword.isEmpty() ? null : new Secret(trustPassword));
        }
        if (truststore != null) {
            throw new IllegalArgumentException(
                    "truststore = \"" + truststore + "\" is of no use without keystore; set that too, or clear it");
        }
        return new Own();
    }

    private @Nullable Path path(String key) {
        String text = values.text(key, "");
        try {
            return text.isEmpty() ? null : Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(key + " = \"" + text + "\" is no path: " + e.getReason(), e);
        }
    }
}
