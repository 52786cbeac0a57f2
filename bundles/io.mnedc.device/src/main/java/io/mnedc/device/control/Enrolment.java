package io.mnedc.device.control;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.dial.Connection;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.dial.RelayRace;
import io.mnedc.device.dial.Target;
import io.mnedc.device.dial.Tries;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.Scheduler;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the relays of a join token, the first that answers first, until one makes a certificate. On the control loop. */
final class Enrolment {
    /** What comes of it: one of the two, once. */
    interface Events {
        /** One of them has made a certificate, not checked yet. */
        void granted(RelayAddress relay, Credentials credentials, @Nullable X509Certificate certificate);

        /**
         * None of them has.
         *
         * @param why what a relay says; if none says anything, what was met at each, the first ones
         * @param code what a relay says, if it says so
         * @param lasting whether trying again soon does not help
         */
        void failed(String why, @Nullable ErrorCode code, boolean lasting);
    }

    /** More make a message that nobody reads. */
    private static final int MOST_NOTED = 4;

    private final Scheduler loop;
    private final Enrol request;
    private final Events events;
    private final Tries tries;
    private final RelayRace race;
    private @Nullable EnrolAttempt current;
    private boolean over;
    private final Set<String> noted = new LinkedHashSet<>();
    private @Nullable String word;
    private @Nullable ErrorCode code;
    private boolean lasting;

    /**
     * Prepares it; {@link #start} begins.
     *
     * @param tls checks the relay and shows no certificate
     * @param request for the first relay that answers as it should
     * @param relays to be asked in turn
     */
    Enrolment(Scheduler loop, Dialer dialer, ControlTls tls, Enrol request, List<RelayAddress> relays, Events events) {
        this.loop = loop;
        this.request = request;
        this.events = events;
        this.tries = dialer.tries();
        this.race = dialer.control(
                relays, Map.of(), relay -> tls, (place, addresses) -> {}, told -> List.of(), new Found());
    }

    void start() {
        race.resume();
    }

    /** Ends it; nothing is told any more. */
    void cancel() {
        over = true;
        race.cancel();
        EnrolAttempt now = current;
        if (now != null) {
            now.cancel();
        }
    }

    private final class Found implements RelayRace.Events {
        @Override
        public void trying(RelayAddress relay) {
            // told when it has made a certificate
        }

        @Override
        public void failed(RelayAddress relay, String sentence, boolean lasts) {
            note(relay, sentence, null, lasts);
        }

        @Override
        public void won(Target target, Connection connection) {
            ask(target, connection);
        }

        @Override
        public void exhausted() {
            over = true;
            events.failed(why(), code, lasting);
        }
    }

    private void ask(Target target, Connection connection) {
        EnrolAttempt attempt = new EnrolAttempt(request, loop, new EnrolAttempt.Events() {
            @Override
            public void granted(Credentials credentials, @Nullable X509Certificate certificate) {
                if (!over) {
                    over = true;
                    race.cancel();
                    tries.ok(target);
                    events.granted(target.relay(), credentials, certificate);
                }
            }

            @Override
            public void failed(String sentence, @Nullable ErrorReport said, boolean distrusted) {
                if (!over) {
                    tries.refused(target, sentence, distrusted);
                    boolean lasts = distrusted && !target.relay().isNeighbour();
                    note(target.relay(), sentence, codeOf(said), lasts || RefusalResponse.lasting(said));
                    race.resume();
                }
            }
        });
        current = attempt;
        connection.hand(attempt);
    }

    private static @Nullable ErrorCode codeOf(@Nullable ErrorReport said) {
        return said == null ? null : ControlMessage.codeOf(said).orElse(null);
    }

    /** What a relay says counts more than that another one is not reached. */
    private void note(RelayAddress relay, String sentence, @Nullable ErrorCode said, boolean lasts) {
        String what = relay + ": " + sentence;
        if (said != null) {
            word = what;
            code = said;
            lasting = lasts;
        } else if (word == null) {
            lasting = lasting || lasts;
            if (noted.size() < MOST_NOTED) {
                noted.add(what);
            }
        }
    }

    private String why() {
        String said = word;
        if (said != null) {
            return said;
        }
        return noted.isEmpty() ? "it names no relay" : String.join("; ", noted);
    }
}
