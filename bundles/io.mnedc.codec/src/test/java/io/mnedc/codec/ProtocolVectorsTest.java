package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mnedc.codec.ControlMessage.DataProof;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/protocol-vectors.txt says is what the code does, in both directions. */
class ProtocolVectorsTest {
    static List<Vectors> preambles() {
        return Vectors.ofKind("preamble");
    }

    static List<Vectors> controlMessages() {
        return Vectors.ofKind("control");
    }

    static List<Vectors> frames() {
        return Vectors.ofKind("frame");
    }

    static List<Vectors> bindings() {
        return Vectors.ofKind("binding");
    }

    @Test
    void vectorsCoverEveryMessageType() {
        assertThat(Vectors.all().stream().map(Vectors::kind).distinct())
                .containsExactlyInAnyOrder(
                        "preamble", "control", "document", "frame", "binding", "handshake", "seal", "sealing");
        assertThat(Vectors.all().stream().map(Vectors::toString)).doesNotHaveDuplicates();
        assertThat(controlMessages().stream()
                        .filter(vector -> vector.outcome() == Vectors.SAME)
                        .map(vector -> vector.expected().split(" ", 2)[0])
                        .collect(Collectors.toSet()))
                .hasSize(ControlMessage.class.getPermittedSubclasses().length - 1); // all but Unknown
    }

    @ParameterizedTest
    @MethodSource("preambles")
    void preamble(Vectors vector) throws ProtocolException {
        if (vector.outcome() == Vectors.REFUSED) {
            assertRefused(vector, () -> Preamble.decode(vector.bytes()));
            return;
        }
        Preamble preamble = Preamble.decode(vector.bytes().duplicate());
        String agreed;
        try {
            agreed = "speaks " + preamble.negotiate();
        } catch (ProtocolException e) {
            agreed = "refused " + e.code();
        }
        assertThat(preamble.kind() + " " + preamble.major() + "." + preamble.minor() + " " + agreed)
                .isEqualTo(vector.expected());
        assertEncoding(vector, preamble.encode());
    }

    @ParameterizedTest
    @MethodSource("controlMessages")
    void controlMessage(Vectors vector) throws ProtocolException {
        if (vector.outcome() == Vectors.REFUSED) {
            assertRefused(vector, () -> decodeWhole(vector.bytes()));
            return;
        }
        Optional<ControlMessage> message = decodeWhole(vector.bytes().duplicate());
        if (vector.outcome() == Vectors.INCOMPLETE) {
            assertThat(message).isEmpty();
            return;
        }
        assertThat(message.map(Notation::of)).hasValue(vector.expected());
        if (!(message.orElseThrow() instanceof ControlMessage.Unknown)) {
            assertEncoding(vector, ControlCodec.encode(message.orElseThrow()));
        }
    }

    static List<Vectors> documents() {
        return Vectors.ofKind("document");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void document(Vectors vector) throws ProtocolException {
        byte[] bytes = new byte[vector.bytes().remaining()];
        vector.bytes().get(bytes);
        Opaque body = Opaque.copyOf(bytes);
        if (vector.outcome() == Vectors.REFUSED) {
            assertRefused(vector, () -> InfoDocument.decode(body));
            return;
        }
        InfoDocument document = InfoDocument.decode(body);
        assertThat(Notation.of(document)).isEqualTo(vector.expected());
        assertThat(document.encode()).isEqualTo(body);
    }

    /** As a receiver would: the length first, then the rest. */
    private static Optional<ControlMessage> decodeWhole(ByteBuffer in) throws ProtocolException {
        if (in.remaining() < ControlCodec.LENGTH_FIELD) {
            return Optional.empty();
        }
        int length = ControlCodec.checkLength(in.getInt(), Protocol.MAX_MESSAGE);
        if (in.remaining() < length) {
            return Optional.empty();
        }
        assertThat(in.remaining()).as("bytes in the vector").isEqualTo(length);
        return Optional.of(ControlCodec.decode(in));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void dataFrame(Vectors vector) throws ProtocolException {
        ByteBuffer in = vector.bytes();
        if (vector.outcome() == Vectors.REFUSED) {
            assertRefused(vector, () -> DataFrame.complete(in, 0, in.limit()));
            return;
        }
        int size = DataFrame.complete(in, 0, in.limit());
        if (vector.outcome() == Vectors.INCOMPLETE) {
            assertThat(size).isZero();
            return;
        }
        assertThat(size).isEqualTo(in.limit());
        ByteBuffer payload = in.slice(DataFrame.HEADER, size - DataFrame.HEADER);
        assertThat("TYPE=" + DataFrame.type(in, 0) + " FLAGS=" + DataFrame.flags(in, 0) + " EPOCH="
                        + DataFrame.epoch(in, 0) + " SOURCE=" + DataFrame.source(in, 0) + " DESTINATION="
                        + DataFrame.destination(in, 0) + " COUNTER=" + DataFrame.counter(in, 0) + " PAYLOAD="
                        + hex(payload))
                .isEqualTo(vector.expected());
        if (DataFrame.flags(in, 0) == 0) {
            ByteBuffer out = ByteBuffer.allocate(size);
            DataFrame.putHeader(
                    out,
                    0,
                    DataFrame.type(in, 0),
                    DataFrame.source(in, 0),
                    DataFrame.destination(in, 0),
                    DataFrame.counter(in, 0),
                    payload.remaining());
            assertEncoding(vector, out.put(DataFrame.HEADER, in, DataFrame.HEADER, payload.remaining()));
        }
    }

    @Test
    void echoReplyIsTheEchoTurnedRound() {
        ByteBuffer frame = vector("frame echo").bytes();
        DataFrame.reply(frame, 0);
        assertThat(frame).isEqualTo(vector("frame echo-reply").bytes());
    }

    @Test
    void virtioNetHeaderIsLittleEndian() {
        ByteBuffer frame = vector("frame super-packet-header").bytes();
        assertThat(VirtioNetHeader.flags(frame, DataFrame.HEADER)).isEqualTo(VirtioNetHeader.NEEDS_CHECKSUM);
        assertThat(VirtioNetHeader.gsoType(frame, DataFrame.HEADER)).isEqualTo(VirtioNetHeader.GSO_TCPV4);
        assertThat(VirtioNetHeader.headerLength(frame, DataFrame.HEADER)).isEqualTo(54);
        assertThat(VirtioNetHeader.gsoSize(frame, DataFrame.HEADER)).isEqualTo(1448);
        assertThat(VirtioNetHeader.checksumStart(frame, DataFrame.HEADER)).isEqualTo(20);
        assertThat(VirtioNetHeader.checksumOffset(frame, DataFrame.HEADER)).isEqualTo(16);
        VirtioNetHeader.putPlain(frame, DataFrame.HEADER);
        assertThat(hex(frame.slice(DataFrame.HEADER, 11))).isEqualTo("00".repeat(10) + "45");
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void binding(Vectors vector) {
        ByteBuffer in = vector.bytes();
        Opaque secret = next(in, 32);
        long session = in.getLong();
        Opaque deviceNonce = next(in, 32);
        DataBinding.Device device = new DataBinding.Device(session, secret, deviceNonce);
        DataBinding.Relay relay = new DataBinding.Relay(id -> id == session ? secret : null, next(in, 32), deviceNonce);
        assertThat(in.hasRemaining()).isFalse();
        DataProof proof = sent(device.received(sent(relay.received(device.start()))), DataProof.class);
        DataReady ready = sent(relay.received(proof), DataReady.class);
        assertThat("DATA_PROOF=" + hex(ByteBuffer.wrap(proof.mac().bytes())) + " DATA_READY="
                        + hex(ByteBuffer.wrap(ready.mac().bytes())))
                .isEqualTo(vector.expected());
        assertThat(device.received(ready)).containsExactly(new Effect.Bound(session));
    }

    private static Opaque next(ByteBuffer in, int size) {
        byte[] bytes = new byte[size];
        in.get(bytes);
        return Opaque.copyOf(bytes);
    }

    private static ControlMessage sent(List<Effect> effects) {
        return sent(effects, ControlMessage.class);
    }

    private static <T extends ControlMessage> T sent(List<Effect> effects, Class<T> type) {
        return type.cast(((Effect.Send) effects.get(0)).message());
    }

    private static Vectors vector(String name) {
        return Vectors.all().stream()
                .filter(vector -> vector.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void assertRefused(Vectors vector, org.assertj.core.api.ThrowableAssert.ThrowingCallable decoding) {
        ProtocolException refusal = catchThrowableOfType(ProtocolException.class, decoding);
        assertThat(refusal).as("refusal of " + vector).isNotNull();
        assertThat(refusal.code()).hasToString(vector.expected());
        assertThat(refusal).hasMessageMatching("[\\x20-\\x7e…]{10,512}");
    }

    private static void assertEncoding(Vectors vector, ByteBuffer encoded) {
        if (vector.outcome() == Vectors.SAME) {
            assertThat(hex(encoded)).isEqualTo(hex(vector.bytes()));
        } else {
            assertThat(hex(encoded)).isNotEqualTo(hex(vector.bytes()));
        }
    }

    /** All bytes alike are written short, as in the file. */
    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        String hex = HexFormat.of().formatHex(copy);
        boolean alike = copy.length > 1024 && hex.equals(hex.substring(0, 2).repeat(copy.length));
        return copy.length == 0 ? "-" : alike ? hex.substring(0, 2) + "*" + copy.length : hex;
    }
}
