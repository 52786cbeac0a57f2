package io.mnedc.device.dial;

import java.time.Duration;

/**
 * When the next attempt of a {@link RelayRace} is due. All answers are nanoseconds from now; not positive: it is due.
 *
 * <p>A configured relay has its time, because the order of the list means something. Relays that were found are named by
 * anybody: however many they are, they hold up what is configured behind them for {@link #FOUND} in all. So do the
 * searches for them: when they are answered, and by what, is said by anybody, too.
 */
final class RacePace {
    /** Between the addresses of one relay: the Connection Attempt Delay of RFC 8305, section 5. */
    static final Duration ADDRESS = Duration.ofMillis(250);

    /** The same once one of them is connected: a relay that many devices come back to may be slow in TLS. */
    static final Duration ADDRESS_SECURING = Duration.ofSeconds(1);

    /**
     * Between entries of the list: the second request to connect went unanswered, too. Addresses that are configured one
     * after the other, and the hosts that one entry of the list stands for, are only {@link #ADDRESS} apart.
     */
    static final Duration RELAY = Duration.ofSeconds(2);

    /** The same once a configured one is connected. */
    static final Duration RELAY_SECURING = Duration.ofSeconds(5);

    /**
     * From when the first search has its turn, whatever it finds, and when. What is found later is tried beside the entries
     * behind it.
     */
    static final Duration FOUND = Duration.ofSeconds(2);

    private final RaceTurns turns;
    private final RaceLanes lanes;

    /** Looks at these, and changes nothing. */
    RacePace(RaceTurns turns, RaceLanes lanes) {
        this.turns = turns;
        this.lanes = lanes;
    }

    /** {@return whether a relay, or a host, has nothing left to try} */
    boolean isFinished(RaceLeg leg) {
        return leg.known && leg.waiting.isEmpty() && lanes.of(leg).isEmpty();
    }

    /** {@return whether an entry of the list has nothing left to try, nor has what it has found} */
    boolean isOver(RaceLeg turn) {
        RaceSearch search = turn.search;
        return search == null
                ? isFinished(turn)
                : search.places.isEmpty() && search.legs.stream().allMatch(this::isFinished);
    }

    /** {@return when the next address of a relay, or host, is due} */
    long untilNextAddress(RaceLeg leg, long now) {
        long wait = 0;
        for (RaceLane lane : lanes.of(leg)) {
            wait = Math.max(wait, ADDRESS.toNanos() - (now - leg.started));
            wait = Math.max(wait, untilSecured(lane, ADDRESS_SECURING, now));
        }
        return wait;
    }

    /** {@return when another attempt to any relay that was found is due: several lists of hosts keep one pace} */
    long untilNextFound(long now) {
        return lanes.found().stream()
                .mapToLong(lane -> ADDRESS.toNanos() - (now - lane.begun))
                .max()
                .orElse(0);
    }

    /** {@return when the next entry of the list is due} */
    long untilNextEntry(RaceEntry next, long now) {
        return turns.ofTheList().stream()
                .filter(turn -> !isOver(turn))
                .mapToLong(turn -> heldUp(next, turn, now))
                .max()
                .orElse(0);
    }

    private long heldUp(RaceEntry next, RaceLeg turn, long now) {
        if (turn.search != null) {
            return heldUpBySearch(turn, now);
        }
        boolean near = turn.known && turn.waiting.isEmpty() && next.isNear(turn.entry);
        long wait = near ? ADDRESS.toNanos() - (now - turn.started) : RELAY.toNanos() - (now - turn.begun);
        return Math.max(wait, untilSecured(turn, now));
    }

    private long heldUpBySearch(RaceLeg turn, long now) {
        long first = now - turns.searches().get(0).turn().begun;
        long own = now - turn.begun;
        // a second search has its start, also where the first one has used up the time
        return Math.max(FOUND.toNanos() - first, ADDRESS.toNanos() - own);
    }

    /** {@return when the next host that a search has found is due} */
    long untilNextPlace(RaceSearch search, long now) {
        RaceLeg latest = search.latest();
        long wait = 0;
        if (!isFinished(latest)) {
            boolean tried = latest.known && latest.waiting.isEmpty();
            wait = tried ? ADDRESS.toNanos() - (now - latest.started) : RELAY.toNanos() - (now - latest.begun);
        }
        for (RaceLane lane : lanes.found()) {
            if (lane.leg.search == search) {
                wait = Math.max(wait, untilSecured(lane, ADDRESS_SECURING, now));
            }
        }
        return Math.max(wait, untilConfiguredSecured(search, now));
    }

    /** Those that are before it in the list go on to have their time. */
    private long untilConfiguredSecured(RaceSearch search, long now) {
        return turns.ofTheList().stream()
                .takeWhile(turn -> turn.search != search)
                .filter(turn -> turn.search == null)
                .mapToLong(turn -> untilSecured(turn, now))
                .max()
                .orElse(0);
    }

    private long untilSecured(RaceLeg configured, long now) {
        return lanes.of(configured).stream()
                .mapToLong(lane -> untilSecured(lane, RELAY_SECURING, now))
                .max()
                .orElse(0);
    }

    private static long untilSecured(RaceLane lane, Duration securing, long now) {
        return lane.isConnected() ? securing.toNanos() - (now - lane.connectedAt()) : 0;
    }
}
