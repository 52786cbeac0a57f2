package io.mnedc.device.dial;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An attempt of a {@link RelayRace}: a connection that is being made to one address. */
final class RaceLane implements RaceTrack.Progress {
    /** After so long, what TLS says first should be here. */
    static final Duration STUCK = Duration.ofSeconds(2);

    private static final Duration STUCK_AGAIN = Duration.ofSeconds(1);

    /** The race, which is told how attempts go on, also those that it has cut. */
    interface Events {
        void connected(RaceLane lane);

        void ready(RaceLane lane, RaceTrack.Runner runner);

        void failed(RaceLane lane, @Nullable Throwable cause);
    }

    final RaceLeg leg;
    final Target target;
    final long begun;
    final Tries.Try noted;
    private final Events events;
    private RaceTrack.@Nullable Runner runner;
    private boolean connected;
    private long connectedAt;
    private long lookAt;
    private boolean narrowed;

    /** {@link #run} begins it. */
    RaceLane(RaceLeg leg, Target target, long now, Tries.Try noted, Events events) {
        this.leg = leg;
        this.target = target;
        this.begun = now;
        this.noted = noted;
        this.events = events;
    }

    void run(RaceTrack track) {
        runner = track.start(target, this);
    }

    void cut() {
        RaceTrack.Runner running = runner;
        if (running != null) {
            running.cut();
        }
    }

    /** {@return whether its relay was found, so that anybody may have said it} */
    boolean isFound() {
        return leg.search != null;
    }

    boolean isConnected() {
        return connected;
    }

    /** {@return when it was connected; it is} */
    long connectedAt() {
        return connectedAt;
    }

    /** It is connected, now. */
    void connectedAt(long now) {
        connected = true;
        connectedAt = now;
        lookAt = now + STUCK.toNanos();
    }

    /** {@return in how many nanoseconds to look whether large packets get lost; never: Long.MAX_VALUE} */
    long untilLook(long now) {
        boolean looking = connected && !narrowed && Paths.below(target.segment()) != Paths.USUAL && runner != null;
        return looking ? lookAt - now : Long.MAX_VALUE;
    }

    /** Looks. {@return the same address with small segments, if a path seems to drop large ones; once} */
    @Nullable
    Target narrower(long now) {
        lookAt = now + STUCK_AGAIN.toNanos();
        RaceTrack.Runner running = runner;
        narrowed = running != null && running.stuck();
        return narrowed ? new Target(target.place(), target.address(), Paths.below(target.segment())) : null;
    }

    @Override
    public void connected() {
        events.connected(this);
    }

    @Override
    public void ready(RaceTrack.Runner ready) {
        events.ready(this, ready);
    }

    @Override
    public void failed(@Nullable Throwable cause) {
        events.failed(this, cause);
    }
}
