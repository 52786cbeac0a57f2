package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which entries of the list of a {@link RelayRace}, and which hosts that they have found, have had their turn; and their look-ups. */
final class RaceTurns {
    /** A resolver that asks a dead name server first needs five seconds for that. */
    static final Duration LOOK_UP = Duration.ofSeconds(15);

    private final RaceTrack track;
    private final Map<RelayAddress, Target> good;
    private final Tries tries;
    private final Runnable changed;
    private final Deque<RaceEntry> entries = new ArrayDeque<>();
    private final List<RaceLeg> turns = new ArrayList<>();
    private final List<RaceSearch> searches = new ArrayList<>();
    private boolean closed;

    /**
     * None has had its turn.
     *
     * @param relays in their order
     * @param good what worked last
     * @param tries told each look-up that has found nothing
     * @param changed run when a look-up has ended
     */
    RaceTurns(
            RaceTrack track, List<RelayAddress> relays, Map<RelayAddress, Target> good, Tries tries, Runnable changed) {
        this.track = track;
        this.good = good;
        this.tries = tries;
        this.changed = changed;
        relays.forEach(relay -> entries.add(RaceEntry.of(relay)));
    }

    /** What is found from now on is dropped. */
    void close() {
        closed = true;
    }

    /** {@return the entry of the list that is next; null: none is left} */
    @Nullable
    RaceEntry next() {
        return entries.peek();
    }

    /** {@return the entries of the list that have had their turn, in their order} */
    List<RaceLeg> ofTheList() {
        return turns;
    }

    /** {@return the entries that find hosts and have had their turn, in their order} */
    List<RaceSearch> searches() {
        return searches;
    }

    /** {@return all that have had their turn} */
    List<RaceLeg> all() {
        return turns.stream()
                .flatMap(turn -> turn.search == null ? Stream.of(turn) : turn.search.legs.stream())
                .toList();
    }

    /** The next entry of the list has its turn. */
    void begin(long now) {
        RaceEntry entry = entries.remove();
        Place place = entry.place();
        if (place == null) {
            beginSearch(entry, now);
        } else {
            RaceLeg turn = leg(entry, null, now);
            turns.add(turn);
            lookUp(turn, place);
        }
    }

    private void beginSearch(RaceEntry entry, long now) {
        RaceSearch search = new RaceSearch();
        RaceLeg turn = leg(entry, search, now);
        search.legs.add(turn);
        turns.add(turn);
        searches.add(search);
        turn.tryRemembered();
        track.find(turn.relay, finding -> ended(turn, () -> found(search, finding)));
    }

    /** The next host of those that were found has its turn. */
    void beginPlace(RaceSearch search, long now) {
        Place place = search.places.remove();
        RaceLeg host = leg(new RaceEntry(place.relay(), place), search, now);
        search.legs.add(host);
        lookUp(host, place);
    }

    private RaceLeg leg(RaceEntry entry, @Nullable RaceSearch search, long now) {
        return new RaceLeg(entry, now, search, good.get(entry.relay()), track::segment);
    }

    private void lookUp(RaceLeg leg, Place place) {
        track.lookUp(place, addresses -> ended(leg, () -> found(leg, place, addresses)));
    }

    /** A look-up has ended; it may be too late. */
    private void ended(RaceLeg leg, Runnable take) {
        if (!leg.known && !closed) {
            take.run();
            changed.run();
        }
    }

    private void found(RaceLeg leg, Place place, List<InetSocketAddress> addresses) {
        if (addresses.isEmpty()) {
            nothing(leg, "the name " + place.host() + " is not known to the DNS");
        } else {
            leg.found(place, addresses);
        }
    }

    private void found(RaceSearch search, Finders.Finding finding) {
        if (finding.places().isEmpty()) {
            nothing(search.turn(), finding.problem());
        } else {
            search.places.addAll(search.turn().found(finding));
        }
    }

    private void nothing(RaceLeg leg, String why) {
        leg.known = true;
        leg.failures.add(RaceFailure.of(why));
        tries.notFound(leg.relay, leg.entry.place(), why);
    }

    /** Ends look-ups that take too long. {@return after how many nanoseconds the next one does} */
    long endLookUps(long now) {
        long wake = Long.MAX_VALUE;
        for (RaceLeg leg : all()) {
            long wait = LOOK_UP.toNanos() - (now - leg.begun);
            if (!leg.known && wait <= 0) {
                nothing(leg, leg.entry.unanswered());
            } else if (!leg.known) {
                wake = Math.min(wake, wait);
            }
        }
        return wake;
    }
}
