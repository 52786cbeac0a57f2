package io.mnedc.device.dial;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayTry;
import io.mnedc.api.device.RelayTry.Outcome;
import io.mnedc.api.device.RelayTry.Source;
import io.mnedc.api.text.HostPort;
import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.PeerCertificates;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last tries to reach a relay, for people who want to know what the device does. Thread-safe, and bounded. */
public final class Tries {
    /** Others may say much in their refusals. */
    private static final int MOST_DETAIL = 300;

    /** One try; its fields are guarded by the list's monitor. */
    static final class Try {
        private final Place place;
        private final @Nullable InetSocketAddress address;
        private final Instant begun = Instant.now();
        private final long start = System.nanoTime();
        private Outcome outcome = Outcome.TRYING;
        private String detail = "";
        private Duration took = Duration.ZERO;

        private Try(Place place, @Nullable InetSocketAddress address) {
            this.place = place;
            this.address = address;
        }

        private boolean is(Target target) {
            return place.equals(target.place()) && target.address().equals(address);
        }

        private RelayTry told() {
            String where =
                    address == null ? "" : HostPort.text(address.getAddress().getHostAddress(), address.getPort());
            return new RelayTry(place.relay().toString(), source(), where, outcome, detail, begun, took);
        }

        private Source source() {
            return switch (place.relay().source()) {
                case HOST -> Resolver.literal(place.host()) ? Source.ADDRESS : Source.DNS;
                case SRV -> Source.SRV;
                case LAN -> Source.LAN;
                case TOLD -> Source.TOLD;
            };
        }
    }

    @GuardedBy("this")
    private final Deque<Try> tries = new ArrayDeque<>();

    /** {@return the last tries, in the order in which they began} */
    public synchronized List<RelayTry> last() {
        return tries.stream().map(Try::told).toList();
    }

    synchronized Try begin(Target target) {
        Try begun = new Try(target.place(), target.address());
        add(begun);
        return begun;
    }

    /** A look-up has found nothing. */
    synchronized void notFound(RelayAddress relay, @Nullable Place place, String why) {
        Try failed = new Try(place == null ? Place.of(relay) : place, null);
        add(failed);
        end(failed, Outcome.NOT_FOUND, why);
    }

    @GuardedBy("this")
    private void add(Try one) {
        if (tries.size() >= DeviceStatus.MOST_TRIES) {
            tries.remove();
        }
        tries.add(one);
    }

    synchronized void connected(Try one) {
        end(one, Outcome.CONNECTED, "");
    }

    synchronized void givenUp(Try one) {
        if (one.outcome == Outcome.TRYING) {
            end(one, Outcome.GIVEN_UP, "");
        }
    }

    /** It had to make room for another address. */
    synchronized void silent(Try one) {
        end(one, Outcome.NO_ANSWER, "");
    }

    synchronized void failed(Try one, @Nullable Throwable cause, boolean connected) {
        String why = cause == null ? "the relay closed the connection" : PlainText.of(cause);
        end(one, outcome(cause, connected), why);
    }

    private static Outcome outcome(@Nullable Throwable cause, boolean connected) {
        if (PeerCertificates.refused(cause)) {
            return Outcome.DISTRUSTED;
        }
        if (connected || cause == null) {
            return Outcome.FAILED;
        }
        boolean timedOut = String.valueOf(cause.getMessage()).contains("timed out");
        if (cause instanceof ConnectException) {
            return timedOut ? Outcome.NO_ANSWER : Outcome.REFUSED;
        }
        return cause instanceof NoRouteToHostException ? Outcome.REFUSED : Outcome.FAILED;
    }

    /** The device is registered there, or has got what it asked for. */
    public synchronized void ok(Target target) {
        end(target, Outcome.OK, "");
    }

    /**
     * The connection has ended before the device was registered.
     *
     * @param distrusted whether the relay could not prove itself after all
     */
    public synchronized void refused(Target target, String why, boolean distrusted) {
        end(target, distrusted ? Outcome.DISTRUSTED : Outcome.FAILED, why);
    }

    @GuardedBy("this")
    private void end(Target target, Outcome outcome, String why) {
        for (Iterator<Try> latest = tries.descendingIterator(); latest.hasNext(); ) {
            Try one = latest.next();
            if (one.outcome == Outcome.CONNECTED && one.is(target)) {
                end(one, outcome, why);
                return;
            }
        }
    }

    private static void end(Try one, Outcome outcome, String why) {
        one.outcome = outcome;
        one.detail = why.length() > MOST_DETAIL ? why.substring(0, MOST_DETAIL) + "..." : why;
        one.took = Duration.ofNanos(System.nanoTime() - one.start);
    }
}
