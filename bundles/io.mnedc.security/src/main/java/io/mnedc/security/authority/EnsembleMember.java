package io.mnedc.security.authority;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relay in the ensemble that the relays share: its number, and what it must know to find the others.
 *
 * @param number 1 to {@value EnsembleKeys#LARGEST_NUMBER}
 * @param already whether it has had this number before
 * @param lines {@code KEY=VALUE} each, as the protocol's OVERLAY has them
 */
record EnsembleMember(int number, boolean already, List<String> lines) {
    /** What the address bundles of the relays agree on: pool and IPv6 prefix, with a blank between. */
    private static final String NETWORK = "overlay/network";

    /** As in the protocol, with the key. */
    private static final int LONGEST_LINE = 4096;

    private static final Pattern SERVER = Pattern.compile("server\\.([0-9]{1,3})=[!-~]+");
    private static final Pattern NAME = Pattern.compile("[!-.0-~]{1,64}");
    private static final Pattern PLAIN = Pattern.compile("[!-~]+");

    EnsembleMember {
        lines = List.copyOf(lines);
    }

    /**
     * Finds a number for a relay: the one it has, or the lowest that is free. One that was removed gets none.
     *
     * @param key the fingerprint of its key
     * @param look reads an entry, which must be still so when the change is made
     * @param below reads all below a key
     * @param put changes an entry
     */
    static EnsembleMember of(
            String key,
            Function<String, Optional<Entry>> look,
            Function<String, List<Entry>> below,
            BiConsumer<String, String> put)
            throws RefusedException {
        if (look.apply(EnsembleKeys.REMOVED + "/" + key).isPresent()) {
            // its key is refused everywhere, whatever certificate it has
            throw new RefusedException(
                    Reason.JOIN_REFUSED,
                    "the relay with this key was removed from the overlay: remove relay.crt.pem and relay.key.pem in its"
                            + " directory, and join again, with a new key");
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "overlay",
                text(look, EnsembleKeys.OVERLAY)
                        .filter(name -> NAME.matcher(name).matches())
                        .orElseThrow(() -> unavailable("no relay has said the overlay's name"))));
        Map<Integer, String> taken = new HashMap<>();
        Optional<String> servers = text(look, EnsembleKeys.SERVERS);
        if (servers.isPresent()) {
            lines.add(line("servers", String.join(";", servers(servers.get(), taken))));
        } else {
            lines.add(line(
                    "external",
                    text(look, EnsembleKeys.EXTERNAL)
                            .filter(text -> PLAIN.matcher(text).matches())
                            .orElseThrow(() -> unavailable("no relay has said where the ensemble's servers are"))));
        }
        text(look, NETWORK)
                .map(network -> network.split(" ", 2)[0])
                .filter(pool -> PLAIN.matcher(pool).matches())
                .ifPresent(pool -> lines.add("pool=" + pool));
        for (Entry each : below.apply(EnsembleKeys.NUMBERS)) {
            number(each).ifPresent(number -> taken.put(number, each.value()));
        }
        int number = free(key, taken);
        Optional<Entry> entry = look.apply(EnsembleKeys.NUMBERS + "/" + number);
        while (entry.isPresent() && !entry.get().value().equals(key)) {
            // of a moment ago
            taken.put(number, entry.get().value());
            number = free(key, taken);
            entry = look.apply(EnsembleKeys.NUMBERS + "/" + number);
        }
        if (entry.isEmpty()) {
            put.accept(EnsembleKeys.NUMBERS + "/" + number, key);
        }
        lines.add("number=" + number);
        return new EnsembleMember(number, entry.isPresent(), lines);
    }

    private static Optional<String> text(Function<String, Optional<Entry>> look, String name) {
        return look.apply(name).map(Entry::value).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static List<String> servers(String text, Map<Integer, String> taken) throws RefusedException {
        List<String> servers =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        for (String server : servers) {
            Matcher matcher = SERVER.matcher(server);
            if (!matcher.matches()) {
                throw unavailable(
                        "what the relays share as " + EnsembleKeys.SERVERS + " is no list of server.N=ADDRESS");
            }
            // also if that relay has no entry: two servers with one number would break the ensemble
            taken.put(Integer.parseInt(matcher.group(1)), "");
        }
        return servers;
    }

    private static Optional<Integer> number(Entry entry) {
        String name = EnsembleKeys.name(entry);
        return name.matches("[1-9][0-9]{0,2}") ? Optional.of(Integer.valueOf(name)) : Optional.empty();
    }

    private static int free(String key, Map<Integer, String> taken) throws RefusedException {
        for (Map.Entry<Integer, String> each : taken.entrySet()) {
            if (each.getValue().equals(key) && each.getKey() <= EnsembleKeys.LARGEST_NUMBER) {
                return each.getKey();
            }
        }
        for (int number = 1; number <= EnsembleKeys.LARGEST_NUMBER; number++) {
            if (!taken.containsKey(number)) {
                return number;
            }
        }
        throw unavailable(
                "all numbers from 1 to " + EnsembleKeys.LARGEST_NUMBER + " are taken: let relays leave that are gone");
    }

    private static String line(String name, String value) throws RefusedException {
        String line = name + "=" + value;
        if (line.length() > LONGEST_LINE) {
            throw unavailable("what the relays share as " + name + " has more than " + LONGEST_LINE + " characters");
        }
        return line;
    }

    private static RefusedException unavailable(String why) {
        return new RefusedException(
                Reason.ENROLMENT_UNAVAILABLE,
                "no relay can join now, because " + why
                        + "; is the bundle io.mnedc.cluster of this overlay's relays up to date and running?");
    }
}
