package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.ONE_OF_EACH;
import static io.mnedc.codec.session.SessionFixtures.SECRET;
import static io.mnedc.codec.session.SessionFixtures.bytes;
import static io.mnedc.codec.session.SessionFixtures.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.DataChallenge;
import io.mnedc.codec.ControlMessage.DataHello;
import io.mnedc.codec.ControlMessage.DataProof;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A data stream belongs to a session only if both ends know the session's secret. */
class DataBindingTest {
    private static final long SESSION = 77;

    private final DataBinding.Device device = new DataBinding.Device(SESSION, SECRET, bytes(10));
    private final DataBinding.Relay relay = relayWith(bytes(20));

    private static DataBinding.Relay relayWith(Opaque nonce) {
        return new DataBinding.Relay(id -> id == SESSION ? SECRET : null, nonce, bytes(30));
    }

    private static ControlMessage sent(List<Effect> effects) {
        return ((Effect.Send) effects.get(0)).message();
    }

    @Test
    void bothEndsThatKnowTheSecretAreBound() {
        assertThat(device.ready() || relay.ready()).isFalse();
        List<Effect> last = relay.received(sent(device.received(sent(relay.received(device.start())))));
        assertThat(last.get(1)).isEqualTo(new Effect.Bound(SESSION));
        assertThat(relay.ready()).isTrue();
        assertThat(device.ready()).isFalse();
        assertThat(device.received(sent(last))).containsExactly(new Effect.Bound(SESSION));
        assertThat(device.ready()).isTrue();
    }

    @Test
    void deviceWithAWrongSecretIsRefused() {
        DataBinding.Device stranger = new DataBinding.Device(SESSION, bytes(9), bytes(10));
        List<Effect> last = relay.received(sent(stranger.received(sent(relay.received(stranger.start())))));
        assertThat(refusal(last)).isEqualTo(ErrorCode.BIND_FAILED);
        assertThat(relay.ready()).isFalse();
        assertThat(relay.failed()).isTrue();
    }

    @Test
    void unknownSessionIsRefusedAsAWrongSecretIs() {
        DataBinding.Device lost = new DataBinding.Device(SESSION + 1, SECRET, bytes(10));
        List<Effect> challenge = relay.received(lost.start());
        assertThat(sent(challenge)).isInstanceOf(DataChallenge.class);
        List<Effect> unknown = relay.received(sent(lost.received(sent(challenge))));

        DataBinding.Device stranger = new DataBinding.Device(SESSION, bytes(9), bytes(10));
        DataBinding.Relay second = relayWith(bytes(20));
        List<Effect> wrong = second.received(sent(stranger.received(sent(second.received(stranger.start())))));
        assertThat(unknown).isEqualTo(wrong);
    }

    @Test
    void secondProofIsNotLookedAt() {
        DataProof right = (DataProof) sent(device.received(sent(relay.received(device.start()))));
        assertThat(refusal(relay.received(new DataProof(bytes(0))))).isEqualTo(ErrorCode.BIND_FAILED);
        assertThat(relay.received(right)).isEmpty();
        assertThat(relay.ready()).isFalse();
    }

    @Test
    void proofOfAnotherConnectionIsRefused() {
        DataProof recorded = (DataProof) sent(device.received(sent(relay.received(device.start()))));
        DataBinding.Relay later = relayWith(bytes(21));
        later.received(new DataHello(SESSION, bytes(10)));
        assertThat(refusal(later.received(recorded))).isEqualTo(ErrorCode.BIND_FAILED);
    }

    @Test
    void relaysProofIsNoReflectionOfTheDevices() {
        DataProof proof = (DataProof) sent(device.received(sent(relay.received(device.start()))));
        assertThat(refusal(device.received(new DataReady(proof.mac())))).isEqualTo(ErrorCode.BIND_FAILED);
        assertThat(device.failed()).isTrue();
    }

    @Test
    void relayWithAWrongSecretIsRefused() {
        device.received(new DataChallenge(bytes(20)));
        assertThat(refusal(device.received(new DataReady(bytes(0))))).isEqualTo(ErrorCode.BIND_FAILED);
        assertThat(device.received(new DataReady(bytes(1)))).isEmpty();
        assertThat(device.ready()).isFalse();
    }

    @Test
    void deviceReportsARefusalAndStops() {
        ErrorReport report = ErrorReport.fatal(ErrorCode.BIND_FAILED, "no");
        assertThat(device.received(report))
                .contains(new Effect.Reported(report))
                .hasSize(2);
        assertThat(device.failed()).isTrue();
    }

    @Test
    void noticeDoesNotEndTheBinding() {
        ErrorReport notice = ErrorReport.notice(ErrorCode.LIMIT_EXCEEDED, "slow down");
        assertThat(device.received(notice)).containsExactly(new Effect.Reported(notice));
        assertThat(relay.received(notice)).containsExactly(new Effect.Reported(notice));
        bothEndsThatKnowTheSecretAreBound();
    }

    @Test
    void messagesOfUnknownTypesAreUnexpectedToo() {
        assertThat(refusal(relay.received(new Unknown(999)))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(refusal(device.received(new Unknown(999)))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void everyMessageAtEveryStepIsExpectedOrRefused() {
        for (ControlMessage message : ONE_OF_EACH) {
            for (int step = 0; step < 3; step++) {
                DataBinding end = step == 2 ? boundRelay() : relayWith(bytes(20));
                if (step == 1) {
                    end.received(device.start());
                }
                checkDefined(end, message, step == 0 && message instanceof DataHello);
            }
            for (int step = 0; step < 3; step++) {
                DataBinding end = step == 2 ? boundDevice() : new DataBinding.Device(SESSION, SECRET, bytes(10));
                if (step == 1) {
                    end.received(new DataChallenge(bytes(20)));
                }
                checkDefined(end, message, step == 0 && message instanceof DataChallenge);
            }
        }
    }

    private static void checkDefined(DataBinding end, ControlMessage message, boolean expected) {
        List<Effect> effects = end.received(message);
        if (message instanceof ErrorReport report) {
            assertThat(effects).contains(new Effect.Reported(report));
            assertThat(end.failed()).isEqualTo(report.fatal());
        } else if (expected) {
            assertThat(sent(effects)).isInstanceOfAny(DataChallenge.class, DataProof.class);
        } else {
            assertThat(refusal(effects)).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.BIND_FAILED);
            assertThat(end.failed()).isTrue();
            assertThat(end.ready()).isFalse();
            for (ControlMessage later : ONE_OF_EACH) {
                assertThat(end.received(later)).isEmpty();
            }
        }
    }

    private static DataBinding boundRelay() {
        DataBinding.Device device = new DataBinding.Device(SESSION, SECRET, bytes(10));
        DataBinding.Relay relay = relayWith(bytes(20));
        relay.received(sent(device.received(sent(relay.received(device.start())))));
        assertThat(relay.ready()).isTrue();
        return relay;
    }

    private static DataBinding boundDevice() {
        DataBinding.Device device = new DataBinding.Device(SESSION, SECRET, bytes(10));
        DataBinding.Relay relay = relayWith(bytes(20));
        device.received(sent(relay.received(sent(device.received(sent(relay.received(device.start())))))));
        assertThat(device.ready()).isTrue();
        return device;
    }
}
