package io.mnedc.security.authority;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.security.JoinToken;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which relays have the CA's key: they enrol devices. Each one tells the others, by the name of its own key. Thread-safe. */
final class Signers {
    private static final String KIND = "signers";
    private static final Pattern RELAY = Pattern.compile("[0-9a-f]{16}");
    private static final int MOST_RELAYS = 64;
    private static final int MOST_ADDRESSES = 8;
    private static final int LONGEST = 1024;

    private final SharedStore store;

    Signers(SharedStore store) {
        this.store = store;
    }

    /**
     * Tells what a relay can do now, if that is not known yet.
     *
     * @param relay 16 hexadecimal digits of the fingerprint of its key
     * @param addresses where it is dialled, HOST:PORT; empty: it cannot enrol
     */
    void tell(String relay, List<String> addresses) throws IOException {
        String key = SharedFiles.key(KIND, relay);
        String text = String.join(" ", addresses.subList(0, Math.min(MOST_ADDRESSES, addresses.size())));
        Optional<String> told = store.get(key).map(Entry::value);
        if (!told.orElse("").equals(text)) {
            store.commit(text.isEmpty() ? Transaction.EMPTY.remove(key) : Transaction.EMPTY.put(key, text));
        }
    }

    /** {@return where relays are dialled that can enrol, HOST:PORT} */
    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        String parent = SharedFiles.key(KIND);
        List<Entry> all = store.below(parent);
        for (Entry each : all.subList(0, Math.min(MOST_RELAYS, all.size()))) {
            String relay = each.key().substring(parent.length() + 1);
            if (RELAY.matcher(relay).matches() && each.value().length() <= LONGEST) {
                List.of(each.value().split(" ", MOST_ADDRESSES + 1)).stream()
                        .limit(MOST_ADDRESSES)
                        .filter(JoinToken::isAddress)
                        .forEach(addresses::add);
            }
        }
        return addresses;
    }
}
