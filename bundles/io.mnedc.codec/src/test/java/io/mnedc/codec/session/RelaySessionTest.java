package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.ENVELOPE;
import static io.mnedc.codec.session.SessionFixtures.FATAL;
import static io.mnedc.codec.session.SessionFixtures.HANDSHAKE;
import static io.mnedc.codec.session.SessionFixtures.HELLO;
import static io.mnedc.codec.session.SessionFixtures.KEEPALIVE;
import static io.mnedc.codec.session.SessionFixtures.NOTICE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static io.mnedc.codec.session.SessionFixtures.ONE_OF_EACH;
import static io.mnedc.codec.session.SessionFixtures.PUBLISH;
import static io.mnedc.codec.session.SessionFixtures.SECRET;
import static io.mnedc.codec.session.SessionFixtures.WELCOME;
import static io.mnedc.codec.session.SessionFixtures.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.RelaySession.State;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelaySessionTest {
    private static final Renew RENEW = new Renew(SECRET);

    private final RelaySession session = new RelaySession(Protocol.SECURITY_NONE, HANDSHAKE, KEEPALIVE, NOW);

    private void register() {
        assertThat(session.received(HELLO, NOW)).containsExactly(new Effect.Lease(HELLO));
        assertThat(session.leased(WELCOME, NOW)).containsExactly(new Effect.Send(WELCOME));
    }

    @Test
    void deviceIsWelcomedOnceItsLeaseIsThere() {
        assertThat(session.state()).isEqualTo(State.AWAIT_HELLO);
        assertThat(session.received(HELLO, NOW)).containsExactly(new Effect.Lease(HELLO));
        assertThat(session.state()).isEqualTo(State.LEASING);
        assertThat(session.leased(WELCOME, NOW)).containsExactly(new Effect.Send(WELCOME));
        assertThat(session.state()).isEqualTo(State.REGISTERED);
    }

    @Test
    void registeredDevicePublishesAndSendsEnvelopes() {
        register();
        assertThat(session.received(PUBLISH, NOW)).containsExactly(new Effect.Published(PUBLISH));
        assertThat(session.received(ENVELOPE, NOW)).containsExactly(new Effect.Forward(ENVELOPE));
    }

    @Test
    void otherSecurityModeIsRefusedWithTheSettingToChange() {
        Hello secure = new Hello("gw-1", 1, "", 0, Protocol.SECURITY_TLS, NodeInfo.NONE);
        List<Effect> effects = session.received(secure, NOW);
        assertThat(refusal(effects)).isEqualTo(ErrorCode.SECURITY_MISMATCH);
        assertThat(effects.get(1))
                .isInstanceOfSatisfying(
                        Effect.Close.class, close -> assertThat(close.why()).contains("`security`"));
    }

    @Test
    void whoeverIsNotRegisteredByItsCertificateGetsNoOther() {
        register();
        assertThat(refusal(session.received(RENEW, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);

        RelaySession secured = new RelaySession(Protocol.SECURITY_TLS, HANDSHAKE, KEEPALIVE, NOW);
        assertThat(refusal(secured.received(RENEW, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void registeredDeviceMayRenewItsCertificate() {
        RelaySession secured = new RelaySession(Protocol.SECURITY_TLS, HANDSHAKE, KEEPALIVE, NOW);
        secured.received(new Hello("gw-1", 1, "", 0, Protocol.SECURITY_TLS, NodeInfo.NONE), NOW);
        secured.leased(WELCOME, NOW);
        assertThat(secured.received(RENEW, NOW)).containsExactly(new Effect.Renewal(RENEW.request()));
    }

    @Test
    void whoProbesIsNotProbedAtOnce() {
        register();
        session.received(new Ping(1), NOW + KEEPALIVE - 1);
        assertThat(session.tick(NOW + KEEPALIVE)).isEmpty();
    }

    @Test
    void leaseThatCannotBeHadIsReportedAndCloses() {
        session.received(HELLO, NOW);
        assertThat(session.refused(FATAL)).containsExactly(new Effect.Send(FATAL), new Effect.Close(FATAL.sentence()));
        assertThat(session.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void leaseThatComesTooLateIsNotSent() {
        session.received(HELLO, NOW);
        session.tick(NOW + HANDSHAKE);
        assertThat(session.leased(WELCOME, NOW + HANDSHAKE)).isEmpty();
        assertThat(session.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void olderSessionIsToldThatItWasReplaced() {
        register();
        ErrorReport replaced = ErrorReport.fatal(ErrorCode.REPLACED, "gw-1 has connected again");
        assertThat(refusal(session.refused(replaced))).isEqualTo(ErrorCode.REPLACED);
        assertThat(session.refused(replaced)).isEmpty();
    }

    @Test
    void silenceBeforeTheHelloIsTimedOut() {
        assertThat(session.tick(NOW + HANDSHAKE - 1)).isEmpty();
        assertThat(refusal(session.tick(NOW + HANDSHAKE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void pingsDoNotProlongTheHandshake() {
        for (long now = NOW; now - NOW < HANDSHAKE; now += HANDSHAKE / 10) {
            assertThat(session.received(new Ping(1), now)).containsExactly(new Effect.Send(new Pong(1)));
            assertThat(session.tick(now)).isEmpty();
        }
        assertThat(refusal(session.tick(NOW + HANDSHAKE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void registeredDeviceIsProbedAndGivenUpAfterThreeSilentIntervals() {
        register();
        assertThat(session.tick(NOW + KEEPALIVE)).singleElement().isInstanceOf(Effect.Send.class);
        session.received(new Pong(1), NOW + KEEPALIVE);
        assertThat(session.tick(NOW + 4 * KEEPALIVE - KEEPALIVE / Keepalive.POLLS - 1))
                .singleElement()
                .isInstanceOf(Effect.Send.class);
        assertThat(refusal(session.tick(NOW + 4 * KEEPALIVE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void handshakeTimeEndsWithTheWelcome() {
        register();
        for (long now = NOW; now - NOW < 3 * HANDSHAKE; now += KEEPALIVE) {
            session.received(new Pong(1), now);
            session.tick(now);
        }
        assertThat(session.state()).isEqualTo(State.REGISTERED);
    }

    @Test
    void byeAndFatalReportCloseWithoutAnAnswer() {
        register();
        assertThat(session.received(new Bye("stopped"), NOW))
                .containsExactly(new Effect.Close("device leaves: stopped"));
        RelaySession other = new RelaySession(Protocol.SECURITY_NONE, HANDSHAKE, KEEPALIVE, NOW);
        assertThat(other.received(FATAL, NOW)).singleElement().isInstanceOf(Effect.Close.class);
    }

    @Test
    void noticeIsPassedOn() {
        assertThat(session.received(NOTICE, NOW)).containsExactly(new Effect.Reported(NOTICE));
        assertThat(session.state()).isEqualTo(State.AWAIT_HELLO);
    }

    @Test
    void brokenBytesAreAnsweredWithTheirCodeOnce() {
        register();
        ProtocolException broken = new ProtocolException(ErrorCode.TOO_LARGE, "control message of 70000 bytes");
        assertThat(refusal(session.broken(broken))).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(session.broken(broken)).isEmpty();
    }

    @Test
    void secondHelloBreaksTheProtocol() {
        register();
        assertThat(refusal(session.received(HELLO, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void nothingComesOutOfAClosedSession() {
        session.refused(FATAL);
        ONE_OF_EACH.forEach(
                message -> assertThat(session.received(message, NOW)).isEmpty());
        assertThat(session.tick(NOW + 10 * HANDSHAKE)).isEmpty();
        assertThat(session.leased(WELCOME, NOW)).isEmpty();
    }
}
