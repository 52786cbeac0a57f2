package io.mnedc.device.settings;

import io.mnedc.device.settings.DeviceSecuritySettings.Own;
import io.mnedc.device.settings.DeviceSecuritySettings.Provided;
import io.mnedc.device.settings.DeviceSecuritySettings.Source;
import io.mnedc.device.settings.DeviceSecuritySettings.Stores;
import io.mnedc.security.AccessRules;
import io.mnedc.security.JoinToken;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of {@link SettingsReader} that is about security. */
final class SecurityReader {
    private final ConfigurationReader values;
    private final Supplier<Path> storage;

    /**
     * Nothing is read yet.
     *
     * @param values to be read
     * @param storage where the identity is kept if no setting says so; asked only if needed
     */
    SecurityReader(ConfigurationReader values, Supplier<Path> storage) {
        this.values = values;
        this.storage = storage;
    }

    DeviceSecuritySettings read() {
        String mode = values.text("security", "tls");
        if (!mode.equals("tls") && !mode.equals("none")) {
            values.wrong("security", mode, "allowed is tls, or none for laboratories; the same as at the relay");
        }
        boolean tls = mode.equals("tls");
        Path directory = values.path("data.dir");
        JoinToken join = join();
        Source source = source();
        if (tls && join != null) {
            refuseBeside(source);
        }
        return new DeviceSecuritySettings(
                tls,
                values.attempt(TlsChoice.SETTING, () -> TlsChoice.parse(values.text(TlsChoice.SETTING, "auto")))
                        .orElse(TlsChoice.AUTO),
                join,
                directory == null && tls ? values.attempt("data.dir", storage).orElse(null) : directory,
                source,
                values.attempt("rules", () -> AccessRules.parse(values.rules("rules")))
                        .orElse(AccessRules.OPEN),
                Duration.ofSeconds(
                        values.number("rekey.seconds", DeviceSecuritySettings.DEFAULT_REKEY_SECONDS, 1, 86_400)));
    }

    private @Nullable JoinToken join() {
        String token = values.text("join.token", "");
        // the message has the cure, and the value is a secret
        return token.isEmpty()
                ? null
                : values.attempt("join.token", () -> JoinToken.parse(token)).orElse(null);
    }

    /** A join token would be passed over in silence. */
    private void refuseBeside(Source source) {
        String other = "";
        if (source instanceof Stores stores) {
            other = "keystore = \"" + stores.keystore() + "\"";
        } else if (source instanceof Provided provided) {
            other = "identity.provider = \"" + provided.name() + "\"";
        }
        if (!other.isEmpty()) {
            values.refuse(
                    "join.token",
                    "join.token and " + other + " exclude each other; clear join.token if the"
                            + " latter says who this device is, or clear that one if the device is to join by the token");
        }
    }

    private Source source() {
        String provider = values.text("identity.provider", "");
        Path keystore = values.path("keystore");
        Path truststore = values.path("truststore");
        if (!provider.isEmpty()) {
            if (keystore != null) {
                values.refuse(
                        "identity.provider",
                        "identity.provider = \"" + provider + "\" and keystore = \"" + keystore
                                + "\" exclude each other; clear one of them");
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
            values.refuse(
                    "truststore", "truststore = \"" + truststore + "\" needs keystore; set that too, or clear it");
        }
        return new Own();
    }
}
