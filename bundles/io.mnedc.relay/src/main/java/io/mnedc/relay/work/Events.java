package io.mnedc.relay.work;

import java.util.Locale;

/** Takes what somebody may want to read later: the audit log. Thread-safe; never blocks and never fails. */
public interface Events {
    /** Takes nothing. */
    Events NONE = (kind, device, remote, detail) -> {};

    /** What happened. The labels stand in the audit log and never change. */
    enum Kind {
        STARTED,
        STOPPED,
        TOKEN_MADE,
        TOKEN_CANCELLED,
        ENROLLED,
        RENEWED,
        JOINED,
        LEFT,
        /** A connection, a registration, an enrolment or a renewal was refused; may come in floods. */
        REFUSED,
        REVOKED,
        UNREVOKED,
        RULES_CHANGED,
        RULES_BROKEN,
        QUARANTINED,
        LIMITED,
        CA_CHANGED;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Something happened.
     *
     * @param kind what
     * @param device whose ID, as far as it is known; else empty
     * @param remote the other end's address and port; empty if nobody is connected
     * @param detail what else there is to say: for a refusal, the code and the sentence; never a secret
     */
    void record(Kind kind, String device, String remote, String detail);
}
