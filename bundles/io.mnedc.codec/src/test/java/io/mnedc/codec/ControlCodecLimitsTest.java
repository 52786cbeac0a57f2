package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not be received is not sent either; what must get through is made to fit. */
class ControlCodecLimitsTest {
    private static final Opaque SECRET = Opaque.copyOf(new byte[Protocol.SECRET]);

    private static Hello hello(String id, int security, NodeInfo info) {
        return new Hello(id, 1, "mnedc", 0, security, info);
    }

    private static NodeInfo offering(ServiceRecord... services) {
        return new NodeInfo("", "", List.of(services));
    }

    private static Welcome welcome(int node, int network, int prefix, long ula, int keepalive) {
        return new Welcome(0, 1, SECRET, node, network, prefix, ula, keepalive, 1, "");
    }

    private static Announce labelled(String label) {
        return announcing(
                new Change.Present(new NodeRecord("a", 2, "", 0, NodeInfo.NONE, null, label, Listening.NONE)));
    }

    private static Announce announcing(Change change) {
        return new Announce(1, Part.DELTA, List.of(change));
    }

    private static ErrorCode refusal(int length) {
        try {
            ControlCodec.checkLength(length, Protocol.MAX_MESSAGE);
        } catch (ProtocolException e) {
            return e.code();
        }
        throw new AssertionError(length + " is taken");
    }

    @Test
    void aLengthIsCheckedToTheByte() throws Exception {
        assertThat(ControlCodec.checkLength(2, Protocol.MAX_MESSAGE)).isEqualTo(2);
        assertThat(ControlCodec.checkLength(Protocol.MAX_MESSAGE, Protocol.MAX_MESSAGE))
                .isEqualTo(Protocol.MAX_MESSAGE);
        assertThat(refusal(0)).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(refusal(1)).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        // it is unsigned
        assertThat(refusal(-1)).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(refusal(Protocol.MAX_MESSAGE + 1)).isEqualTo(ErrorCode.TOO_LARGE);
    }

    static List<ControlMessage> notToBeSent() {
        ServiceRecord service = new ServiceRecord("s", "", 1);
        long ula = 0xfdL << 56;
        return List.of(
                new Unknown(99),
                hello("", 0, NodeInfo.NONE),
                hello("with space", 0, NodeInfo.NONE),
                hello("x".repeat(65), 0, NodeInfo.NONE),
                hello("x", 256, NodeInfo.NONE),
                hello("x", -1, NodeInfo.NONE),
                new Publish(new NodeInfo("p".repeat(65), "", List.of())),
                new Publish(new NodeInfo("", "é".repeat(33), List.of())),
                new Publish(new NodeInfo("", "", Collections.nCopies(33, service))),
                new Publish(offering(new ServiceRecord(" ", "", 1))),
                new Publish(offering(new ServiceRecord("s".repeat(65), "", 1))),
                new Publish(offering(new ServiceRecord("s", "p".repeat(65), 1))),
                new Publish(offering(new ServiceRecord("s", "", 65_536))),
                new Publish(offering(new ServiceRecord("s", "", -1))),
                welcome(1, 0x0a000000, 24, ula, 5_000),
                welcome(255, 0x0a000000, 24, ula, 5_000),
                welcome(2, 0x0a000001, 24, ula, 5_000),
                welcome(2, 0x0a000000, 7, ula, 5_000),
                welcome(2, 0x0a000000, 31, ula, 5_000),
                welcome(2, 0x0a000000, 24, 0xfcL << 56, 5_000),
                welcome(2, 0x0a000000, 24, ula, 99),
                welcome(2, 0x0a000000, 24, ula, 3_600_001),
                new Welcome(0, 1, Opaque.copyOf(new byte[31]), 2, 0, 24, ula, 5_000, 1, ""),
                new Welcome(256, 1, SECRET, 2, 0, 24, ula, 5_000, 1, ""),
                announcing(new Change.Absent("")),
                announcing(new Change.Present(new NodeRecord("a/b", 2, "", 0, NodeInfo.NONE))),
                announcing(new Change.Present(new NodeRecord("a", 1, "", 0, NodeInfo.NONE))),
                announcing(new Change.Present(new NodeRecord("a", 0xffffff, "", 0, NodeInfo.NONE))),
                labelled("with space"),
                labelled("UPPER"),
                labelled("-a"),
                labelled("a-"),
                labelled("a.b"),
                labelled("x".repeat(64)),
                new Announce(1, Part.DELTA, Collections.nCopies(20_000, new Change.Absent("a"))),
                new Envelope(-1, 2, 1, SECRET),
                new Envelope(0, 0, 1, SECRET),
                new Envelope(0, 0xffffff, 1, SECRET),
                new Envelope(0, 2, 256, SECRET),
                new Envelope(0, 2, 1, Opaque.copyOf(new byte[Protocol.MAX_ENVELOPE + 1])),
                new ErrorReport(65_536, "", true, 0),
                new ControlMessage.SignRequest(
                        1, Opaque.copyOf(new byte[Protocol.MAX_HANDSHAKE_MESSAGE + 1]), List.of()),
                new ControlMessage.SignRequest(1, SECRET, Collections.nCopies(Protocol.MAX_CHAIN + 1, SECRET)),
                new ControlMessage.SignAnswer(1, Opaque.copyOf(new byte[Protocol.MAX_SIGN_ANSWER + 1])),
                new ControlMessage.DataChallenge(Opaque.copyOf(new byte[33])),
                new ControlMessage.DataProof(Opaque.copyOf(new byte[0])));
    }

    @ParameterizedTest
    @MethodSource("notToBeSent")
    void messageThatThePeerWouldRefuseIsNotSent(ControlMessage message) {
        assertThatThrownBy(() -> ControlCodec.encode(message))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".{10,}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "€", "😀", "x😀", "é€😀"})
    void longSentenceIsCutAtACharactersBorder(String pattern) throws ProtocolException {
        String sentence = pattern.repeat(100_000);
        Bye bye = (Bye) decoded(ControlCodec.encode(new Bye(sentence)));
        assertThat(sentence).startsWith(bye.reason());
        assertThat(bye.reason().getBytes(StandardCharsets.UTF_8).length)
                .isBetween(Protocol.MAX_SENTENCE - 3, Protocol.MAX_SENTENCE);
    }

    @Test
    void unpairedSurrogatesBecomeQuestionMarks() throws ProtocolException {
        assertThat(decoded(ControlCodec.encode(new Bye("a\ud800b\udc00")))).isEqualTo(new Bye("a?b?"));
        Bye longest = (Bye) decoded(ControlCodec.encode(new Bye("\ud800".repeat(600))));
        assertThat(longest.reason()).isEqualTo("?".repeat(Protocol.MAX_SENTENCE));
    }

    @Test
    void controlCharactersAreNotSent() throws ProtocolException {
        assertThat(decoded(ControlCodec.encode(new Bye("line\r\nline \u001b[31m \u009b"))))
                .isEqualTo(new Bye("line??line ?[31m ?"));
    }

    @Test
    void errorGetsThroughWhateverItsWait() throws ProtocolException {
        assertThat(decoded(ControlCodec.encode(new ErrorReport(1, "s", true, -5))))
                .isEqualTo(new ErrorReport(1, "s", true, 0));
        assertThat(decoded(ControlCodec.encode(new ErrorReport(1, "s", true, Integer.MAX_VALUE))))
                .isEqualTo(new ErrorReport(1, "s", true, Protocol.MAX_RETRY));
    }

    @Test
    void byteOrderOfTheGivenBufferDoesNotMatter() throws ProtocolException {
        ByteBuffer message = ControlCodec.encode(new ControlMessage.Ping(7)).position(ControlCodec.LENGTH_FIELD);
        assertThat(ControlCodec.decode(message.order(ByteOrder.LITTLE_ENDIAN))).isEqualTo(new ControlMessage.Ping(7));
        Preamble preamble = new Preamble(Preamble.StreamKind.DATA, 1, 3);
        assertThat(Preamble.decode(preamble.encode().order(ByteOrder.LITTLE_ENDIAN)))
                .isEqualTo(preamble);
    }

    @Test
    void lengthFieldIsCheckedAgainstTheLimitInForce() throws ProtocolException {
        assertThat(ControlCodec.checkLength(8_192, Protocol.MAX_HANDSHAKE_MESSAGE))
                .isEqualTo(8_192);
        assertThatThrownBy(() -> ControlCodec.checkLength(8_193, Protocol.MAX_HANDSHAKE_MESSAGE))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void longestIdIsAcceptedAndComplaintsShowNoControlCharacters() {
        assertThat(DeviceIds.valid("x".repeat(64))).isTrue();
        assertThat(DeviceIds.valid("x".repeat(65))).isFalse();
        assertThat(DeviceIds.complaint("a\u001b\n" + "b".repeat(10_000)))
                .doesNotContain("\u001b", "\n")
                .hasSizeLessThan(200);
    }

    @Test
    void secretsAreNotShown() {
        assertThat(new Welcome(0, 1, Opaque.copyOf(new byte[] {42, 43}), 2, 0, 24, 0, 0, 1, "").toString())
                .contains("2 bytes")
                .doesNotContain("42");
    }

    @Test
    void errorCodesHaveOneNumberEach() {
        assertThat(ErrorCode.values()).extracting(ErrorCode::number).doesNotHaveDuplicates();
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(ErrorCode.of(code.number())).hasValue(code);
        }
        assertThat(ErrorCode.of(0)).isEmpty();
        assertThat(ErrorCode.of(999)).isEmpty();
        assertThat(Tag.values()).extracting(tag -> tag.number).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256})
    void versionsThatDoNotFitInAByteAreNotMade(int version) {
        assertThatThrownBy(() -> new Preamble(Preamble.StreamKind.CONTROL, version, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Preamble(Preamble.StreamKind.CONTROL, 1, version))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ControlMessage decoded(ByteBuffer encoded) throws ProtocolException {
        return ControlCodec.decode(encoded.position(ControlCodec.LENGTH_FIELD));
    }
}
