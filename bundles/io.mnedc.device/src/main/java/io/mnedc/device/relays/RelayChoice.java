package io.mnedc.device.relays;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * In which order a device tries the relays of its overlay: weighted rendezvous hashing (Schindler and others, 2005). Each device has its
 * own order, so devices are spread over the relays in proportion to the weights; if a relay is lost, its devices are spread over the
 * others and nobody else moves. A relay's weight is what its load leaves of 1000.
 *
 * <p>Distance counts before load: a relay that is clearly farther than the nearest one comes behind all that are not. One that has not
 * been measured yet counts as near. One that wants no further device comes last.
 */
public final class RelayChoice {
    /** A relay is clearly farther if its round trip is so many times that of the nearest one … */
    static final long FARTHER_TIMES = 2;

    /** … and so many microseconds more: within a site, differences are by chance. */
    static final long FARTHER_MICROS = 10_000;

    private static final int FULL = 1000;
    private static final int UNIT_BITS = 53; // those of a double

    private RelayChoice() {}

    /** {@return the relays in the order in which this device is to try them} */
    public static List<KnownRelay> order(String deviceId, Collection<KnownRelay> relays) {
        long nearest = relays.stream()
                .filter(relay -> !relay.isFull())
                .mapToLong(KnownRelay::roundTrip)
                .filter(roundTrip -> roundTrip != KnownRelay.UNKNOWN)
                .min()
                .orElse(0);
        long near = nearest * FARTHER_TIMES + FARTHER_MICROS;
        return relays.stream()
                .sorted(Comparator.<KnownRelay>comparingInt(
                                relay -> relay.isFull() ? 2 : relay.roundTrip() > near ? 1 : 0)
                        .thenComparing(Comparator.<KnownRelay>comparingDouble(relay -> score(deviceId, relay))
                                .reversed())
                        .thenComparing(KnownRelay::relayId))
                .toList();
    }

    /** The greatest of several is each one's in proportion to its weight: an exponential race. */
    private static double score(String deviceId, KnownRelay relay) {
        int weight = Math.max(1, FULL - relay.load());
        return -weight / Math.log(unit(deviceId, relay.relayId()));
    }

    /** {@return a number above 0 and below 1 that is the same each time} */
    private static double unit(String deviceId, String relayId) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update(deviceId.getBytes(StandardCharsets.US_ASCII));
            hash.update((byte) 0);
            long bits = ByteBuffer.wrap(hash.digest(relayId.getBytes(StandardCharsets.US_ASCII)))
                            .getLong()
                    >>> (Long.SIZE - UNIT_BITS + 1);
            return (bits + 0.5) / (1L << (UNIT_BITS - 1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
