package io.mnedc.api.device;

import java.time.Duration;
import java.time.Instant;

/**
 * One try of a device to reach a relay: one address, or a look-up that found none.
 *
 * @param relay the relay as it is configured, such as {@code relay.example:3334}, {@code srv:example.org} or {@code lan}
 * @param source how its address was found
 * @param address what was tried; empty if a look-up found nothing
 * @param outcome how far it is, or what came of it
 * @param detail the reason in a sentence; empty if there is nothing to say
 * @param begun when it began
 * @param took how long it took; zero while it goes on
 */
public record RelayTry(
        String relay, Source source, String address, Outcome outcome, String detail, Instant begun, Duration took) {
    /** How an address was found. */
    public enum Source {
        /** It is configured. */
        ADDRESS,
        /** By a name. */
        DNS,
        /** By SRV records of a domain. */
        SRV,
        /** Announced in the local network. */
        LAN,
        /** Told by another relay of the overlay. */
        TOLD
    }

    /** What came of a try. */
    public enum Outcome {
        /** Nothing yet. */
        TRYING,
        /** Connected, and with TLS it has proved that it is a relay of the overlay. */
        CONNECTED,
        /** The device is registered there, or has got its certificate there. */
        OK,
        /** The look-up found no address. */
        NOT_FOUND,
        /** Nobody listens there, or there is no route. */
        REFUSED,
        /** No answer in time. */
        NO_ANSWER,
        /** It could not prove that it is a relay of the overlay, such as by a certificate of another CA. */
        DISTRUSTED,
        /** It was connected, and ended before the device was registered. */
        FAILED,
        /** Given up: another address was faster, or the device had to begin again. */
        GIVEN_UP
    }
}
