package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.HANDSHAKE;
import static io.mnedc.codec.session.SessionFixtures.KEEPALIVE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer of another version can always read why it is refused, because preamble and error keep their layout. */
class VersionRefusalTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 255})
    void peerOfAnotherMajorVersionReadsTheRefusalByFixedPositions(int major) throws ProtocolException {
        Preamble peers = Preamble.decode(new Preamble(StreamKind.CONTROL, major, 4).encode());
        ProtocolException refusal = catchThrowableOfType(ProtocolException.class, peers::negotiate);
        RelaySession session = new RelaySession(Protocol.SECURITY_NONE, HANDSHAKE, KEEPALIVE, NOW);
        Effect.Send send = (Effect.Send) session.broken(refusal).get(0);
        ByteBuffer error = ControlCodec.encode(send.message());

        // how a peer that knows nothing but the frozen layout reads it
        assertThat(error.getInt()).isEqualTo(error.remaining());
        assertThat(error.getShort()).isEqualTo((short) 3);
        assertThat(next(error, 16)).isEqualTo(new byte[] {0, 1});
        assertThat(new String(next(error, 17), StandardCharsets.UTF_8))
                .contains(major + ".4")
                .contains(Protocol.MAJOR + "." + Protocol.MINOR)
                .contains("update");
        assertThat(next(error, 18)).isEqualTo(new byte[] {1});
    }

    @Test
    void refusalOfAnotherMajorVersionIsReadHere() throws ProtocolException {
        // version 9 has moved on: more records, an unknown code, another order
        ByteBuffer error = ByteBuffer.wrap(HexFormat.of()
                .parseHex("0003" + "00120001ff" + "7001000411223344" + "0011000c75706461746520796f757273"
                        + "001000020222"));
        assertThat(ControlCodec.decode(error))
                .isEqualTo(new io.mnedc.codec.ControlMessage.ErrorReport(0x222, "update yours", true, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255})
    void lowerMinorVersionIsSpoken(int minor) throws ProtocolException {
        Preamble peers = new Preamble(StreamKind.DATA, Protocol.MAJOR, minor);
        assertThat(peers.negotiate()).isEqualTo(Math.min(minor, Protocol.MINOR));
    }

    private static byte[] next(ByteBuffer in, int tag) {
        assertThat(in.getShort()).isEqualTo((short) tag);
        byte[] value = new byte[in.getShort()];
        in.get(value);
        return value;
    }
}
