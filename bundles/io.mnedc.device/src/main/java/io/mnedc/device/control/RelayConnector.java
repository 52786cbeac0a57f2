package io.mnedc.device.control;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.session.PeerBound;
import io.mnedc.device.dial.Connection;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.RelayRace;
import io.mnedc.device.dial.Target;
import io.mnedc.device.network.Membership;
import io.mnedc.device.relays.FailOver;
import io.mnedc.device.relays.KnownRelay;
import io.mnedc.device.relays.RelayDirectory;
import io.mnedc.device.relays.RelayOrder;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.BackOff;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.Scheduler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a control stream to one of the relays. All relays, and all addresses of each, are tried in one {@link RelayRace};
 * after such a round comes a pause that doubles from round to round. The relay that worked last is tried first, and the
 * address of it that did. On the control loop.
 */
public final class RelayConnector {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /** A session that lived so long was a success; the pauses start again. */
    private static final long SUCCESS = Duration.ofSeconds(5).toNanos();

    /** A device that has just joined has its interface and keys to make first. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private static final int MOST_MOVES = 3;

    /** What others want to know. It is always of the present connection; an attempt that is over tells nothing. */
    public interface Events {
        /** Another relay is tried now. */
        void trying(RelayAddress relay);

        /**
         * A relay is not found, does not answer or is not what it should be.
         *
         * @param lasting whether somebody has to do something about it
         */
        void unreachable(RelayAddress relay, String why, boolean lasting);

        /** The addresses of a host that is tried next are known. */
        void found(Place place, List<InetSocketAddress> addresses);

        /** These relays are tried from now on. */
        void relaysKnown(List<RelayAddress> relays);

        /** The device has nothing to show to a relay; it will look again. */
        void denied(String why, boolean lasting);

        /** A session has begun. */
        void registered(RelayAttempt attempt, Welcome welcome, Membership membership);

        /** All devices that are there. */
        void snapshot(List<NodeRecord> nodes, long leftOut);

        /** Devices that came, changed or left. */
        void changed(List<Change> changes);

        /** Another device says something. */
        void envelope(Envelope envelope);

        /** The relay tells its time, and what to trust. */
        void credentialed(RelayAttempt attempt, Credentials credentials);

        /** The relays of the overlay are known, or are others. */
        void fleet(String relayId, int known);

        /** The device is about to register at another relay, because that is the one that is to serve it. */
        void moving();

        /** The relay says something after which the connection goes on. */
        void noticed(RelayAddress relay, ErrorReport notice);

        /** The attempt, or the session, has ended by itself; the next attempt is under way or waits. */
        void ended(RelayAttempt attempt, String why);
    }

    private final ControlLoop loop;
    private final Dialer dialer;
    private final Onboarding onboarding;
    private final Supplier<Hello> hello;
    private final Supplier<PeerBound> bound;
    private final Events events;
    private final PresentAttempt present;
    private final GoodRelays good;
    private final RelayDirectory directory;
    private final RelayOrder others;
    private final IntSupplier peers;
    private final SplittableRandom random = new SplittableRandom();
    private final Map<RelayAddress, Long> notBefore = new HashMap<>();
    private List<RelayAddress> relays = List.of();
    private Function<RelayAddress, @Nullable ControlTls> tls = relay -> null;
    private BackOff pauses;
    private Duration longest;
    private @Nullable RelayRace race;
    private Scheduler.@Nullable Timer waiting;
    private int round;
    private Scheduler.@Nullable Timer moving;
    /** Whether a relay was lost since the order of the settings counted last. */
    private boolean choosing;
    /** How often it may still move to a better relay: it finds out only there how far that one is. */
    private int settling;
    /** The relay that is not to be tried before the others. */
    private String left = "";

    private boolean hopeful;
    private boolean stopped;

    public RelayConnector(
            ControlLoop loop,
            Dialer dialer,
            Paths paths,
            Onboarding onboarding,
            GoodRelays good,
            RelayDirectory directory,
            IntSupplier peers,
            Duration longest,
            Supplier<Hello> hello,
            Supplier<PeerBound> bound,
            Events events) {
        this.bound = bound;
        this.loop = loop;
        this.dialer = dialer;
        this.onboarding = onboarding;
        this.good = good;
        this.directory = directory;
        this.others = new RelayOrder(directory);
        this.peers = peers;
        this.longest = longest;
        this.pauses = pauses(longest);
        this.hello = hello;
        this.events = events;
        this.present = new PresentAttempt(paths, events, this::registered, this::ended, this::told);
    }

    private static BackOff pauses(Duration longest) {
        return new BackOff(FIRST_PAUSE, longest, new SplittableRandom());
    }

    /** Begins. */
    public void start() {
        round();
    }

    /** Changes the list. The connection goes on if its relay is still in it. Empty: those known from joining. */
    public void relays(List<RelayAddress> changed) {
        if (!goesOn(changed)) {
            again("the list of relays has changed");
            return;
        }
        relays = changed;
        events.relaysKnown(changed);
        notBefore.keySet().removeIf(relay -> !relay.isTold() && !changed.contains(relay));
        good.retain(changed);
        if (!present.isRegistered()) {
            // should it refuse, what is tried next is of the new list
            cancelRace();
        }
    }

    /** {@return whether the present connection, or attempt, is to a relay of this list} */
    public boolean goesOn(List<RelayAddress> list) {
        RelayAttempt now = present.attempt();
        return now != null && (list.contains(now.relay()) || now.relay().isTold());
    }

    /** Changes the pauses. */
    public void longestPause(Duration changed) {
        longest = changed;
        pauses = pauses(changed);
        notBefore.clear();
        if (waiting != null) {
            again("");
        }
    }

    /** Ends the session, if there is one, and begins a new one at once. */
    public void again(String reason) {
        leave(reason);
        pauses.reset();
        notBefore.clear();
        choosing = false;
        left = "";
        round();
    }

    /** Ends the session and begins a new one after a pause: something is wrong with this one. */
    public void giveUp(String reason) {
        RelayAttempt now = present.attempt();
        if (now != null && now.wasRegistered()) {
            resetPausesAfter(now);
        }
        leave(reason);
        pauseAndRound(pauses.next());
    }

    /** This relay is one to register at. */
    private void registered(RelayAttempt attempt) {
        left = "";
        good.worked(attempt.target());
        dialer.tries().ok(attempt.target());
    }

    private void resetPausesAfter(RelayAttempt session) {
        if (session.registeredNanos() >= SUCCESS) {
            pauses.reset();
        }
    }

    private void leave(String reason) {
        cancelWaiting();
        stayHere();
        round++;
        onboarding.cancel();
        cancelRace();
        present.leave(reason);
    }

    /** {@return the present attempt or session} */
    public PresentAttempt present() {
        return present;
    }

    /**
     * Ends for good.
     *
     * @param reason for the relay's log
     * @param left completed when the relay has been told and the socket is closed
     */
    public void stop(String reason, CompletableFuture<Void> left) {
        stopped = true;
        RelayAttempt last = present.attempt();
        if (last == null) {
            left.complete(null);
        } else {
            last.tellWhenGone(left);
        }
        leave(reason);
    }

    private void round() {
        if (stopped) {
            return;
        }
        round++;
        cancelRace();
        hopeful = false;
        onboarding.prepare(new Admitted(round));
    }

    private final class Admitted implements Onboarding.Events {
        private final int begun;

        Admitted(int begun) {
            this.begun = begun;
        }

        @Override
        public void admitted(List<RelayAddress> known, Function<RelayAddress, @Nullable ControlTls> secured) {
            if (begun == round && !stopped) {
                // an identity that came late: the pause that began without it must not end a session
                cancelWaiting();
                relays = known;
                tls = secured;
                events.relaysKnown(known);
                tryAll();
            }
        }

        @Override
        public void denied(String why, boolean lasting, Onboarding.Pause pause) {
            if (begun == round && !stopped) {
                events.denied(why, lasting);
                pauseAndRound(
                        switch (pause) {
                            case SHORT -> RefusalResponse.SHORT;
                            case USUAL -> pauses.next();
                            case LONG -> pauses.longest();
                            case SELDOM -> RefusalResponse.SELDOM;
                        });
            }
        }
    }

    private void tryAll() {
        List<RelayAddress> order = others.order(relays, good.last(), choosing || !directory.isOrdered(), left);
        // one that wants to be left alone for a while is no hopeless case
        hopeful = order.removeIf(relay -> heldBackNanos(relay) > 0);
        RelayRace begun = dialer.control(order, good.targets(), tls, events::found, directory::hosts, new Found());
        race = begun;
        begun.resume();
    }

    private void cancelRace() {
        RelayRace running = race;
        race = null;
        if (running != null) {
            running.cancel();
        }
    }

    /** Told only until the race is cancelled. */
    private final class Found implements RelayRace.Events {
        @Override
        public void trying(RelayAddress relay) {
            events.trying(relay);
        }

        @Override
        public void failed(RelayAddress relay, String why, boolean lasting) {
            hopeful = hopeful || !lasting;
            events.unreachable(relay, why, lasting);
        }

        @Override
        public void connected(Target target, Duration took) {
            directory.connected(target, took);
        }

        @Override
        public void won(Target target, Connection connection) {
            RelayAttempt attempt = new RelayAttempt(target, hello.get(), bound.get(), loop, present);
            present.set(attempt);
            connection.hand(attempt);
        }

        @Override
        public void exhausted() {
            roundIsOver();
        }
    }

    /** When all that were tried want somebody to do something, there is no hurry. */
    private void roundIsOver() {
        pauseAndRound(hopeful ? pauses.next() : pauses.longest());
    }

    /** The present attempt ended by itself: goes on to the next. */
    private void ended(RelayAttempt attempt, String why) {
        dialer.tries().refused(attempt.target(), why, attempt.distrusted());
        goOn(attempt);
        events.ended(attempt, why);
    }

    private void goOn(RelayAttempt attempt) {
        ErrorReport refusal = attempt.refusal();
        if (refusal != null) {
            holdBack(attempt.relay(), Duration.ofMillis(refusal.retryMillis()));
        }
        boolean lasting = attempt.lasting();
        hopeful = hopeful || !lasting;
        if (attempt.wasRegistered()) {
            cancelRace();
            stayHere();
            resetPausesAfter(attempt);
            Duration pause = lost(attempt);
            pauseAndRound(lasting ? pauses.longest() : pause);
        } else {
            next();
        }
    }

    /** {@return how long to wait before another relay is tried: all devices of this one may have lost it now} */
    private Duration lost(RelayAttempt attempt) {
        String id = directory.idOf(attempt.relay());
        boolean full = directory.isFull(id);
        choosing = true;
        // a reset may be that of a router: it is dialled once more. A relay that is silent had its time
        left = full || attempt.silent() ? id : "";
        Duration usual = pauses.next();
        // one that wants no more devices lets them go one after the other itself
        Duration spread = full ? Duration.ZERO : FailOver.pause(peers.getAsInt() + 1, directory.count(), random);
        return spread.compareTo(usual) > 0 ? spread : usual;
    }

    /** The relay tells all relays of its overlay. */
    private void told(RelayAttempt attempt, Relays all) {
        boolean first = directory.told(attempt.target(), all);
        events.fleet(directory.idOf(attempt.relay()), directory.count());
        settling = first ? MOST_MOVES : settling;
        if (settling > 0 && !directory.isOrdered() && moving == null) {
            // its join token has brought it to any of them; there is hardly anything yet that a move would interrupt
            Duration spread = FailOver.pause(peers.getAsInt() + 1, directory.count(), random);
            moving = loop.schedule(spread.plus(SETTLED), () -> moveToTheBest(attempt));
        }
    }

    private void moveToTheBest(RelayAttempt attempt) {
        moving = null;
        String here = directory.idOf(attempt.relay());
        List<KnownRelay> order = directory.inOrder();
        if (stopped || !attempt.equals(present.attempt()) || order.isEmpty()) {
            return;
        }
        if (order.get(0).relayId().equals(here)) {
            settling = 0;
            return;
        }
        settling--;
        events.moving();
        leave("relay " + order.get(0).relayId() + " is to serve this device");
        choosing = true;
        left = here;
        round();
    }

    private void stayHere() {
        Scheduler.Timer waits = moving;
        moving = null;
        if (waits != null) {
            waits.cancel();
        }
    }

    /** Another relay, or another address of the same. */
    private void next() {
        RelayRace running = race;
        if (running != null) {
            running.resume();
        } else {
            round();
        }
    }

    /** A relay wants to be left alone: it is, but no longer than the setting says, and the others are tried. */
    private void holdBack(RelayAddress relay, Duration wish) {
        RelayAddress key = oneOf(relay);
        if (wish.isZero()) {
            notBefore.remove(key);
        } else {
            Duration hold = wish.compareTo(longest) < 0 ? wish : longest;
            notBefore.put(key, System.nanoTime() + hold.toNanos());
        }
    }

    /** {@return one name for a relay that has several: what it wants it wants of all} */
    private RelayAddress oneOf(RelayAddress relay) {
        String id = directory.idOf(relay);
        return id.isEmpty() ? relay : RelayAddress.told(id);
    }

    /** {@return for how long a relay must not be tried yet; not positive if it may be} */
    private long heldBackNanos(RelayAddress relay) {
        Long until = notBefore.get(oneOf(relay));
        return until == null ? 0 : until - System.nanoTime();
    }

    /** {@return the longest pause that is configured} */
    public Duration longestPause() {
        return longest;
    }

    private void pauseAndRound(Duration pause) {
        cancelWaiting();
        if (!stopped) {
            // if all relays want to be left alone, until the first one may be tried
            long held = others.order(relays, null, true, "").stream()
                    .mapToLong(this::heldBackNanos)
                    .min()
                    .orElse(0);
            waiting = loop.schedule(Duration.ofNanos(Math.max(pause.toNanos(), held)), this::afterPause);
        }
    }

    private void afterPause() {
        waiting = null;
        round();
    }

    private void cancelWaiting() {
        Scheduler.Timer pausing = waiting;
        if (pausing != null) {
            pausing.cancel();
            waiting = null;
        }
    }
}
