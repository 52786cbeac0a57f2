package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.ENVELOPE;
import static io.mnedc.codec.session.SessionFixtures.FATAL;
import static io.mnedc.codec.session.SessionFixtures.HANDSHAKE;
import static io.mnedc.codec.session.SessionFixtures.NOTICE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static io.mnedc.codec.session.SessionFixtures.ONE_OF_EACH;
import static io.mnedc.codec.session.SessionFixtures.SECRET;
import static io.mnedc.codec.session.SessionFixtures.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Part;
import io.mnedc.codec.session.LinkSession.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkSessionTest {
    private static final long MILLI = 1_000_000;
    private static final RelayHello FIRST = new RelayHello("relay-a", 1, "mnedc/0", 1000);
    private static final RelayHello SECOND = new RelayHello("relay-b", 2, "mnedc/0", 3000);
    private static final RelayWelcome WELCOME = new RelayWelcome(7, SECRET);
    private static final List<Registration> GONE = List.of(new Registration.Gone("gw-1"));

    private final LinkSession dialling = new LinkSession(FIRST, true, HANDSHAKE, NOW);
    private final LinkSession dialled = new LinkSession(SECOND, false, HANDSHAKE, NOW);

    private void link() {
        dialling.start();
        dialled.received(FIRST, NOW);
        dialled.accepted(WELCOME, NOW);
        dialling.received(SECOND, NOW);
        dialling.received(WELCOME, NOW);
    }

    private static Registrations registrations(long sequence, Part part) {
        return new Registrations(sequence, part, GONE);
    }

    @Test
    void bothEndsAreUpOnceTheDialledOneHasAccepted() {
        assertThat(dialled.start()).isEmpty();
        assertThat(dialling.start()).containsExactly(new Effect.Send(FIRST));
        assertThat(dialled.received(FIRST, NOW)).containsExactly(new Effect.Greeted(FIRST));
        assertThat(dialled.accepted(WELCOME, NOW)).containsExactly(new Effect.Send(SECOND), new Effect.Send(WELCOME));
        assertThat(dialling.received(SECOND, NOW)).containsExactly(new Effect.Greeted(SECOND));
        assertThat(dialling.received(WELCOME, NOW)).containsExactly(new Effect.Linked(WELCOME));
        assertThat(dialling.state()).isEqualTo(State.UP);
        assertThat(dialled.state()).isEqualTo(State.UP);
        assertThat(dialled.received(ENVELOPE, NOW)).containsExactly(new Effect.Forward(ENVELOPE));
        assertThat(dialling.received(new Ping(5), NOW)).containsExactly(new Effect.Send(new Pong(5)));
        assertThat(dialling.received(NOTICE, NOW)).containsExactly(new Effect.Reported(NOTICE));
        SignRequest request = new SignRequest(7, SECRET, List.of());
        SignAnswer answer = new SignAnswer(7, SECRET);
        Revocation revocation = new Revocation("press-7", true);
        for (LinkSession either : List.of(dialling, dialled)) {
            assertThat(either.received(request, NOW)).containsExactly(new Effect.SignatureWanted(request));
            assertThat(either.received(answer, NOW)).containsExactly(new Effect.SignatureAnswered(answer));
            assertThat(either.received(revocation, NOW)).containsExactly(new Effect.RevokedThere(revocation));
        }
    }

    @Test
    void nothingElseIsAllowedBefore() {
        for (ControlMessage message : ONE_OF_EACH) {
            boolean always = message instanceof Ping
                    || message instanceof Pong
                    || message instanceof ErrorReport
                    || message instanceof Bye
                    || message instanceof Unknown;
            if (!always) {
                for (boolean dials : new boolean[] {true, false}) {
                    LinkSession session = new LinkSession(FIRST, dials, HANDSHAKE, NOW);
                    if (!(message instanceof RelayHello)) {
                        assertThat(refusal(session.received(message, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
                        continue;
                    }
                    session.received(SECOND, NOW);
                    assertThat(refusal(session.received(message, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
                }
            }
        }
        dialled.received(FIRST, NOW);
        assertThat(refusal(dialled.received(WELCOME, NOW)))
                .as("only the one that is dialled welcomes")
                .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(dialled.accepted(WELCOME, NOW)).isEmpty();
        assertThat(dialling.accepted(WELCOME, NOW)).isEmpty();
    }

    @Test
    void aSnapshotComesFirstThenChangesWithoutAGap() {
        link();
        assertThat(dialled.received(registrations(1, Part.SNAPSHOT_BEGIN), NOW))
                .containsExactly(new Effect.RegisteredThere(Part.SNAPSHOT_BEGIN, GONE));
        assertThat(dialled.received(registrations(2, Part.SNAPSHOT_END), NOW)).hasSize(1);
        assertThat(dialled.received(registrations(3, Part.DELTA), NOW)).hasSize(1);
        assertThat(refusal(dialled.received(registrations(5, Part.DELTA), NOW)))
                .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(refusal(dialling.received(registrations(1, Part.DELTA), NOW)))
                .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    /** What is accepted is exactly: one snapshot, whole or in parts, then changes, numbered without a gap. */
    @Test
    void anyOtherOrderOfPartsIsRefused() {
        Random random = new Random(1);
        for (int run = 0; run < 20_000; run++) {
            LinkSession session = new LinkSession(FIRST, true, HANDSHAKE, NOW);
            session.received(SECOND, NOW);
            session.received(WELCOME, NOW);
            StringBuilder said = new StringBuilder();
            boolean refused = false;
            for (int i = 1; i <= 5 && !refused; i++) {
                Part part = List.of(Part.values()).get(random.nextInt(Part.values().length));
                said.append(part.number());
                refused = !(session.received(registrations(i, part), NOW).get(0) instanceof Effect.RegisteredThere);
            }
            assertThat(refused).as(said.toString()).isEqualTo(!said.toString().matches("(4|12*3)0*|12*"));
        }
    }

    @Test
    void theLongerKeepaliveOfTheTwoCounts() {
        link();
        for (LinkSession session : List.of(dialling, dialled)) {
            List<Effect> effects = new ArrayList<>();
            for (int millis = 0; millis < 8_000; millis += 100) {
                effects.addAll(session.tick(NOW + millis * MILLI));
            }
            assertThat(effects)
                    .hasSize(2)
                    .allMatch(effect -> effect instanceof Effect.Send send && send.message() instanceof Ping);
            assertThat(refusal(session.tick(NOW + 9_000 * MILLI))).isEqualTo(ErrorCode.TIMED_OUT);
            assertThat(session.tick(NOW + 90_000 * MILLI)).isEmpty();
        }
    }

    @Test
    void whoIsNotUpInTimeIsGivenUp() {
        assertThat(dialled.tick(NOW + HANDSHAKE - 1)).isEmpty();
        assertThat(refusal(dialled.tick(NOW + HANDSHAKE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void theEndIsTheEnd() {
        link();
        assertThat(dialling.received(FATAL, NOW)).hasSize(1).first().isInstanceOf(Effect.Close.class);
        assertThat(dialled.received(new Bye("done"), NOW))
                .containsExactly(new Effect.Close("the other relay leaves: done"));
        for (ControlMessage message : ONE_OF_EACH) {
            assertThat(dialled.received(message, NOW)).isEmpty();
        }
        assertThat(dialled.refused(ErrorReport.fatal(ErrorCode.STOPPING, "ends")))
                .isEmpty();
    }

    @Test
    void registrationsAreOrderedByClaimThenMoves() {
        Fence first = Fence.NONE.moved();
        assertThat(first).isEqualTo(new Fence(0, 1)).isGreaterThan(Fence.NONE);
        assertThat(first.settled()).isFalse();
        assertThat(new Fence(1, 0)).isGreaterThan(first.moved());
        assertThat(new Fence(1, 0).settled()).isTrue();
        Fence last = new Fence(3, Integer.MAX_VALUE);
        assertThat(last.moved()).isEqualTo(last);
    }
}
