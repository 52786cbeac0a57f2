package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a relay that answers, as RFC 8305 finds an address: the addresses of a name are tried with short delays between
 * them, and attempts before need not have ended. The first that is connected and secured wins. Relays of the list have
 * longer delays, because their order means something: a later one gets its turn when the one before has failed or is
 * silent. Relays that were found are tried beside the list, within limits, because anybody may have named them:
 * {@link RacePace} says when what is due, {@link RaceLanes} who makes room for whom. On the control loop.
 */
public final class RelayRace {
    /** What comes of it. */
    public interface Events {
        /** It is this relay's turn, too. */
        void trying(RelayAddress relay);

        /**
         * No address of this relay is of use.
         *
         * @param lasting whether somebody has to do something about it
         */
        void failed(RelayAddress relay, String why, boolean lasting);

        /** A connection was made to this address within this time. */
        default void connected(Target target, Duration took) {
            // not everybody wants to know
        }

        /** This one is connected and secured, and all others are closed. {@link #resume} goes on if it is useless. */
        void won(Target target, Connection connection);

        /** None is left. */
        void exhausted();
    }

    private enum State {
        RUNNING,
        WON,
        OVER
    }

    private final RaceTrack track;
    private final Tries tries;
    private final Events events;
    private final RaceTurns turns;
    private final RaceLanes lanes;
    private final RacePace pace;
    private final Attempts attempts = new Attempts();
    private State state = State.RUNNING;
    private Runnable timer = () -> {};
    private long servedFound;
    private boolean stepping;
    private boolean again;

    /**
     * Prepares it; {@link #resume} begins.
     *
     * @param relays in their order
     * @param good what worked last
     * @param tries told each try
     */
    RelayRace(RaceTrack track, List<RelayAddress> relays, Map<RelayAddress, Target> good, Tries tries, Events events) {
        this.track = track;
        this.tries = tries;
        this.lanes = new RaceLanes(relays);
        this.turns = new RaceTurns(track, relays, good, tries, this::step);
        this.pace = new RacePace(turns, lanes);
        this.events = events;
    }

    /** Begins, or goes on after a winner that was useless, with all that have not failed yet. */
    public void resume() {
        if (state != State.OVER) {
            state = State.RUNNING;
            step();
        }
    }

    /** Ends it; nothing is told any more. */
    public void cancel() {
        over();
        timer.run();
        cutAll();
    }

    private void over() {
        state = State.OVER;
        turns.close();
    }

    private void cutAll() {
        List<RaceLane> left = lanes.all();
        lanes.clear();
        for (RaceLane lane : left) {
            tries.givenUp(lane.noted);
            lane.cut();
        }
    }

    /** How attempts go on; those that are cut say nothing any more. */
    private final class Attempts implements RaceLane.Events {
        @Override
        public void connected(RaceLane lane) {
            if (lanes.contains(lane)) {
                lane.connectedAt(track.now());
                events.connected(lane.target, Duration.ofNanos(lane.connectedAt() - lane.begun));
                step();
            }
        }

        @Override
        public void ready(RaceLane lane, RaceTrack.Runner runner) {
            if (state == State.RUNNING && lanes.remove(lane)) {
                win(lane, runner);
            } else {
                runner.cut();
            }
        }

        @Override
        public void failed(RaceLane lane, @Nullable Throwable cause) {
            if (lanes.remove(lane)) {
                lane.leg.failures.add(RaceFailure.of(cause, lane.isConnected()));
                tries.failed(lane.noted, cause, lane.isConnected());
                step();
            }
        }
    }

    private void win(RaceLane winner, RaceTrack.Runner runner) {
        state = State.WON;
        timer.run();
        // they have not failed: should the winner refuse, they are next
        List<RaceLane> losers = new ArrayList<>(lanes.all());
        Collections.reverse(losers);
        losers.forEach(lane -> lane.leg.waiting.addFirst(lane.target));
        cutAll();
        tries.connected(winner.noted);
        events.won(winner.target, runner);
    }

    /** Does what is due. What it does may call back at once. */
    private void step() {
        if (stepping) {
            again = true;
            return;
        }
        stepping = true;
        do {
            again = false;
            if (state == State.RUNNING) {
                advance();
            }
        } while (again);
        stepping = false;
    }

    private void advance() {
        timer.run();
        long now = track.now();
        long wake = Math.min(turns.endLookUps(now), narrowThoseStuck(now));
        // configured ones first: what becomes free is theirs
        wake = Math.min(wake, startConfigured(now));
        wake = Math.min(wake, startFound(now));
        wake = Math.min(wake, beginPlaces(now));
        turns.all().forEach(this::tellIfFinished);
        if (state != State.RUNNING) {
            return;
        }
        RaceEntry next = turns.next();
        if (next != null) {
            long wait = pace.untilNextEntry(next, now);
            if (wait <= 0) {
                events.trying(next.relay());
                turns.begin(now);
                again = true;
                return;
            }
            wake = Math.min(wake, wait);
        } else if (turns.ofTheList().stream().allMatch(pace::isOver)) {
            over();
            events.exhausted();
            return;
        }
        if (wake != Long.MAX_VALUE) {
            timer = track.later(Math.max(1, wake), this::step);
        }
    }

    /** Hosts that were found have their turns beside the list. {@return after how many nanoseconds the next one has} */
    private long beginPlaces(long now) {
        long wake = Long.MAX_VALUE;
        for (RaceSearch search : turns.searches()) {
            long wait = 0;
            while (wait <= 0 && !search.places.isEmpty()) {
                wait = pace.untilNextPlace(search, now);
                if (wait <= 0) {
                    turns.beginPlace(search, now);
                    again = true;
                }
            }
            wake = wait <= 0 ? wake : Math.min(wake, wait);
        }
        return wake;
    }

    /** Starts the attempts that are due. {@return after how many nanoseconds the next one is} */
    private long startConfigured(long now) {
        long wake = Long.MAX_VALUE;
        for (RaceLeg turn : turns.ofTheList()) {
            if (turn.search == null) {
                wake = Math.min(wake, startDue(turn, now));
            }
        }
        return wake;
    }

    /** The same for relays that were found. The search that has waited longest for an attempt comes first. */
    private long startFound(long now) {
        List<RaceSearch> searches = turns.searches().stream()
                .sorted(Comparator.comparingLong(search -> search.served))
                .toList();
        long wake = Long.MAX_VALUE;
        for (RaceSearch search : searches) {
            for (RaceLeg leg : search.legs) {
                wake = Math.min(wake, startDue(leg, now));
            }
        }
        return wake;
    }

    private long startDue(RaceLeg leg, long now) {
        boolean found = leg.search != null;
        while (state == State.RUNNING && !leg.waiting.isEmpty()) {
            long wait = pace.untilNextAddress(leg, now);
            if (found) {
                wait = Math.max(wait, pace.untilNextFound(now));
            }
            if (wait > 0) {
                return wait;
            }
            RaceLanes.Room room = lanes.room(found, now);
            if (room.nanos() > 0) {
                return room.nanos();
            }
            if (room.leaving() != null) {
                leave(room.leaving());
            }
            start(leg, leg.waiting.remove(), now);
        }
        return Long.MAX_VALUE;
    }

    private void leave(RaceLane spent) {
        lanes.remove(spent);
        spent.leg.failures.add(RaceFailure.of("no answer from " + spent.target.address()));
        tries.silent(spent.noted);
        spent.cut();
    }

    private void start(RaceLeg leg, Target target, long now) {
        RaceLane lane = new RaceLane(leg, target, now, tries.begin(target), attempts);
        leg.started = now;
        if (leg.search != null) {
            leg.search.served = ++servedFound;
        }
        lanes.add(lane);
        lane.run(track);
    }

    /** A path may drop the large packets of TLS: then the same address is tried with small ones, too. */
    private long narrowThoseStuck(long now) {
        long wake = Long.MAX_VALUE;
        for (RaceLane lane : lanes.all()) {
            if (lane.untilLook(now) <= 0) {
                Target narrower = lane.narrower(now);
                if (narrower != null) {
                    lane.leg.waiting.addFirst(narrower);
                }
            }
            wake = Math.min(wake, lane.untilLook(now));
        }
        return wake;
    }

    private void tellIfFinished(RaceLeg leg) {
        if (state != State.RUNNING || leg.told || !pace.isFinished(leg)) {
            return;
        }
        leg.told = true;
        leg.failures.stream().max(Comparator.comparingInt(RaceFailure::weight)).ifPresent(worst -> {
            boolean lasting = !leg.relay.isNeighbour() && leg.failures.stream().allMatch(RaceFailure::distrusted);
            String others = leg.failures.size() > 1 ? " (" + leg.failures.size() + " addresses tried)" : "";
            events.failed(leg.relay, leg.entry.where() + worst.why() + others, lasting);
        });
    }
}
