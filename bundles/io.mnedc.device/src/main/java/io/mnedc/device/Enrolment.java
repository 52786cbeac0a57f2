package io.mnedc.device;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ErrorCode;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the relays of a join token, and all addresses of each, one after the other. On the control loop. */
final class Enrolment {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** What comes of it: one of the two, once. */
    interface Events {
        /** One of them has made a certificate, not checked yet. */
        void granted(RelayAddress relay, Credentials credentials, @Nullable X509Certificate certificate);

        /**
         * None of them has.
         *
         * @param why the refusal that says most
         * @param code what a relay says, if it says so
         * @param lasting whether trying again soon is of no use
         */
        void failed(String why, @Nullable ErrorCode code, boolean lasting);
    }

    private record Target(RelayAddress relay, InetSocketAddress address) {}

    private final EventLoopGroup loop;
    private final Resolver resolver;
    private final ControlTls tls;
    private final Enrol request;
    private final Events events;
    private final Deque<RelayAddress> relays;
    private final Deque<Target> targets = new ArrayDeque<>();
    private @Nullable EnrolAttempt current;
    private boolean over;
    private String why = "it names no relay";
    private @Nullable ErrorCode code;
    private boolean lasting;

    /**
     * Makes it; {@link #start} starts it.
     *
     * @param tls checks the relay, shows no certificate
     * @param request to be sent to the first relay that answers as it should
     * @param relays to be asked in turn
     */
    Enrolment(
            EventLoopGroup loop,
            Resolver resolver,
            ControlTls tls,
            Enrol request,
            List<RelayAddress> relays,
            Events events) {
        this.loop = loop;
        this.resolver = resolver;
        this.tls = tls;
        this.request = request;
        this.relays = new ArrayDeque<>(relays);
        this.events = events;
    }

    void start() {
        next();
    }

    /** Ends it; nothing is told any more. */
    void cancel() {
        over = true;
        EnrolAttempt now = current;
        if (now != null) {
            now.cancel();
        }
    }

    private void next() {
        Target target = targets.poll();
        if (target != null) {
            ask(target);
            return;
        }
        RelayAddress relay = relays.poll();
        if (relay == null) {
            over = true;
            events.failed(why, code, lasting);
            return;
        }
        resolver.resolve(relay, loop, found -> {
            if (over) {
                return;
            }
            if (found.isEmpty()) {
                note(relay, "the name " + relay.host() + " is not known to the DNS", null, false);
            }
            found.forEach(address -> targets.add(new Target(relay, address)));
            next();
        });
    }

    private void ask(Target target) {
        EnrolAttempt attempt = new EnrolAttempt(request, loop, new EnrolAttempt.Events() {
            @Override
            public void granted(Credentials credentials, @Nullable X509Certificate certificate) {
                if (!over) {
                    over = true;
                    events.granted(target.relay(), credentials, certificate);
                }
            }

            @Override
            public void failed(String sentence, @Nullable ErrorCode said, boolean distrusted) {
                if (!over) {
                    note(target.relay(), sentence, said, distrusted || Refusals.lasting(said));
                    next();
                }
            }
        });
        current = attempt;
        ControlStream.connect(loop, target.address(), CONNECT, tls, attempt);
    }

    /** What a relay says counts more than that another one is not reached. */
    private void note(RelayAddress relay, String sentence, @Nullable ErrorCode said, boolean lasts) {
        if ((!lasting && code == null) || said != null) {
            why = relay + ": " + sentence;
            code = said;
            lasting = lasts;
        }
    }
}
