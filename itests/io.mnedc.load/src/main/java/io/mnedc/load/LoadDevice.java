package io.mnedc.load;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Protocol;
import io.mnedc.transport.BackOff;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A device without a TUN: keeps a control stream and a data stream, and comes back with the pauses of the device bundle
 * ({@code RelayConnector}, {@code DataConnector}) for one relay with one address. On the control streams' event loop, but
 * for what says otherwise.
 */
final class LoadDevice {
    static final String PREFIX = "d-";

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_DATA_PAUSE = Duration.ofSeconds(5);
    private static final long SUCCESS = Duration.ofSeconds(5).toNanos();
    private static final int CAPABILITIES = 15;

    private final Crowd crowd;
    private final EventLoop loop;
    private final SSLContext tls;
    private final int index;
    private final Roll roll;
    private final Hello hello;
    private final BackOff pauses = new BackOff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private final BackOff dataPauses = new BackOff(FIRST_PAUSE, LONGEST_DATA_PAUSE, new SplittableRandom());
    private @Nullable ControlEnd control;
    private @Nullable DataEnd opening;
    private @Nullable Welcome welcome;
    private @Nullable Future<?> waiting;
    private volatile @Nullable DataEnd data;
    private volatile int node;
    private boolean wanted;
    private boolean in;

    LoadDevice(Crowd crowd, EventLoop loop, SSLContext tls, int index, Roll roll) {
        this.crowd = crowd;
        this.loop = loop;
        this.tls = tls;
        this.index = index;
        this.roll = roll;
        this.hello = new Hello(
                id(index),
                new SplittableRandom().nextLong(),
                "mnedc/0.1.0",
                CAPABILITIES,
                Protocol.SECURITY_TLS,
                new NodeInfo("linux/amd64", "osgi", List.of()));
    }

    static String id(int index) {
        String digits = Integer.toString(index);
        return PREFIX + "0".repeat(Math.max(0, 5 - digits.length())) + digits;
    }

    static int number(String id) {
        return Integer.parseInt(id.substring(PREFIX.length()));
    }

    int index() {
        return index;
    }

    /** Its node while it is registered; any thread. */
    int node() {
        return node;
    }

    /** Its data stream while it is bound; any thread. */
    @Nullable
    DataEnd data() {
        return data;
    }

    /** Comes, and comes back until it leaves; any thread. */
    void come() {
        loop.execute(() -> {
            wanted = true;
            attempt();
        });
    }

    /** Leaves for good; any thread. */
    void leave() {
        loop.execute(() -> {
            wanted = false;
            cancelWaiting();
            ControlEnd present = control;
            if (present != null) {
                present.leave();
            }
        });
    }

    private void cancelWaiting() {
        Future<?> pause = waiting;
        waiting = null;
        if (pause != null) {
            pause.cancel(false);
        }
    }

    private void attempt() {
        waiting = null;
        if (wanted && control == null) {
            roll.clear();
            ControlEnd next = new ControlEnd(this, crowd, roll, hello);
            control = next;
            crowd.connect(index, tls, next);
        }
    }

    void welcomed(Welcome now) {
        welcome = now;
        node = now.node();
        dataPauses.reset();
        openData();
    }

    private void openData() {
        Welcome now = welcome;
        if (now != null && crowd.withData(index)) {
            DataEnd next = new DataEnd(this, crowd, now);
            opening = next;
            crowd.connect(index, next);
        }
    }

    /** Any thread. */
    void bound(DataEnd end) {
        loop.execute(() -> {
            if (end.equals(opening)) {
                data = end;
                check();
            } else {
                end.close();
            }
        });
    }

    /** Any thread. */
    void unbound(DataEnd end) {
        loop.execute(() -> {
            if (end.equals(opening)) {
                opening = null;
                data = null;
                check();
                if (welcome != null) {
                    crowd.dataLost();
                    loop.schedule(this::openData, dataPauses.next().toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        });
    }

    /** Others were announced to it. */
    void announced() {
        check();
    }

    private void check() {
        boolean now = welcome != null && roll.told() && (data != null || !crowd.withData(index));
        if (now != in) {
            in = now;
            if (now) {
                crowd.in();
            } else {
                crowd.out();
            }
        }
    }

    void ended(ControlEnd end) {
        if (!end.equals(control)) {
            return;
        }
        control = null;
        welcome = null;
        roll.clear();
        DataEnd bound = opening;
        if (bound != null) {
            bound.close();
        }
        check();
        if (wanted) {
            crowd.lost(end.registered(), end.why());
            if (end.registeredNanos() >= SUCCESS) {
                pauses.reset();
            }
            waiting = loop.schedule(this::attempt, pause(end.refusal()).toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Duration pause(@Nullable ErrorReport refusal) {
        Duration wish = refusal == null ? Duration.ZERO : Duration.ofMillis(refusal.retryMillis());
        Duration hold = wish.compareTo(LONGEST_PAUSE) < 0 ? wish : LONGEST_PAUSE;
        boolean lasting = refusal != null
                && ControlMessage.codeOf(refusal)
                        .map(code -> !crowd.passing(code))
                        .orElse(false);
        Duration pause = lasting ? pauses.longest() : pauses.next();
        return pause.compareTo(hold) > 0 ? pause : hold;
    }
}
