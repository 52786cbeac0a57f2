package io.mnedc.relay.work;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a relay counts. The names are those of docs/RELIABILITY.md. */
public enum Counter {
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
    REFUSED_CERTIFICATE,
    REFUSED_ENROLMENT,
    REFUSED_REVOKED,
    REFUSED_QUARANTINED,
    ENROLMENTS,
    RENEWALS,
    SIGN_ASKED,
    SIGN_MADE,
    SIGN_STRAY,
    JOINS,
    LEAVES,
    LEAVES_HELD_BACK,
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
    ENVELOPES,
    AUDIT_LOST,
    EVENTS_LOST;

    /** What a refusal with this report counts as; null if its code has no counter. */
    public static @Nullable Counter of(ErrorReport report) {
        return switch (ControlMessage.codeOf(report).orElse(ErrorCode.INTERNAL)) {
            case VERSION_UNSUPPORTED -> REFUSED_VERSION;
            case PROTOCOL_VIOLATION, TOO_LARGE -> REFUSED_PROTOCOL;
            case SECURITY_MISMATCH -> REFUSED_SECURITY;
            case TIMED_OUT -> REFUSED_TIMEOUT;
            case LIMIT_EXCEEDED -> REFUSED_LIMIT;
            case REVOKED -> REFUSED_REVOKED;
            case QUARANTINED -> REFUSED_QUARANTINED;
            case CERTIFICATE_REFUSED, ID_MISMATCH -> REFUSED_CERTIFICATE;
            case JOIN_REFUSED, JOIN_EXPIRED, JOIN_USED, ID_TAKEN, ENROLMENT_UNAVAILABLE -> REFUSED_ENROLMENT;
            case POOL_EXHAUSTED, RESERVATION_TAKEN, DEVICE_ID_INVALID, LEASE_UNAVAILABLE -> REFUSED_LEASE;
            default -> null;
        };
    }

    /** The counters of one relay. */
    public static final class Set {
        private final LongAdder[] counters = new LongAdder[Counter.values().length];

        public Set() {
            for (int i = 0; i < counters.length; i++) {
                counters[i] = new LongAdder();
            }
        }

        public void add(Counter counter, long more) {
            counters[counter.index()].add(more);
        }

        public Map<String, Long> values() {
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

    public String label() {
        // the first underscore is a dot: DROP_NO_STREAM is drop.no-stream
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    }
}
