package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a relay that answers, as RFC 8305 finds an address: the addresses of a name are tried with short delays between
 * them, and attempts before need not have ended. The first that is connected and secured wins. Relays of the list have
 * longer delays, because their order means something: a later one gets its turn when the one before has failed or is
 * silent. On the control loop.
 */
public final class RelayRace {
    /** Between the addresses of one relay: the Connection Attempt Delay of RFC 8305, section 5. */
    static final Duration ADDRESS = Duration.ofMillis(250);

    /** The same once one of them is connected: a relay that many devices come back to may be slow in TLS. */
    static final Duration ADDRESS_SECURING = Duration.ofSeconds(1);

    /**
     * Between relays: the second request to connect went unanswered, too. Addresses that are configured one after the
     * other, and the hosts that one entry of the list stands for, are only {@link #ADDRESS} apart.
     */
    static final Duration RELAY = Duration.ofSeconds(2);

    /** The same once one of them is connected. */
    static final Duration RELAY_SECURING = Duration.ofSeconds(5);

    /** A resolver that asks a dead name server first needs five seconds for that. */
    static final Duration LOOK_UP = Duration.ofSeconds(15);

    /** After so long, what TLS says first should be here. */
    static final Duration STUCK = Duration.ofSeconds(2);

    private static final Duration STUCK_AGAIN = Duration.ofSeconds(1);

    /** Attempts at a time. */
    static final int MOST_AT_ONCE = 8;

    /** An attempt that must make room for another one has had its time. */
    private static final Duration LEAST = Duration.ofSeconds(1);

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

    /** An attempt. */
    private final class Lane implements RaceTrack.Progress {
        final RaceLeg leg;
        final Target target;
        final long begun;
        final Tries.Try noted;

        RaceTrack.@Nullable Runner runner;

        boolean connected;
        long connectedAt;
        long lookAt;
        boolean narrowed;

        Lane(RaceLeg leg, Target target, long now) {
            this.leg = leg;
            this.target = target;
            this.begun = now;
            this.noted = tries.begin(target);
        }

        @Override
        public void connected() {
            if (lanes.contains(this)) {
                connected = true;
                connectedAt = track.now();
                lookAt = connectedAt + STUCK.toNanos();
                step();
            }
        }

        @Override
        public void ready(RaceTrack.Runner ready) {
            if (state == State.RUNNING && lanes.remove(this)) {
                win(this, ready);
            } else {
                ready.cut();
            }
        }

        @Override
        public void failed(@Nullable Throwable cause) {
            if (lanes.remove(this)) {
                leg.failures.add(RaceFailure.of(cause, connected));
                tries.failed(noted, cause, connected);
                step();
            }
        }
    }

    private final RaceTrack track;
    private final Map<RelayAddress, Target> good;
    private final Tries tries;
    private final Events events;
    private final Deque<RaceEntry> entries = new ArrayDeque<>();
    private final List<RaceLeg> legs = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private State state = State.RUNNING;
    private Runnable timer = () -> {};
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
        this.good = good;
        this.tries = tries;
        relays.forEach(relay -> entries.add(RaceEntry.of(relay)));
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
        state = State.OVER;
        timer.run();
        cutAll();
    }

    private void cutAll() {
        List<Lane> left = List.copyOf(lanes);
        lanes.clear();
        for (Lane lane : left) {
            cut(lane);
        }
    }

    private void cut(Lane lane) {
        tries.givenUp(lane.noted);
        RaceTrack.Runner runner = lane.runner;
        if (runner != null) {
            runner.cut();
        }
    }

    private void win(Lane winner, RaceTrack.Runner runner) {
        state = State.WON;
        timer.run();
        // they have not failed: should the winner refuse, they are next
        List<Lane> losers = new ArrayList<>(lanes);
        losers.sort(Comparator.comparingLong((Lane lane) -> lane.begun).reversed());
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
        long wake = Long.MAX_VALUE;
        for (RaceLeg leg : List.copyOf(legs)) {
            if (!leg.known && now - leg.begun >= LOOK_UP.toNanos()) {
                nothing(leg, leg.entry.unanswered());
            }
            wake = Math.min(wake, leg.known ? Long.MAX_VALUE : LOOK_UP.toNanos() - (now - leg.begun));
            wake = Math.min(wake, startDue(leg, now));
            tellIfFinished(leg);
        }
        if (state != State.RUNNING) {
            return;
        }
        wake = Math.min(wake, narrowThoseStuck(now));
        boolean idle = legs.stream().allMatch(this::finished);
        RaceEntry next = entries.peek();
        if (next != null) {
            long wait = idle ? 0 : untilNextEntry(next, now);
            if (wait <= 0) {
                entries.remove();
                begin(next, now);
                again = true;
                return;
            }
            wake = Math.min(wake, wait);
        } else if (idle) {
            state = State.OVER;
            events.exhausted();
            return;
        }
        if (wake != Long.MAX_VALUE) {
            timer = track.later(Math.max(1, wake), this::step);
        }
    }

    private void begin(RaceEntry entry, long now) {
        RaceLeg leg = new RaceLeg(entry, now, good.get(entry.relay()), track::segment);
        legs.add(leg);
        Place place = entry.place();
        if (place == null) {
            events.trying(leg.relay);
            leg.tryRemembered();
            track.find(leg.relay, finding -> ended(leg, () -> found(leg, finding)));
            return;
        }
        if (leg.relay.source() == RelayAddress.Source.HOST) {
            events.trying(leg.relay);
        }
        track.lookUp(place, addresses -> ended(leg, () -> found(leg, place, addresses)));
    }

    /** A look-up has ended; it may be too late. */
    private void ended(RaceLeg leg, Runnable take) {
        if (!leg.known && state != State.OVER) {
            take.run();
            step();
        }
    }

    private void found(RaceLeg leg, Place place, List<InetSocketAddress> addresses) {
        if (addresses.isEmpty()) {
            nothing(leg, "the name " + place.host() + " is not known to the DNS");
        } else {
            leg.found(place, addresses);
        }
    }

    private void found(RaceLeg leg, Finders.Finding finding) {
        if (finding.places().isEmpty()) {
            nothing(leg, finding.problem());
        } else {
            leg.found(finding).forEach(entries::addFirst);
        }
    }

    private void nothing(RaceLeg leg, String why) {
        leg.known = true;
        leg.failures.add(RaceFailure.of(why));
        tries.notFound(leg.relay, leg.entry.place(), why);
    }

    /** Starts the attempts of a relay that are due. {@return after how many nanoseconds the next one is} */
    private long startDue(RaceLeg leg, long now) {
        while (!leg.waiting.isEmpty()) {
            long wait = untilNextAddress(leg, now);
            if (wait <= 0) {
                wait = untilRoom(now);
            }
            if (wait > 0) {
                return wait;
            }
            start(leg, leg.waiting.remove(), now);
        }
        return Long.MAX_VALUE;
    }

    private void start(RaceLeg leg, Target target, long now) {
        Lane lane = new Lane(leg, target, now);
        leg.started = now;
        lanes.add(lane);
        lane.runner = track.start(lane.target, lane);
    }

    /** A path may drop the large packets of TLS: then the same address is tried with small ones, too. */
    private long narrowThoseStuck(long now) {
        long wake = Long.MAX_VALUE;
        for (Lane lane : List.copyOf(lanes)) {
            RaceTrack.Runner runner = lane.runner;
            int below = Paths.below(lane.target.segment());
            if (!lane.connected || lane.narrowed || below == Paths.USUAL || runner == null) {
                continue;
            }
            if (now - lane.lookAt >= 0) {
                lane.narrowed = runner.stuck();
                lane.lookAt = now + STUCK_AGAIN.toNanos();
                if (lane.narrowed) {
                    start(lane.leg, new Target(lane.target.place(), lane.target.address(), below), now);
                    again = true;
                }
            }
            wake = Math.min(wake, lane.lookAt - now);
        }
        return wake;
    }

    private long untilNextAddress(RaceLeg leg, long now) {
        long wait = 0;
        for (Lane lane : lanes) {
            if (lane.leg == leg) {
                wait = Math.max(wait, ADDRESS.toNanos() - (now - leg.started));
                if (lane.connected) {
                    wait = Math.max(wait, ADDRESS_SECURING.toNanos() - (now - lane.connectedAt));
                }
            }
        }
        return wait;
    }

    private long untilNextEntry(RaceEntry next, long now) {
        RaceLeg last = legs.get(legs.size() - 1);
        long wait = RELAY.toNanos() - (now - last.begun);
        if (last.known && last.waiting.isEmpty() && next.isNear(last.entry)) {
            wait = finished(last) ? 0 : ADDRESS.toNanos() - (now - last.started);
        }
        for (Lane lane : lanes) {
            if (lane.connected) {
                Duration securing = lane.leg.relay.equals(next.relay()) ? ADDRESS_SECURING : RELAY_SECURING;
                wait = Math.max(wait, securing.toNanos() - (now - lane.connectedAt));
            }
        }
        return wait;
    }

    /** Makes room for another attempt, if one has been silent for long enough. {@return when there will be room} */
    private long untilRoom(long now) {
        if (lanes.size() < MOST_AT_ONCE) {
            return 0;
        }
        Lane oldest = lanes.stream().filter(lane -> !lane.connected).findFirst().orElse(null);
        if (oldest == null) {
            return Long.MAX_VALUE; // until one ends
        }
        long wait = LEAST.toNanos() - (now - oldest.begun);
        if (wait <= 0) {
            lanes.remove(oldest);
            oldest.leg.failures.add(RaceFailure.of("no answer from " + oldest.target.address()));
            tries.silent(oldest.noted);
            cut(oldest);
        }
        return wait;
    }

    private boolean finished(RaceLeg leg) {
        return leg.known && leg.waiting.isEmpty() && lanes.stream().noneMatch(lane -> lane.leg == leg);
    }

    private void tellIfFinished(RaceLeg leg) {
        if (leg.told || !finished(leg)) {
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
