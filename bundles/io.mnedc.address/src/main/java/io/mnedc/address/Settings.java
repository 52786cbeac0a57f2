package io.mnedc.address;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.Durations;
import io.mnedc.settings.ConfigurationReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and checks the settings of the allocator. What is wrong is told as key, value and what is allowed. */
final class Settings {
    /** Connected devices are marked as seen every few tens of seconds. */
    private static final Duration LEAST_ABSENCE = Duration.ofMinutes(1);

    /** Finds the prefix that this overlay chose for itself. */
    interface ChosenPrefix {
        String get() throws IOException;
    }

    /** The pool of a relay that is told nothing. */
    static final String POOL = "10.0.0.0/24";

    private Settings() {}

    /**
     * Reads a configuration.
     *
     * @param values the configuration
     * @param usual the pool if the configuration names none
     * @param chosen asked only if the configuration names no IPv6 prefix and all else is well
     * @return the rules it describes
     * @throws io.mnedc.settings.RefusedSettingsException if something is wrong
     * @throws IOException if the chosen prefix could not be found
     */
    static LeasePolicy policy(ConfigurationReader values, String usual, ChosenPrefix chosen) throws IOException {
        String pool = values.text("pool", usual);
        String prefix = values.text("ipv6.prefix", "");
        VirtualNetwork network = values.attempt("pool", () -> network(pool, "fd00::", "pool", pool))
                .orElse(null);
        Map<String, Integer> reservations = reservations(values, network);
        Optional<Duration> absence = values.attempt(
                        "lease.absence", () -> absence(values.text("lease.absence", "never")))
                .orElse(Optional.empty());
        if (!prefix.isEmpty()) {
            values.attempt("ipv6.prefix", () -> network("10.0.0.0/24", prefix, "ipv6.prefix", prefix));
        }
        String replaced = values.text("pool.replaces", "");
        if (!replaced.isEmpty()) {
            values.attempt("pool.replaces", () -> network(replaced, "fd00::", "pool.replaces", replaced));
        }
        LeasePlace.of(values);
        values.check();
        return LeasePolicy.of(
                network(pool, prefix.isEmpty() ? chosen.get() : prefix, "ipv6.prefix", prefix), reservations, absence);
    }

    private static VirtualNetwork network(String pool, String prefix, String key, String value) {
        try {
            return VirtualNetwork.parse(pool, prefix);
        } catch (IllegalArgumentException e) {
            throw refused(key, value, String.valueOf(e.getMessage()), e);
        }
    }

    /** Without a network, only what is wrong in itself is told. */
    private static Map<String, Integer> reservations(ConfigurationReader values, @Nullable VirtualNetwork network) {
        Map<String, Integer> nodes = new HashMap<>();
        Map<Integer, String> devices = new HashMap<>();
        for (String value : values.list("reservations")) {
            values.attempt("reservations", () -> {
                reserve(value, network, nodes, devices);
                return value;
            });
        }
        return nodes;
    }

    private static void reserve(
            String value, @Nullable VirtualNetwork network, Map<String, Integer> nodes, Map<Integer, String> devices) {
        int equals = value.indexOf('=');
        if (equals < 0) {
            throw refused("reservations", value, "it is not DEVICE=ADDRESS, such as press-7=10.0.0.20");
        }
        String device = value.substring(0, equals);
        if (!DeviceIds.isValid(device)) {
            throw refused("reservations", value, "a device ID has " + DeviceIds.ALLOWED);
        }
        if (network == null) {
            return;
        }
        int node = node(value, value.substring(equals + 1), network);
        if (nodes.putIfAbsent(device, node) != null) {
            throw refused("reservations", value, "device " + device + " has two reservations");
        }
        String other = devices.putIfAbsent(node, device);
        if (other != null) {
            throw refused("reservations", value, "the address is already reserved for device " + other);
        }
    }

    private static int node(String value, String address, VirtualNetwork network) {
        Inet4Address ipv4;
        try {
            ipv4 = VirtualNetwork.ipv4Literal(address);
        } catch (IllegalArgumentException e) {
            throw refused("reservations", value, String.valueOf(e.getMessage()), e);
        }
        int node = network.node(ipv4)
                .orElseThrow(() -> refused("reservations", value, "the address is outside pool " + network.cidr()));
        if (node == VirtualNetwork.RELAY_NODE) {
            throw refused("reservations", value, "the first address of the pool is the relay's own");
        }
        if (!network.isLeasable(node)) {
            throw refused("reservations", value, "the network and the broadcast address cannot be leased");
        }
        return node;
    }

    /** {@return the longest absence; empty is never} */
    static Optional<Duration> absence(String value) {
        String text = value.trim().toLowerCase(Locale.ROOT);
        if (text.isEmpty() || text.equals("never")) {
            return Optional.empty();
        }
        Duration absence = Durations.parse(text).orElse(Duration.ZERO);
        if (absence.isZero()) {
            throw refused("lease.absence", value, "it is neither never nor a number above 0 with s, m, h or d");
        }
        if (absence.compareTo(LEAST_ABSENCE) < 0) {
            throw refused("lease.absence", value, "less than a minute would end leases of connected devices");
        }
        return Optional.of(absence);
    }

    static IllegalArgumentException refused(String key, String value, String why) {
        return new IllegalArgumentException(sentence(key, value, why));
    }

    private static IllegalArgumentException refused(String key, String value, String why, Exception cause) {
        return new IllegalArgumentException(sentence(key, value, why), cause);
    }

    static String sentence(String key, String value, String why) {
        return key + " = \"" + value + "\" is not allowed; " + why;
    }
}
