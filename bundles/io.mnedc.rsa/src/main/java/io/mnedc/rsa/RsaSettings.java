package io.mnedc.rsa;

import io.mnedc.settings.ConfigurationReader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * Settings, checked.
 *
 * @param enabled whether anything is done
 * @param port of the provider; 0 for none
 * @param imported which endpoints are taken; empty for all
 * @param timeout of a call
 */
record RsaSettings(boolean enabled, int port, Optional<Filter> imported, Duration timeout) {
    /** The usual one of Apache Aries. */
    static final int PORT = 2543;

    static final int TIMEOUT = 30;
    private static final int MOST_PORT = 65_535;
    private static final int MOST_TIMEOUT = 3_600;

    /** {@return those without a configuration} */
    static RsaSettings usual() {
        return of(new ConfigurationReader(Map.of(), RsaConfig.class));
    }

    /** Reads settings; what is wrong is noted in the reader. */
    static RsaSettings of(ConfigurationReader values) {
        String filter = values.text("import.filter", "");
        return new RsaSettings(
                values.truth("enabled", true),
                values.number("port", PORT, 0, MOST_PORT),
                filter.isEmpty() ? Optional.empty() : values.attempt("import.filter", () -> filter(filter)),
                Duration.ofSeconds(values.number("timeout", TIMEOUT, 1, MOST_TIMEOUT)));
    }

    /** {@return the same, but nothing is done} */
    RsaSettings off() {
        return new RsaSettings(false, port, imported, timeout);
    }

    private static Filter filter(String text) {
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(
                    "import.filter = \"" + text + "\" is no OSGi filter, such as (group=plant)", e);
        }
    }
}
