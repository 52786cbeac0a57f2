package io.mnedc.cluster;

import io.mnedc.cluster.server.ServerEntry;
import io.mnedc.cluster.server.ServerSettings;
import io.mnedc.security.JoinToken;
import io.mnedc.settings.ConfigurationReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings, checked.
 *
 * @param overlay its name, which is its root in the ensemble
 * @param ensemble servers of somebody else, each as {@code HOST:PORT}; empty if there is a server in this relay
 * @param server that of this relay
 */
record ClusterSettings(String overlay, List<String> ensemble, Optional<ServerSettings> server) {
    private static final String OVERLAY = "mnedc";
    private static final Pattern SERVER =
            Pattern.compile("(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]):([0-9]{1,5})");
    private static final int LARGEST_PORT = 65_535;

    /** Reads settings; what is wrong is noted in the reader. */
    static ClusterSettings of(ConfigurationReader values) {
        String overlay = values.text("overlay", OVERLAY);
        values.attempt("overlay", () -> new Layout(overlay));
        List<String> given = values.list("ensemble");
        List<String> ensemble = values.each("ensemble", given, ClusterSettings::server);
        String member = values.text("member", "");
        if (given.isEmpty() == member.isEmpty()) {
            values.refuse(
                    "ensemble",
                    (given.isEmpty() ? "ensemble and member are empty" : "ensemble and member are both set")
                            + ": set ensemble to the servers of your own ensemble, each as HOST:PORT, or member to the"
                            + " HOST:PORT of a server in this relay");
        }
        return new ClusterSettings(
                overlay,
                List.copyOf(ensemble),
                member.isEmpty() ? Optional.empty() : Optional.of(own(values, member, overlay)));
    }

    private static ServerSettings own(ConfigurationReader values, String member, String overlay) {
        values.attempt("member", () -> ServerEntry.of(1, member, false));
        String token = values.text("join.token", "");
        if (!token.isEmpty()) {
            values.attempt("join.token", () -> JoinToken.parse(token));
        }
        String alone = values.text("go.on.alone", "");
        if (!alone.matches("[!-~]{0,64}")) {
            values.wrong("go.on.alone", alone, "allowed are 1 to 64 letters, digits and signs, such as 2026-11-29");
        }
        return new ServerSettings(
                member, path(values, "data.dir"), path(values, "identity.dir"), overlay, token, alone);
    }

    private static Path path(ConfigurationReader values, String key) {
        Path path = values.path(key);
        if (path == null) {
            values.refuse(key, key + " is empty: it is needed with member");
            return Path.of("");
        }
        // ZooKeeper's own file of settings has no other letters
        if (!path.toString().matches("[ -\\[\\]-~]+")) {
            values.wrong(key, path.toString(), "only ASCII characters but backslashes are allowed in its full name");
        }
        return path;
    }

    private static String server(String text) {
        Matcher parts = SERVER.matcher(text);
        if (!parts.matches() || port(parts) < 1 || port(parts) > LARGEST_PORT) {
            throw new IllegalArgumentException("ensemble = \"" + text
                    + "\" is not allowed; allowed is HOST:PORT, such as 192.0.2.7:2181 or [2001:db8::7]:2181");
        }
        return text;
    }

    private static int port(Matcher parts) {
        return Integer.parseInt(parts.group(1));
    }

    /** {@return whether another store is needed for these settings: a token that was used may go, and so may the name} */
    boolean needsAnother(ClusterSettings now) {
        if (server.isPresent() && now.server.isPresent()) {
            return !server.get().suffices(now.server.get());
        }
        return !equals(now);
    }

    /** {@return how the ensemble is called in messages} */
    String servers() {
        return server.map(own -> "with the server " + own.member()).orElseGet(() -> String.join(",", ensemble));
    }
}
