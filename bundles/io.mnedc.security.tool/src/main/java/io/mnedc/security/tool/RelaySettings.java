package io.mnedc.security.tool;

import io.mnedc.api.address.VirtualNetwork;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What commands beside a relay need of its settings. Without a directory of them, all is as usual. */
final class RelaySettings {
    private static final int PORT = 3334;
    private static final Pattern LISTEN = Pattern.compile(".*:([0-9]{1,5})");
    /** Of an overlay that has not chosen its own yet, or keeps it with the leases: nobody has such addresses. */
    private static final String NO_PREFIX = "fd00::";
    /** As in the settings of io.mnedc.address. */
    private static final String DEFAULT_POOL = "10.0.0.0/24";

    private final SettingsFile relay;
    private final SettingsFile address;
    private final Path file;

    private RelaySettings(SettingsFile relay, SettingsFile address, Path file) {
        this.relay = relay;
        this.address = address;
        this.file = file;
    }

    static RelaySettings in(@Nullable Path directory) throws IOException {
        Path where = directory == null ? Path.of("no settings") : directory;
        Path file = where.resolve("io.mnedc.relay.config");
        return new RelaySettings(
                SettingsFile.read(file), SettingsFile.read(where.resolve("io.mnedc.address.config")), file);
    }

    /** {@return why this relay enrols nobody; empty if it does} */
    Optional<String> enrolsNobody() {
        if (relay.one("security").equals(Optional.of("none"))) {
            return Optional.of(file + " says security = none: devices need no certificates, and no join tokens");
        }
        for (String key : new String[] {"identity.provider", "keystore"}) {
            if (relay.one(key).isPresent()) {
                return Optional.of(
                        file + " says " + key + " = \"" + relay.one(key).get()
                                + "\": this relay has no authority of its own and makes no certificates; devices need a key"
                                + " store or an identity provider of the same PKI, not a join token");
            }
        }
        return Optional.empty();
    }

    /** {@return why no other relay can join this one; empty if one can, or nobody knows, because there are no settings} */
    Optional<String> alone() {
        if (relay.lines().isEmpty() || relay.one("store").equals(Optional.of("shared"))) {
            return Optional.empty();
        }
        return Optional.of(
                file + " has no store = shared: this relay is alone, so no other relay can join it; start it with"
                        + "  ./mnedc relay --cluster");
    }

    /** {@return where devices dial in} */
    int port() {
        for (String listen : relay.all("listen")) {
            Matcher matcher = LISTEN.matcher(listen);
            if (matcher.matches()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        return PORT;
    }

    /** {@return which addresses are those of the overlay itself, as far as it has been set up} */
    Predicate<InetAddress> overlay() {
        if (address.lines().isEmpty()) {
            return each -> false;
        }
        Optional<String> prefix = address.one("ipv6.prefix");
        VirtualNetwork network = VirtualNetwork.parse(pool(), prefix.orElse(NO_PREFIX));
        // the prefix that an overlay has chosen itself is kept with its leases
        return each -> (prefix.isPresent() || each instanceof Inet4Address) && network.contains(each);
    }

    private String pool() {
        return address.one("pool").orElse(DEFAULT_POOL);
    }

    /** {@return why a token cannot name this address of the relay} */
    String insideOverlay(String relay) {
        return "--address " + relay + " is inside the overlay itself (pool " + pool()
                + address.one("ipv6.prefix")
                        .map(prefix -> ", ipv6.prefix " + prefix)
                        .orElse("")
                + " in " + file.resolveSibling("io.mnedc.address.config")
                + "): devices would send what is for the relay into the overlay; give an address outside, or choose a"
                + " pool that is used nowhere else";
    }
}
