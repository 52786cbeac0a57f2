package io.mnedc.names;

import io.mnedc.names.system.Place;
import io.mnedc.settings.ConfigurationReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * Settings, checked.
 *
 * @param enabled whether names are answered
 * @param zone absolute
 * @param place what makes the names known to programs of this host
 * @param hosts the hosts file, absolute
 */
record NamesSettings(boolean enabled, Name zone, Place place, Path hosts) {
    private static final Path HOSTS = Path.of("/etc/hosts");
    private static final int MOST_ZONE = 100;
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    /** {@return those of a device without a configuration of its names} */
    static NamesSettings usual() {
        return of(new ConfigurationReader(Map.of(), NamesConfig.class));
    }

    /** Reads settings; what is wrong is noted in the reader. */
    static NamesSettings of(ConfigurationReader values) {
        boolean enabled = values.truth("enabled", true);
        String text = values.text("zone", "mnedc");
        String place = values.word("system.resolver", "off", "auto", "resolved", "hosts");
        Path hosts = values.path("hosts.file");
        return new NamesSettings(
                enabled,
                values.attempt("zone", () -> zone(text)).orElseGet(() -> zone("mnedc")),
                Place.valueOf(place.toUpperCase(Locale.ROOT)),
                hosts == null ? HOSTS : hosts);
    }

    private static Name zone(String text) {
        String plain = text.toLowerCase(Locale.ROOT);
        plain = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
        boolean special =
                plain.equals("local") || plain.endsWith(".local") || plain.equals("arpa") || plain.endsWith(".arpa");
        if (plain.length() > MOST_ZONE || special || !plain.matches(LABEL + "(\\." + LABEL + ")*")) {
            throw new IllegalArgumentException(
                    "zone = \"" + text + "\" is not allowed; allowed is a DNS name of at most " + MOST_ZONE
                            + " characters, such as mnedc or mnedc.example, but none of local and arpa");
        }
        try {
            return Name.fromString(plain, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("zone = \"" + text + "\" is no DNS name", e);
        }
    }

    /** {@return the zone without a dot at its end} */
    String zoneText() {
        return zone.toString(true);
    }
}
