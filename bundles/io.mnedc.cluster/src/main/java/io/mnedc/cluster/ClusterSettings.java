package io.mnedc.cluster;

import io.mnedc.settings.ConfigurationReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings, checked.
 *
 * @param overlay its name, which is its root in the ensemble
 * @param ensemble servers, each as {@code HOST:PORT}
 */
record ClusterSettings(String overlay, List<String> ensemble) {
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
        if (given.isEmpty()) {
            values.refuse("ensemble", "ensemble is empty: name the servers, each as HOST:PORT");
        }
        return new ClusterSettings(overlay, List.copyOf(ensemble));
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

    /** {@return the servers as ZooKeeper's client wants them} */
    String servers() {
        return String.join(",", ensemble);
    }
}
