package io.mnedc.device.data;

import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.session.Keepalive;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Target;
import io.mnedc.device.network.Membership;
import io.mnedc.transport.BackOff;
import io.mnedc.transport.DataStream;
import io.mnedc.transport.Scheduler;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a data stream for a session: opens it, watches it, opens it again while the session lives. On the control loop,
 * but for {@link DataAttempt}'s events, which it moves there.
 */
public final class DataConnector {
    private static final Logger LOG = LoggerFactory.getLogger(DataConnector.class);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** A stream that lived so long was a success; the pauses start again. */
    private static final long SUCCESS = Duration.ofSeconds(5).toNanos();

    private static final int WATCHES_PER_KEEPALIVE = 5;
    private static final long LONGEST_WATCH = Duration.ofSeconds(1).toNanos();

    /** Sent without silence before: the round trip should be known soon, and the JVM slows the first answers. */
    private static final int FIRST_PROBES = 4;

    /** What others want to know. */
    public interface Events {
        /** Frames flow. */
        void bound();

        /** They no longer do; it will be opened again. */
        void unbound(String why);

        /** It could not be opened; it will be tried again. */
        void unopened(String why);

        /**
         * Large packets get lost on the path.
         *
         * @param segment the most data in a segment from now on; {@link Paths#USUAL} if it does not get any smaller
         */
        void stuck(InetSocketAddress remote, int segment);

        /**
         * The data stream has been looked at: time for the control stream.
         *
         * @param heard when the relay last said something on the data stream
         */
        void watched(long heard);

        /** A question for the relay, on the control stream. */
        void ask();

        /** {@return when the relay last said something there, as {@link System#nanoTime}} */
        long answered();

        /** The relay does not know the session: it must register again. */
        void sessionUnknown(String why);
    }

    private record Session(Welcome welcome, Membership membership, Target reached) {}

    private final Scheduler loop;
    private final FrameSender sender;
    private final Dialer dialer;
    private final Paths paths;
    private final Downlink downlink;
    private final Events events;
    private final BackOff pauses = new BackOff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private StreamSettings settings;
    private @Nullable Session session;
    private @Nullable DataAttempt current;
    private @Nullable DataStream stream;
    private Scheduler.@Nullable Timer timer;
    private boolean bound;
    private int firstProbes;
    private long boundAt;

    public DataConnector(
            Scheduler loop,
            FrameSender sender,
            Downlink downlink,
            Dialer dialer,
            Paths paths,
            StreamSettings settings,
            Events events) {
        this.loop = loop;
        this.sender = sender;
        this.downlink = downlink;
        this.dialer = dialer;
        this.paths = paths;
        this.settings = settings;
        this.events = events;
    }

    /** A session has begun: opens its data stream, to the address that its control stream reached. */
    public void open(Welcome welcome, Membership membership, Target reached) {
        close();
        session = new Session(welcome, membership, reached);
        pauses.reset();
        attempt();
    }

    /** Changes how is buffered; an open stream is opened again. */
    public void settings(StreamSettings changed) {
        settings = changed;
        Session now = session;
        if (now != null) {
            open(now.welcome(), now.membership(), now.reached());
        }
    }

    /** The session is over. */
    public void close() {
        session = null;
        current = null;
        bound = false;
        sender.routes(null);
        cancelTimer();
        DataStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    private void attempt() {
        Session now = session;
        if (now != null) {
            DataAttempt attempt = new DataAttempt(now.welcome(), now.membership(), downlink, new Moved());
            current = attempt;
            dialer.data(now.reached(), settings, attempt);
        }
    }

    /** Brings the data loop's news to the control loop; what is no longer of interest is closed. */
    private final class Moved implements DataAttempt.Events {
        @Override
        public void opened(DataAttempt attempt, DataStream opened) {
            loop.execute(() -> {
                if (!attempt.equals(current)) {
                    opened.close();
                    return;
                }
                stream = opened;
                timer = loop.schedule(
                        HANDSHAKE,
                        () -> opened.close(new IOException("the relay did not bind the data stream in time")));
            });
        }

        @Override
        public void bound(DataAttempt attempt, DataStream opened) {
            loop.execute(() -> {
                if (attempt.equals(current)) {
                    nowBound(attempt, opened);
                }
            });
        }

        @Override
        public void closed(DataAttempt attempt, String why, @Nullable ErrorCode refusal) {
            loop.execute(() -> {
                if (attempt.equals(current)) {
                    lost(why, refusal);
                }
            });
        }
    }

    private void nowBound(DataAttempt attempt, DataStream opened) {
        Session now = session;
        if (now == null) {
            return;
        }
        cancelTimer();
        bound = true;
        boundAt = System.nanoTime();
        sender.routes(new PeerRoutes(attempt.membership(), new StreamSink(opened)));
        firstProbes = FIRST_PROBES;
        long interval = TimeUnit.MILLISECONDS.toNanos(now.welcome().keepaliveMillis());
        Keepalive keepalive = new Keepalive(interval, System.nanoTime());
        StallWatch stalls = new StallWatch();
        long period = Math.min(LONGEST_WATCH, interval / WATCHES_PER_KEEPALIVE);
        timer = loop.repeat(
                Duration.ofNanos(period),
                () -> watch(opened, keepalive, stalls, now.reached().address()));
        events.bound();
    }

    private void watch(DataStream opened, Keepalive keepalive, StallWatch stalls, InetSocketAddress remote) {
        keepalive.heard(opened.lastHeardNanos());
        switch (keepalive.poll(System.nanoTime())) {
            case NOTHING -> {
                if (firstProbes > 0) {
                    firstProbes--;
                    probe(stalls);
                }
            }
            case PROBE -> probe(stalls);
            case DEAD -> {
                opened.close(new IOException("nothing heard for three keepalive intervals"));
                return;
            }
        }
        paths.state(opened.local(), remote).ifPresent(state -> {
            switch (stalls.look(System.nanoTime(), state, events.answered())) {
                case FINE -> LOG.trace("the data stream is fine");
                case PROBE -> sender.probe();
                case ASK -> events.ask();
                case STUCK -> stuck(opened, remote);
            }
        });
        events.watched(opened.lastHeardNanos());
    }

    private void probe(StallWatch stalls) {
        sender.probe();
        stalls.probed(System.nanoTime());
    }

    private void stuck(DataStream opened, InetSocketAddress remote) {
        int segment = Paths.below(paths.segment(remote));
        if (segment != Paths.USUAL) {
            events.stuck(remote, segment);
            opened.close(new IOException("large packets get lost on the way; smaller ones from now on"));
        }
    }

    private void lost(String why, @Nullable ErrorCode refusal) {
        boolean was = bound;
        current = null;
        stream = null;
        bound = false;
        sender.routes(null);
        cancelTimer();
        if (refusal == ErrorCode.BIND_FAILED) {
            events.sessionUnknown(why);
            return;
        }
        if (was) {
            if (System.nanoTime() - boundAt >= SUCCESS) {
                pauses.reset();
            }
            events.unbound(why);
        } else {
            events.unopened(why);
        }
        timer = loop.schedule(pauses.next(), this::attempt);
    }

    private void cancelTimer() {
        Scheduler.Timer running = timer;
        if (running != null) {
            running.cancel();
            timer = null;
        }
    }
}
