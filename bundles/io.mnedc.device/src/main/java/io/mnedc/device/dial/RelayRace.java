package io.mnedc.device.dial;

import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.PeerCertificates;
import java.net.ConnectException;
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

    /** Between relays: the second request to connect went unanswered, too. */
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

    /** Addresses of one name; a name that stands for more is somebody's mistake. */
    static final int MOST_ADDRESSES = 32;

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

    /** A relay whose turn has come. */
    private static final class Leg {
        final RelayAddress relay;
        final long begun;
        final Deque<Target> waiting = new ArrayDeque<>();
        final List<Failure> failures = new ArrayList<>();
        boolean known;
        boolean told;
        long started;

        Leg(RelayAddress relay, long now) {
            this.relay = relay;
            this.begun = now;
        }
    }

    private record Failure(String why, boolean distrusted, int weight) {
        static Failure of(@Nullable Throwable cause, boolean connected) {
            boolean distrusted = PeerCertificates.refused(cause);
            boolean refused = cause instanceof ConnectException
                    && !String.valueOf(cause.getMessage()).contains("timed out");
            return new Failure(
                    cause == null ? "the relay closed the connection" : PlainText.of(cause),
                    distrusted,
                    distrusted ? 3 : connected ? 2 : refused ? 1 : 0);
        }
    }

    /** An attempt. */
    private final class Lane implements RaceTrack.Progress {
        final Leg leg;
        final Target target;
        final long begun;

        RaceTrack.@Nullable Runner runner;

        boolean connected;
        long connectedAt;
        long lookAt;
        boolean narrowed;

        Lane(Leg leg, Target target, long now) {
            this.leg = leg;
            this.target = target;
            this.begun = now;
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
                leg.failures.add(Failure.of(cause, connected));
                step();
            }
        }
    }

    private final RaceTrack track;
    private final Map<RelayAddress, InetSocketAddress> good;
    private final Events events;
    private final Deque<RelayAddress> relays;
    private final List<Leg> legs = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private State state = State.RUNNING;
    private Runnable timer = () -> {};
    private boolean stepping;
    private boolean again;

    /**
     * Prepares it; {@link #resume} begins.
     *
     * @param relays in their order
     * @param good addresses that worked last
     */
    RelayRace(RaceTrack track, List<RelayAddress> relays, Map<RelayAddress, InetSocketAddress> good, Events events) {
        this.track = track;
        this.relays = new ArrayDeque<>(relays);
        this.good = good;
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

    private static void cut(Lane lane) {
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
        for (Leg leg : List.copyOf(legs)) {
            if (!leg.known && now - leg.begun >= LOOK_UP.toNanos()) {
                found(leg, List.of(), "the DNS has not answered for the name " + leg.relay.host());
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
        if (!relays.isEmpty()) {
            long wait = idle ? 0 : untilNextRelay(now);
            if (wait <= 0) {
                begin(relays.remove(), now);
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

    private void begin(RelayAddress relay, long now) {
        Leg leg = new Leg(relay, now);
        legs.add(leg);
        events.trying(relay);
        track.lookUp(relay, found -> {
            if (!leg.known && state != State.OVER) {
                found(leg, found, "the name " + relay.host() + " is not known to the DNS");
                step();
            }
        });
    }

    private void found(Leg leg, List<InetSocketAddress> found, String ifNone) {
        leg.known = true;
        for (InetSocketAddress address : AddressOrder.of(found, good.get(leg.relay), MOST_ADDRESSES)) {
            leg.waiting.add(new Target(leg.relay, address, track.segment(address)));
        }
        if (found.isEmpty()) {
            leg.failures.add(new Failure(ifNone, false, 0));
        }
    }

    /** Starts the attempts of a relay that are due. {@return after how many nanoseconds the next one is} */
    private long startDue(Leg leg, long now) {
        while (!leg.waiting.isEmpty()) {
            long wait = untilNextAddress(leg, now);
            if (wait <= 0) {
                wait = untilRoom(now);
            }
            if (wait > 0) {
                return wait;
            }
            start(leg, now);
        }
        return Long.MAX_VALUE;
    }

    private void start(Leg leg, long now) {
        start(leg, leg.waiting.remove(), now);
    }

    private void start(Leg leg, Target target, long now) {
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
                    start(lane.leg, new Target(lane.target.relay(), lane.target.address(), below), now);
                    again = true;
                }
            }
            wake = Math.min(wake, lane.lookAt - now);
        }
        return wake;
    }

    private long untilNextAddress(Leg leg, long now) {
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

    private long untilNextRelay(long now) {
        Leg last = legs.get(legs.size() - 1);
        long wait = RELAY.toNanos() - (now - last.begun);
        for (Lane lane : lanes) {
            if (lane.connected) {
                wait = Math.max(wait, RELAY_SECURING.toNanos() - (now - lane.connectedAt));
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
            oldest.leg.failures.add(new Failure("no answer from " + oldest.target.address(), false, 0));
            cut(oldest);
        }
        return wait;
    }

    private boolean finished(Leg leg) {
        return leg.known && leg.waiting.isEmpty() && lanes.stream().noneMatch(lane -> lane.leg == leg);
    }

    private void tellIfFinished(Leg leg) {
        if (leg.told || !finished(leg)) {
            return;
        }
        leg.told = true;
        leg.failures.stream().max(Comparator.comparingInt(Failure::weight)).ifPresent(worst -> {
            boolean lasting = leg.failures.stream().allMatch(Failure::distrusted);
            String others = leg.failures.size() > 1 ? " (" + leg.failures.size() + " addresses tried)" : "";
            events.failed(leg.relay, worst.why() + others, lasting);
        });
    }
}
