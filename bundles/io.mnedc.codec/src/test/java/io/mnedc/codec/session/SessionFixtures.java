package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Part;
import io.mnedc.codec.Protocol;
import java.util.Arrays;
import java.util.List;

/** Messages and times that the session tests share. */
final class SessionFixtures {
    static final long MILLIS = 1_000_000;
    static final long HANDSHAKE = 10_000 * MILLIS;
    static final int KEEPALIVE_MILLIS = 5_000;
    static final long KEEPALIVE = KEEPALIVE_MILLIS * MILLIS;
    /** Near the overflow that a monotonic clock may pass. */
    static final long NOW = Long.parseLong("9223372036854775807") - 7_000 * MILLIS;

    static final Hello HELLO = new Hello("gw-1", 1, "mnedc/0", 0, Protocol.SECURITY_NONE, NodeInfo.NONE);
    static final Opaque SECRET = bytes(1);
    static final Welcome WELCOME =
            new Welcome(0, 77, SECRET, 2, 0x0a000000, 24, 0xfdL << 56, KEEPALIVE_MILLIS, 5, "mnedc/0");
    static final Publish PUBLISH = new Publish(NodeInfo.NONE);
    static final Envelope ENVELOPE = new Envelope(2, 3, 1, Opaque.copyOf(new byte[3]));
    static final ErrorReport NOTICE = ErrorReport.notice(ErrorCode.TOOK_OVER, "another one was closed");
    static final ErrorReport FATAL = ErrorReport.fatal(ErrorCode.POOL_EXHAUSTED, "pool 10.0.0.0/30 is full");
    static final Announce SNAPSHOT = announce(1, Part.SNAPSHOT_WHOLE, present("gw-2", 3));

    /** One of each type. */
    static final List<ControlMessage> ONE_OF_EACH = List.of(
            HELLO,
            WELCOME,
            NOTICE,
            FATAL,
            new Ping(1),
            new Pong(1),
            SNAPSHOT,
            PUBLISH,
            ENVELOPE,
            new ControlMessage.Bye("done"),
            new ControlMessage.Enrol("gw-1", 1, bytes(6), bytes(7), "mnedc/0"),
            new ControlMessage.Renew(bytes(8)),
            new ControlMessage.Enrol("relay", 1, bytes(6), bytes(7), "mnedc/0", Protocol.ROLE_RELAY),
            new ControlMessage.Credentials(List.of(bytes(9)), List.of(), 0),
            new ControlMessage.Credentials(List.of(bytes(9)), List.of(), 0, List.of("number=2")),
            new ControlMessage.DataHello(77, bytes(2)),
            new ControlMessage.DataChallenge(bytes(3)),
            new ControlMessage.DataProof(bytes(4)),
            new ControlMessage.DataReady(bytes(5)),
            new ControlMessage.Relays(List.of()),
            new ControlMessage.RelayHello("relay-1", 1, "mnedc/0", 1000),
            new ControlMessage.RelayWelcome(78, bytes(10)),
            new ControlMessage.Registrations(1, Part.SNAPSHOT_WHOLE, List.of()),
            new ControlMessage.SignRequest(1, bytes(11), List.of()),
            new ControlMessage.SignAnswer(1, bytes(12)),
            new ControlMessage.Revocation("press-7", true),
            new Unknown(999));

    private SessionFixtures() {}

    static Opaque bytes(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return Opaque.copyOf(bytes);
    }

    static Change present(String id, int node) {
        return new Change.Present(new NodeRecord(id, node, "mnedc/0", 0, NodeInfo.NONE));
    }

    static Announce announce(long sequence, Part part, Change... changes) {
        return new Announce(sequence, part, List.of(changes));
    }

    /** {@return the code of a fatal report that is sent and followed by a close} */
    static ErrorCode refusal(List<Effect> effects) {
        if (effects.size() == 2
                && effects.get(0) instanceof Effect.Send send
                && send.message() instanceof ErrorReport report
                && report.fatal()
                && effects.get(1) instanceof Effect.Close) {
            return ErrorCode.of(report.code()).orElseThrow();
        }
        throw new AssertionError("no refusal: " + effects);
    }
}
