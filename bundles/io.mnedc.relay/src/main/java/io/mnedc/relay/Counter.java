package io.mnedc.relay;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a relay counts. The names are those of docs/RELIABILITY.md. */
enum Counter {
    CONNECTIONS,
    REFUSED_NOT_MNEDC,
    REFUSED_TLS,
    REFUSED_VERSION,
    REFUSED_LIMIT,
    REFUSED_TIMEOUT,
    REFUSED_PROTOCOL,
    REFUSED_SECURITY,
    REFUSED_LEASE,
    REFUSED_BIND,
    REFUSED_REVOKED,
    REFUSED_QUARANTINED,
    JOINS,
    LEAVES,
    TAKEOVERS,
    QUARANTINES,
    FRAMES_IN,
    BYTES_IN,
    FRAMES_OUT,
    BYTES_OUT,
    DROP_SPOOFED_SOURCE,
    DROP_NO_DESTINATION,
    DROP_NO_STREAM,
    DROP_MALFORMED,
    DROP_QUEUE,
    DROP_RULES,
    DROP_LIMIT,
    DROP_MESSAGES,
    ENVELOPES;

    /** The counters of one relay. */
    static final class Set {
        private final LongAdder[] counters = new LongAdder[Counter.values().length];

        Set() {
            for (int i = 0; i < counters.length; i++) {
                counters[i] = new LongAdder();
            }
        }

        void add(Counter counter, long more) {
            counters[counter.index()].add(more);
        }

        Map<String, Long> values() {
            Map<String, Long> values = new LinkedHashMap<>();
            for (Counter counter : Counter.values()) {
                values.put(counter.label(), counters[counter.index()].sum());
            }
            return values;
        }
    }

    @SuppressWarnings("EnumOrdinal") // an index into an array of this run, never stored or sent
    private int index() {
        return ordinal();
    }

    String label() {
        // the first underscore is a dot: DROP_NO_STREAM is drop.no-stream
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    }
}
