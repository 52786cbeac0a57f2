package io.mnedc.device.relays;

import io.mnedc.api.text.DeviceIds;
import io.mnedc.codec.Protocol;
import io.mnedc.device.settings.RelayAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A relay of the overlay.
 *
 * @param relayId its ID among the relays
 * @param load how busy it is, 0 to {@value Protocol#MAX_LOAD}; {@value Protocol#MAX_LOAD}: no further device should come
 * @param roundTrip the time that a TCP handshake with it takes, in microseconds; {@value #UNKNOWN} if it is not known
 * @param reached where this device was registered at it, {@code HOST:PORT}; empty if it never was. The relay may not know this address
 *     itself, because a router stands for it
 * @param addresses where it says that it is, each {@code HOST:PORT}
 */
public record KnownRelay(String relayId, int load, long roundTrip, String reached, List<String> addresses) {
    /** Not measured yet. */
    public static final long UNKNOWN = -1;

    /** An hour: longer is no round trip. */
    private static final long LONGEST = 3_600_000_000L;

    private static final String NOWHERE = "-";
    private static final int WORDS = 4;

    /** Copies the list. */
    public KnownRelay {
        addresses = List.copyOf(addresses);
    }

    /** {@return whether no further device should come} */
    boolean isFull() {
        return load >= Protocol.MAX_LOAD;
    }

    /** {@return where to dial it, each {@code HOST:PORT}; the address that has worked comes first} */
    List<String> dialled() {
        Set<String> all = new LinkedHashSet<>();
        if (!reached.isEmpty()) {
            all.add(reached);
        }
        all.addAll(addresses);
        return List.copyOf(all);
    }

    /** {@return the same with what else is known of it by now} */
    KnownRelay with(long measured, String at) {
        return new KnownRelay(relayId, load, measured, at, addresses);
    }

    /** {@return its line of the file} */
    String line() {
        List<String> words = new ArrayList<>(List.of(
                relayId, Integer.toString(load), Long.toString(roundTrip), reached.isEmpty() ? NOWHERE : reached));
        words.addAll(addresses);
        return String.join(" ", words);
    }

    /**
     * Reads what {@link #line} writes.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static KnownRelay parse(String line) {
        List<String> words = List.of(line.split(" ", -1));
        if (words.size() < WORDS || words.size() > WORDS + Protocol.MAX_ADDRESSES) {
            throw new IllegalArgumentException(words.size() + " words are no relay");
        }
        if (!DeviceIds.isValid(words.get(0))) {
            throw new IllegalArgumentException("no ID of a relay");
        }
        int load = Integer.parseInt(words.get(1));
        long roundTrip = Long.parseLong(words.get(2));
        if (load < 0 || load > Protocol.MAX_LOAD || roundTrip < UNKNOWN || roundTrip > LONGEST) {
            throw new IllegalArgumentException("load or round trip out of range");
        }
        String reached = words.get(3).equals(NOWHERE) ? "" : words.get(3);
        List<String> addresses = usable(words.subList(WORDS, words.size()));
        return new KnownRelay(
                words.get(0), load, roundTrip, usable(List.of(reached)).isEmpty() ? "" : reached, addresses);
    }

    /** {@return those that can be dialled: what others say goes through the same check as a setting} */
    static List<String> usable(List<String> addresses) {
        return addresses.stream().filter(KnownRelay::isUsable).distinct().toList();
    }

    private static boolean isUsable(String address) {
        try {
            RelayAddress.host(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
