package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a {@link RelayRace} that are under way: how many there are at a time, and which one has to make room for
 * another. Configured relays and found ones leave a place to each other, so neither kind can keep the other one out. A
 * configured one gets the other places back from found ones that do not get on, and mostly finds one at once; a found one
 * never takes a place from a configured one.
 */
final class RaceLanes {
    /** Attempts at a time. */
    static final int MOST = 8;

    /** Attempts at a time of one kind, if the list has both. */
    static final int MOST_OF_A_KIND = MOST - 1;

    /** One that is not even connected has had its time. */
    static final Duration SILENT = Duration.ofSeconds(1);

    /** A found one has had its time, from its beginning: when it is connected may be an attacker's choice. */
    static final Duration FOUND = Duration.ofSeconds(2);

    /** A configured one has had its time, from when it is connected: it may be slow in TLS. */
    static final Duration SECURING = RacePace.RELAY_SECURING;

    /**
     * Whether there is room for another attempt.
     *
     * @param nanos for how many nanoseconds there is none; not positive: there is
     * @param leaving what has to go before; null: nothing, or there is no room
     */
    record Room(long nanos, @Nullable RaceLane leaving) {}

    private final List<RaceLane> lanes = new ArrayList<>();
    private final int mostOfAKind;

    RaceLanes(Collection<RelayAddress> relays) {
        boolean found = relays.stream().anyMatch(RelayAddress::isFound);
        boolean configured = relays.stream().anyMatch(relay -> !relay.isFound());
        mostOfAKind = found && configured ? MOST_OF_A_KIND : MOST;
    }

    void add(RaceLane lane) {
        lanes.add(lane);
    }

    /** {@return whether it was there} */
    boolean remove(RaceLane lane) {
        return lanes.remove(lane);
    }

    boolean contains(RaceLane lane) {
        return lanes.contains(lane);
    }

    /** {@return those under way, in the order in which they began} */
    List<RaceLane> all() {
        return List.copyOf(lanes);
    }

    /** {@return those of one relay or host} */
    List<RaceLane> of(RaceLeg leg) {
        return lanes.stream().filter(lane -> lane.leg == leg).toList();
    }

    /** {@return those to relays that were found} */
    List<RaceLane> found() {
        return lanes.stream().filter(RaceLane::isFound).toList();
    }

    void clear() {
        lanes.clear();
    }

    /**
     * Looks for room.
     *
     * @param found whether the attempt that is to begin is to a relay that was found
     */
    Room room(boolean found, long now) {
        List<RaceLane> ofItsKind = spentFirst(found, now);
        int others = lanes.size() - ofItsKind.size();
        if (found && others < mostOfAKind && mostOfAKind < MOST) {
            return roomBesideASpareOne(ofItsKind, now);
        }
        boolean most = ofItsKind.size() >= mostOfAKind;
        if (!most && lanes.size() < MOST) {
            return new Room(0, null);
        }
        // below its own limit, a configured one finds several of the others: none of them loses its last place
        RaceLane first = (found || most ? ofItsKind : spentFirst(true, now)).get(0);
        return room(first, untilSpent(first, now));
    }

    /** A configured one may need a place at any time: it is free, or that of a found one that has had its time. */
    private Room roomBesideASpareOne(List<RaceLane> found, long now) {
        int tooMany = lanes.size() - (MOST - 1);
        return tooMany < 0 ? new Room(0, null) : room(found.get(0), untilSpent(found.get(tooMany), now));
    }

    /** {@return those of one kind; those that have had their time, or will first, come first} */
    private List<RaceLane> spentFirst(boolean found, long now) {
        return lanes.stream()
                .filter(lane -> lane.isFound() == found)
                .sorted(Comparator.comparingLong(lane -> untilSpent(lane, now)))
                .toList();
    }

    private static Room room(RaceLane spent, long wait) {
        return wait <= 0 ? new Room(0, spent) : new Room(wait, null);
    }

    /** {@return in how many nanoseconds an attempt has had its time} */
    private static long untilSpent(RaceLane lane, long now) {
        if (!lane.isConnected()) {
            return SILENT.toNanos() - (now - lane.begun);
        }
        return lane.isFound() ? FOUND.toNanos() - (now - lane.begun) : SECURING.toNanos() - (now - lane.connectedAt());
    }
}
