package io.mnedc.api.relay;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * Something that has happened at a relay.
 *
 * @param time when
 * @param kind what
 * @param deviceId of the device, as far as it is known; else empty
 * @param remote address and port of the other end; empty if nobody is connected
 * @param detail what else there is to say: for a refusal, its counter and the sentence; never a secret. It may contain what a
 *     stranger has sent: show it with {@link io.mnedc.api.text.PlainText}
 */
public record RelayEvent(Instant time, Kind kind, String deviceId, String remote, String detail) {
    /** What can happen. Later versions may add kinds. */
    public enum Kind {
        /** The relay has started. */
        STARTED,
        /** The relay ends. */
        STOPPED,
        /** A join token was made. */
        TOKEN_MADE,
        /** A join token was cancelled. */
        TOKEN_CANCELLED,
        /** A device has got its first certificate. */
        ENROLLED,
        /** A relay has got its first certificate, by a join token for relays. */
        RELAY_ENROLLED,
        /** A device has got another certificate. */
        RENEWED,
        /** A device has registered. */
        JOINED,
        /** A registered device has gone. */
        LEFT,
        /** The administrator has closed the connection of a device, which may connect again. */
        DISCONNECTED,
        /** A connection, a registration, an enrolment or a renewal was refused; may come in floods. */
        REFUSED,
        /** A device was shut out. */
        REVOKED,
        /** A device that was shut out may come in again. */
        UNREVOKED,
        /** Other access rules are in force. */
        RULES_CHANGED,
        /** The file of access rules cannot be used. */
        RULES_BROKEN,
        /** Two devices take turns with one ID: both have to wait. */
        QUARANTINED,
        /** A device sends more than it may; may come in floods. */
        LIMITED,
        /** Other authorities are trusted, or another one makes certificates. */
        CA_CHANGED,
        /** The administrator empties the relay: its devices are to go to other relays of the overlay. */
        DRAIN_BEGUN,
        /** The relay takes devices again. */
        DRAIN_ENDED,
        /** The administrator has taken a relay out of the overlay. */
        RELAY_REMOVED;

        /** {@return the kind as it stands in the audit log, such as {@code token-made}; never changed} */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Checks that nothing is missing. */
    public RelayEvent {
        Objects.requireNonNull(time);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(deviceId);
        Objects.requireNonNull(remote);
        Objects.requireNonNull(detail);
    }
}
