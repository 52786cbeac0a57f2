package io.mnedc.cluster.server;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the relay whose server leads writes into the shared store, for those that will join, and what it tidies there:
 *
 * <pre>
 * ensemble/overlay      the name of the overlay
 * ensemble/servers      the servers that vote, a line each as in ZooKeeper's dynamic configuration
 * ensemble/external     in place of it: the servers of an ensemble of the operator's, HOST:PORT with commas between
 * ensemble/numbers/N    the fingerprint of the key of the relay with server N
 * </pre>
 */
public final class SharedNotes {
    private static final String OVERLAY = "ensemble/overlay";
    private static final String SERVERS = "ensemble/servers";
    private static final String EXTERNAL = "ensemble/external";
    private static final String NUMBERS = "ensemble/numbers/";

    private SharedNotes() {}

    /** Writes what is not there yet. */
    static void tell(OverlayStore store, String overlay, List<ServerEntry> servers) {
        String lines = servers.stream()
                .filter(ServerEntry::voter)
                .map(each -> each.line().replaceAll(";.*", ""))
                .sorted()
                .collect(Collectors.joining("\n"));
        put(store, OVERLAY, overlay);
        put(store, SERVERS, lines);
    }

    /** The same of a relay that uses an ensemble of the operator's. */
    public static void tellExternal(OverlayStore store, String overlay, String servers) {
        put(store, OVERLAY, overlay);
        put(store, EXTERNAL, servers);
    }

    /** Notes which relay has a number that no token gave. */
    static void number(OverlayStore store, int number, String fingerprint) {
        put(store, NUMBERS + number, fingerprint);
    }

    /** {@return whether the number is this relay's, or nobody's yet} */
    static boolean isOwn(OverlayStore store, int number, String fingerprint) {
        return store.get(NUMBERS + number)
                .map(entry -> entry.value().equals(fingerprint))
                .orElse(true);
    }

    /** Frees the numbers of removed relays whose servers are out of the ensemble. */
    static void tidy(OverlayStore store, List<ServerEntry> servers) {
        for (Entry entry : store.below(RemovedRelays.BELOW)) {
            String number = entry.value();
            boolean there = servers.stream()
                    .anyMatch(each -> String.valueOf(each.number()).equals(number));
            if (!number.equals("0") && !there) {
                Transaction change = Transaction.when(entry).put(entry.key(), "0");
                String fingerprint = entry.key().substring(RemovedRelays.BELOW.length() + 1);
                Optional<Entry> taken =
                        store.get(NUMBERS + number).filter(each -> each.value().equals(fingerprint));
                store.commit(
                        taken.isPresent()
                                ? change.and(taken.get()).remove(taken.get().key())
                                : change);
            }
        }
    }

    private static void put(OverlayStore store, String key, String value) {
        Optional<Entry> present = store.get(key);
        if (present.isEmpty() || !present.get().value().equals(value)) {
            Transaction when = present.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(key));
            // if somebody else was faster, or it fails, the next look sees to it
            store.commit(when.put(key, value));
        }
    }
}
