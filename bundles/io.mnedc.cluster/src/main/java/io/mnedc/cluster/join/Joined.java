package io.mnedc.cluster.join;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.authority.EnsembleKeys;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a relay that has joined must know of the overlay. All of it has been checked.
 *
 * @param overlay the overlay's name in the ensemble
 * @param number this relay's number in the ensemble, 1 to 254; the same at each join with the same key
 * @param servers the ensemble's servers inside the relays, {@code server.N=...} each as in ZooKeeper's dynamic configuration, joined by
 *     ';' (see {@link #serverLines}); empty if the ensemble is external
 * @param external HOST:PORT of the servers of an ensemble that the operator runs, joined by ','; empty if it is inside the relays
 * @param pool the pool of virtual addresses; empty if no relay has leased an address yet
 */
public record Joined(String overlay, int number, String servers, String external, String pool) {
    private static final int LONGEST_NAME = 64;
    private static final int LARGEST_PORT = 65_535;
    /** Of an overlay whose prefix is of no interest here. */
    private static final String ANY_PREFIX = "fd00::";

    private static final String HOST = "(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])";
    private static final String PORT = "([0-9]{1,5})";
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,2}");
    private static final Pattern SERVER =
            Pattern.compile("server\\.([1-9][0-9]{0,2})=(" + HOST + ":[0-9]{1,5}:[0-9]{1,5}"
                    + "(?:\\|" + HOST + ":[0-9]{1,5}:[0-9]{1,5})*(?::(?:participant|observer))?(?:;(?:" + HOST
                    + ":)?[0-9]{1,5})?)");
    private static final Pattern PORTS = Pattern.compile("(?::|;)([0-9]{1,5})(?=[:;|]|$)");
    private static final Pattern EXTERNAL = Pattern.compile(HOST + ":" + PORT);

    /** {@return the ensemble's servers, {@code server.N=...} each; none if the ensemble is external} */
    public List<String> serverLines() {
        // a line may have a ';' itself, before the port for clients
        return servers.isEmpty() ? List.of() : List.of(servers.split(";(?=server\\.)", -1));
    }

    /**
     * Reads what a relay has sent.
     *
     * @param lines KEY=VALUE each, from the network; others than those known are skipped
     * @throws IllegalArgumentException if it cannot be used; the message says which line
     */
    static Joined parse(List<String> lines) {
        Map<String, String> values = new HashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0 && values.put(line.substring(0, equals), line.substring(equals + 1)) != null) {
                throw wrong(line.substring(0, equals), "twice");
            }
        }
        Joined joined = new Joined(
                values.getOrDefault("overlay", ""),
                number(values.getOrDefault("number", "")),
                values.getOrDefault("servers", ""),
                values.getOrDefault("external", ""),
                values.getOrDefault("pool", ""));
        joined.check();
        return joined;
    }

    private static int number(String text) {
        if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) > EnsembleKeys.LARGEST_NUMBER) {
            throw wrong("number", text);
        }
        return Integer.parseInt(text);
    }

    private void check() {
        if (overlay.length() > LONGEST_NAME || overlay.indexOf('/') >= 0 || !isKey(overlay)) {
            throw wrong("overlay", overlay);
        }
        if (servers.isEmpty() == external.isEmpty()) {
            throw new IllegalArgumentException(
                    "the relay's answer must say either the servers inside the relays or an external ensemble; it says "
                            + (servers.isEmpty() ? "neither" : "both"));
        }
        Set<String> numbers = new HashSet<>();
        for (String line : serverLines()) {
            Matcher server = SERVER.matcher(line);
            if (!server.matches()
                    || Integer.parseInt(server.group(1)) > EnsembleKeys.LARGEST_NUMBER
                    || !numbers.add(server.group(1))
                    || !arePorts(server.group(2))) {
                throw wrong("servers", line);
            }
        }
        for (String each : external.isEmpty() ? new String[0] : external.split(",", -1)) {
            Matcher matcher = EXTERNAL.matcher(each);
            if (!matcher.matches() || !isPort(matcher.group(1))) {
                throw wrong("external", each);
            }
        }
        checkPool();
    }

    private static boolean isKey(String name) {
        try {
            StoreKeys.check(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean arePorts(String server) {
        String plain = server.replaceAll("\\[[^\\]]*\\]", "host");
        return PORTS.matcher(plain).results().allMatch(port -> isPort(port.group(1)));
    }

    private static boolean isPort(String digits) {
        int port = Integer.parseInt(digits);
        return port >= 1 && port <= LARGEST_PORT;
    }

    private void checkPool() {
        if (!pool.isEmpty()) {
            try {
                VirtualNetwork.parse(pool, ANY_PREFIX);
            } catch (IllegalArgumentException e) {
                IllegalArgumentException refused = wrong("pool", pool);
                refused.initCause(e);
                throw refused;
            }
        }
    }

    private static IllegalArgumentException wrong(String key, String value) {
        return new IllegalArgumentException("the relay's answer has an unusable line about the overlay, "
                + PlainText.of(key, LONGEST_NAME) + "='" + PlainText.of(value, LONGEST_NAME)
                + "': are both relays of the same version?");
    }
}
