package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.ENVELOPE;
import static io.mnedc.codec.session.SessionFixtures.FATAL;
import static io.mnedc.codec.session.SessionFixtures.HANDSHAKE;
import static io.mnedc.codec.session.SessionFixtures.HELLO;
import static io.mnedc.codec.session.SessionFixtures.KEEPALIVE;
import static io.mnedc.codec.session.SessionFixtures.NOTICE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static io.mnedc.codec.session.SessionFixtures.ONE_OF_EACH;
import static io.mnedc.codec.session.SessionFixtures.SECRET;
import static io.mnedc.codec.session.SessionFixtures.SNAPSHOT;
import static io.mnedc.codec.session.SessionFixtures.WELCOME;
import static io.mnedc.codec.session.SessionFixtures.announce;
import static io.mnedc.codec.session.SessionFixtures.present;
import static io.mnedc.codec.session.SessionFixtures.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Part;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DeviceSession.State;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceSessionTest {
    private static final Credentials CREDENTIALS = new Credentials(List.of(SECRET), List.of(), 0);

    private final DeviceSession session = new DeviceSession(HELLO, HANDSHAKE, NOW);

    private void register() {
        session.start();
        assertThat(session.received(WELCOME, NOW)).containsExactly(new Effect.Registered(WELCOME));
    }

    private void refusesAnnouncement(Announce announce) {
        assertThat(refusal(session.received(announce, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void helloIsSentOnceAndTheWelcomeRegisters() {
        assertThat(session.start()).containsExactly(new Effect.Send(HELLO));
        assertThat(session.start()).isEmpty();
        assertThat(session.received(WELCOME, NOW)).containsExactly(new Effect.Registered(WELCOME));
        assertThat(session.state()).isEqualTo(State.REGISTERED);
    }

    @Test
    void credentialsAreForDevicesThatHaveRegisteredByTheirs() {
        register();
        assertThat(refusal(session.received(CREDENTIALS, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);

        Hello hello = new Hello("gw-1", 1, "mnedc/0", 0, Protocol.SECURITY_TLS, NodeInfo.NONE);
        DeviceSession early = new DeviceSession(hello, HANDSHAKE, NOW);
        early.start();
        assertThat(refusal(early.received(CREDENTIALS, NOW))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);

        DeviceSession secured = new DeviceSession(hello, HANDSHAKE, NOW);
        secured.start();
        secured.received(WELCOME, NOW);
        assertThat(secured.received(CREDENTIALS, NOW)).containsExactly(new Effect.Credentialed(CREDENTIALS));
    }

    @Test
    void sessionThatEndedBeforeItBeganSendsNothing() {
        session.tick(NOW + HANDSHAKE);
        assertThat(session.start()).isEmpty();
        assertThat(session.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void minorVersionThatWasNotOfferedIsRefused() {
        session.start();
        Welcome newer = new Welcome(200, 1, SECRET, 2, 0x0a000000, 24, 0xfdL << 56, 5_000, 1, "");
        assertThat(refusal(session.received(newer, NOW))).isEqualTo(ErrorCode.VERSION_UNSUPPORTED);
    }

    @Test
    void refusalIsReportedAndCloses() {
        session.start();
        assertThat(session.received(FATAL, NOW))
                .containsExactly(
                        new Effect.Reported(FATAL), new Effect.Close("relay reports: pool 10.0.0.0/30 is full"));
        assertThat(session.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void newerConnectionIsToldThatItTookOverAndGoesOn() {
        register();
        assertThat(session.received(NOTICE, NOW)).containsExactly(new Effect.Reported(NOTICE));
        assertThat(session.state()).isEqualTo(State.REGISTERED);
    }

    @Test
    void relayThatDoesNotWelcomeInTimeIsLeft() {
        session.start();
        assertThat(session.tick(NOW + HANDSHAKE - 1)).isEmpty();
        assertThat(refusal(session.tick(NOW + HANDSHAKE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void relayIsProbedAtTheIntervalItDemandsAndGivenUpAfterThree() {
        register();
        assertThat(session.tick(NOW + KEEPALIVE - KEEPALIVE / Keepalive.POLLS)).isEmpty();
        assertThat(session.tick(NOW + KEEPALIVE)).singleElement().isInstanceOf(Effect.Send.class);
        assertThat(refusal(session.tick(NOW + 3 * KEEPALIVE))).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void pingIsAnsweredWithItsToken() {
        session.start();
        assertThat(session.received(new Ping(42), NOW)).containsExactly(new Effect.Send(new Pong(42)));
        assertThat(session.received(new Pong(1), NOW)).isEmpty();
    }

    @Test
    void snapshotInOnePartThenChanges() {
        register();
        assertThat(session.received(SNAPSHOT, NOW)).containsExactly(new Effect.Snapshot(List.of(node("gw-2", 3))));
        Announce delta = announce(2, Part.DELTA, new Change.Absent("gw-2"), present("gw-3", 4));
        assertThat(session.received(delta, NOW)).containsExactly(new Effect.Changes(delta.changes()));
    }

    @Test
    void snapshotInPartsIsDeliveredWithItsLast() {
        register();
        assertThat(session.received(announce(1, Part.SNAPSHOT_BEGIN, present("a", 3)), NOW))
                .isEmpty();
        assertThat(session.received(announce(2, Part.SNAPSHOT_MORE), NOW)).isEmpty();
        assertThat(session.received(announce(3, Part.SNAPSHOT_MORE, present("b", 4)), NOW))
                .isEmpty();
        assertThat(session.received(announce(4, Part.SNAPSHOT_END, present("c", 5)), NOW))
                .containsExactly(new Effect.Snapshot(List.of(node("a", 3), node("b", 4), node("c", 5))));
    }

    @Test
    void laterSnapshotReplacesTheFirst() {
        register();
        session.received(SNAPSHOT, NOW);
        assertThat(session.received(announce(2, Part.SNAPSHOT_WHOLE), NOW))
                .containsExactly(new Effect.Snapshot(List.of()));
    }

    @Test
    void gapInTheSequenceIsFound() {
        register();
        session.received(SNAPSHOT, NOW);
        refusesAnnouncement(announce(3, Part.DELTA));
    }

    @Test
    void repeatedAnnouncementIsFound() {
        register();
        session.received(SNAPSHOT, NOW);
        refusesAnnouncement(SNAPSHOT);
    }

    @Test
    void changesBeforeTheFirstSnapshotAreRefused() {
        register();
        refusesAnnouncement(announce(1, Part.DELTA));
    }

    @Test
    void changesWithinASnapshotAreRefused() {
        register();
        session.received(announce(1, Part.SNAPSHOT_BEGIN), NOW);
        refusesAnnouncement(announce(2, Part.DELTA));
    }

    @Test
    void snapshotWithinASnapshotIsRefused() {
        register();
        session.received(announce(1, Part.SNAPSHOT_BEGIN), NOW);
        refusesAnnouncement(announce(2, Part.SNAPSHOT_WHOLE));
    }

    @Test
    void endOfNoSnapshotIsRefused() {
        register();
        refusesAnnouncement(announce(1, Part.SNAPSHOT_END));
    }

    @Test
    void nodeOutsideThePoolIsRefused() {
        register();
        assertThat(session.received(announce(1, Part.SNAPSHOT_WHOLE, present("a", 254)), NOW))
                .hasSize(1);
        refusesAnnouncement(announce(2, Part.DELTA, present("a", 255)));
    }

    @Test
    void endlessSnapshotIsRefused() {
        register();
        session.received(announce(1, Part.SNAPSHOT_BEGIN), NOW);
        for (int i = 2; i <= 255; i++) {
            assertThat(session.received(announce(i, Part.SNAPSHOT_MORE, present("a", 3)), NOW))
                    .isEmpty();
        }
        refusesAnnouncement(announce(256, Part.SNAPSHOT_MORE, present("a", 3)));
    }

    @Test
    void aboveTheBoundTheFirstOnesAreKeptBesideThisDevice() {
        DeviceSession bounded = bounded(new PeerBound(2, Long.MAX_VALUE));
        bounded.received(announce(1, Part.SNAPSHOT_BEGIN, present("a", 3)), NOW);
        bounded.received(announce(2, Part.SNAPSHOT_MORE, present("gw-1", 2), present("b", 4), present("c", 5)), NOW);
        assertThat(bounded.received(announce(3, Part.SNAPSHOT_END, present("gw-1", 2), present("d", 6)), NOW))
                .containsExactly(new Effect.Snapshot(List.of(node("a", 3), node("gw-1", 2), node("b", 4)), 2));
        assertThat(bounded.received(announce(4, Part.SNAPSHOT_WHOLE, present("c", 5), present("d", 6)), NOW))
                .as("each list has the whole room")
                .containsExactly(new Effect.Snapshot(List.of(node("c", 5), node("d", 6))));
    }

    @Test
    void whatDevicesTellOfThemselvesCountsToo() {
        List<ServiceRecord> services = Collections.nCopies(32, new ServiceRecord("s".repeat(64), "p".repeat(64), 1));
        NodeRecord large = new NodeRecord("large", 4, "", 0, new NodeInfo("", "", services));
        long room = PeerBound.cost(node("a", 3)) + PeerBound.cost(node("b", 5));
        assertThat(PeerBound.cost(large)).isGreaterThan(room);
        DeviceSession bounded = bounded(new PeerBound(100, room));
        assertThat(bounded.received(
                        announce(1, Part.SNAPSHOT_WHOLE, present("a", 3), new Change.Present(large), present("b", 5)),
                        NOW))
                .containsExactly(new Effect.Snapshot(List.of(node("a", 3)), 2));
    }

    @Test
    void listThatDoesNotEndIsLeftAfterAWhile() {
        register();
        session.received(SNAPSHOT, NOW);
        session.received(announce(2, Part.SNAPSHOT_BEGIN, present("a", 3)), NOW);
        List<Effect> last = List.of();
        long now = NOW;
        for (int i = 3; session.state() == State.REGISTERED && now - NOW < 100 * HANDSHAKE; i++) {
            now += KEEPALIVE / 2;
            session.received(announce(i, Part.SNAPSHOT_MORE), now);
            last = session.tick(now);
        }
        assertThat(refusal(last)).isEqualTo(ErrorCode.TIMED_OUT);
        assertThat(now - NOW).as("a long list over a slow link ends in time").isGreaterThan(10 * HANDSHAKE);
    }

    @Test
    void listThatHasEndedIsNotLeft() {
        register();
        session.received(announce(1, Part.SNAPSHOT_BEGIN, present("a", 3)), NOW);
        session.received(announce(2, Part.SNAPSHOT_END), NOW);
        for (long now = NOW; now - NOW < 100 * HANDSHAKE; now += KEEPALIVE) {
            session.received(new Pong(1), now);
            session.tick(now);
        }
        assertThat(session.state()).isEqualTo(State.REGISTERED);
    }

    private static DeviceSession bounded(PeerBound bound) {
        DeviceSession bounded = new DeviceSession(HELLO, HANDSHAKE, bound, NOW);
        bounded.start();
        bounded.received(WELCOME, NOW);
        return bounded;
    }

    @Test
    void envelopeIsDelivered() {
        register();
        assertThat(session.received(ENVELOPE, NOW)).containsExactly(new Effect.Forward(ENVELOPE));
    }

    @Test
    void leavingSaysByeOnce() {
        register();
        assertThat(session.leave("stopped"))
                .containsExactly(new Effect.Send(new Bye("stopped")), new Effect.Close("stopped"));
        assertThat(session.leave("stopped")).isEmpty();
    }

    @Test
    void relayThatLeavesClosesTheSession() {
        register();
        assertThat(session.received(new Bye("update"), NOW)).containsExactly(new Effect.Close("relay leaves: update"));
    }

    @Test
    void nothingComesOutOfAClosedSession() {
        session.broken(new ProtocolException(ErrorCode.TOO_LARGE, "too large"));
        ONE_OF_EACH.forEach(
                message -> assertThat(session.received(message, NOW)).isEmpty());
        assertThat(session.tick(NOW + 10 * HANDSHAKE)).isEmpty();
        assertThat(session.start()).isEmpty();
        assertThat(session.broken(new ProtocolException(ErrorCode.TOO_LARGE, "again")))
                .isEmpty();
    }

    private static NodeRecord node(String id, int node) {
        return ((Change.Present) present(id, node)).node();
    }
}
