package io.mnedc.security.authority;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What other relays have said of revocations, before the shared store said it here. Each word counts for 30 seconds: by then the store has
 * said the same, or that relay was wrong. The words of one relay do not change those of another one. Thread-safe.
 */
final class RevocationHints {
    /** Of one relay: then its oldest go. */
    static final int MOST = 1_000;
    /** Of all relays together. */
    static final int MOST_RELAYS = 256;

    static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanos;
    /** By relay, and then by device, the oldest first: when it was said. */
    private final Map<String, LinkedHashMap<String, Long>> said = new TreeMap<>();

    RevocationHints(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A relay has said it. */
    synchronized void hear(String relayId, String deviceId, boolean revoked) {
        forgetOld();
        LinkedHashMap<String, Long> words = said.get(relayId);
        if (words != null) {
            words.remove(deviceId);
        }
        if (!revoked || (words == null && said.size() >= MOST_RELAYS)) {
            return;
        }
        LinkedHashMap<String, Long> all = said.computeIfAbsent(relayId, id -> new LinkedHashMap<>());
        all.put(deviceId, nanos.getAsLong());
        if (all.size() > MOST) {
            all.remove(all.keySet().iterator().next());
        }
    }

    /** {@return whether a relay says that it is shut out} */
    synchronized boolean has(String deviceId) {
        if (said.isEmpty()) {
            return false;
        }
        forgetOld();
        return said.values().stream().anyMatch(words -> words.containsKey(deviceId));
    }

    /** {@return whom any relay says to be shut out} */
    synchronized Set<String> all() {
        forgetOld();
        Set<String> all = new HashSet<>();
        said.values().forEach(words -> all.addAll(words.keySet()));
        return all;
    }

    private void forgetOld() {
        long now = nanos.getAsLong();
        for (Iterator<LinkedHashMap<String, Long>> relays = said.values().iterator(); relays.hasNext(); ) {
            LinkedHashMap<String, Long> words = relays.next();
            Iterator<Long> times = words.values().iterator();
            while (times.hasNext() && now - times.next() >= LAST_NANOS) {
                times.remove();
            }
            if (words.isEmpty()) {
                relays.remove();
            }
        }
    }
}
