package io.mnedc.cluster.server;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.security.authority.EnsembleKeys;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the relay whose server leads writes into the shared store, for those that will join, and what it tidies there, below {@link EnsembleKeys}.
 */
public final class SharedNotes {
    private SharedNotes() {}

    /** Writes what is not there yet. */
    static void tell(OverlayStore store, String overlay, List<ServerEntry> servers) {
        String lines = servers.stream()
                .filter(ServerEntry::voter)
                .map(each -> each.line().replaceAll(";.*", ""))
                .sorted()
                .collect(Collectors.joining("\n"));
        put(store, EnsembleKeys.OVERLAY, overlay);
        put(store, EnsembleKeys.SERVERS, lines);
    }

    /** The same of a relay that uses an ensemble of the operator's. */
    public static void tellExternal(OverlayStore store, String overlay, String servers) {
        put(store, EnsembleKeys.OVERLAY, overlay);
        put(store, EnsembleKeys.EXTERNAL, servers);
    }

    /** Notes which relay has a number that no token gave. */
    static void number(OverlayStore store, int number, String fingerprint) {
        put(store, number(number), fingerprint);
    }

    /** {@return whether the number is this relay's, or nobody's yet} */
    static boolean isOwn(OverlayStore store, int number, String fingerprint) {
        return store.get(number(number))
                .map(entry -> entry.value().equals(fingerprint))
                .orElse(true);
    }

    /** Frees the numbers of removed relays whose servers are out of the ensemble. */
    static void tidy(OverlayStore store, List<ServerEntry> servers) {
        for (Entry entry : store.below(EnsembleKeys.REMOVED)) {
            String number = entry.value();
            boolean there = servers.stream()
                    .anyMatch(each -> String.valueOf(each.number()).equals(number));
            if (!number.equals("0") && !there) {
                Transaction change = Transaction.when(entry).put(entry.key(), "0");
                String fingerprint = EnsembleKeys.name(entry);
                Optional<Entry> taken =
                        store.get(number(number)).filter(each -> each.value().equals(fingerprint));
                store.commit(
                        taken.isPresent()
                                ? change.and(taken.get()).remove(taken.get().key())
                                : change);
            }
        }
    }

    private static String number(Object number) {
        return EnsembleKeys.NUMBERS + "/" + number;
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
