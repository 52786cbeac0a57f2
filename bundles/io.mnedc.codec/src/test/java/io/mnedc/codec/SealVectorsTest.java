package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/protocol-vectors.txt says of handshakes between devices is what the code does, in both directions. */
class SealVectorsTest {
    static List<Vectors> handshakes() {
        return Vectors.ofKind("handshake");
    }

    static List<Vectors> messages() {
        return Vectors.ofKind("seal");
    }

    static List<Vectors> sealings() {
        return Vectors.ofKind("sealing");
    }

    @ParameterizedTest
    @MethodSource("handshakes")
    void handshake(Vectors vector) throws ProtocolException {
        Opaque payload = opaque(vector.bytes());
        if (vector.outcome() == Vectors.REFUSED) {
            assertThat(refusal(() -> PeerHandshake.decode(payload))).isEqualTo(vector.expected());
            return;
        }
        PeerHandshake part = PeerHandshake.decode(payload);
        assertThat("INITIATOR=" + (part.initiator() ? 1 : 0) + String.format(" ID=0x%016x", part.id()) + " SEQUENCE="
                        + part.sequence() + " TLS=" + hex(part.tls()))
                .isEqualTo(vector.expected());
        assertThat(part.encode()).isEqualTo(payload);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message(Vectors vector) throws ProtocolException {
        ByteBuffer in = vector.bytes();
        if (vector.outcome() == Vectors.REFUSED) {
            assertThat(refusal(() -> SealMessage.decode(in))).isEqualTo(vector.expected());
            return;
        }
        SealMessage message = SealMessage.decode(in);
        if (vector.outcome() == Vectors.INCOMPLETE) {
            assertThat(message).isNull();
            assertThat(in.position()).isZero();
            return;
        }
        assertThat(notation(Objects.requireNonNull(message))).isEqualTo(vector.expected());
        assertThat(in.hasRemaining()).isFalse();
        if (vector.outcome() == Vectors.SAME) {
            assertThat(message.encode()).isEqualTo(vector.bytes());
        }
    }

    private static String notation(SealMessage message) {
        if (message instanceof SealMessage.Offer offer) {
            return "OFFER " + keys(offer.keys()) + " CIPHERS="
                    + offer.ciphers().stream().map(String::valueOf).collect(Collectors.joining(","));
        } else if (message instanceof SealMessage.Accept accept) {
            return "ACCEPT " + keys(accept.keys()) + " CIPHER=" + accept.cipher();
        } else if (message instanceof SealMessage.Unknown unknown) {
            return "UNKNOWN " + unknown.type();
        }
        return "CONFIRM";
    }

    private static String keys(SealMessage.Keys keys) {
        return "EPOCH=" + keys.epoch() + " KEY=" + hex(keys.key()) + " IV=" + hex(keys.iv());
    }

    @ParameterizedTest
    @MethodSource("sealings")
    void headerOfASealedFrame(Vectors vector) throws ProtocolException {
        int begin = 1 + SealMessage.KEY + SealMessage.IV;
        ByteBuffer in = vector.bytes().position(begin).slice();
        int payload = in.limit() - DataFrame.HEADER;
        ByteBuffer out = ByteBuffer.allocate(DataFrame.HEADER);
        DataFrame.putSealedHeader(
                out,
                0,
                DataFrame.type(in, 0),
                DataFrame.epoch(in, 0),
                DataFrame.source(in, 0),
                DataFrame.destination(in, 0),
                DataFrame.counter(in, 0),
                payload);
        assertThat(out).isEqualTo(in.slice(0, DataFrame.HEADER));
        assertThat(DataFrame.sealed(in, 0)).isTrue();
        ByteBuffer sealed = ByteBuffer.wrap(HexFormat.of().parseHex(vector.expected()));
        assertThat(sealed.slice(0, DataFrame.HEADER)).isEqualTo(out);
        assertThat(DataFrame.complete(sealed, 0, sealed.limit())).isEqualTo(DataFrame.HEADER + payload + DataFrame.TAG);
    }

    @Test
    void arbitraryBytesAreReadOrRefusedButNeverMore() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 2 && random.nextBoolean()) {
                // past the first checks
                bytes[0] = (byte) (1 + random.nextInt(3));
                bytes[1] = 0;
                bytes[2] = (byte) random.nextInt(bytes.length);
            }
            assertOnlyRefused(() -> PeerHandshake.decode(Opaque.copyOf(bytes)));
            assertOnlyRefused(() -> SealMessage.decode(ByteBuffer.wrap(bytes)));
        }
    }

    private interface Decoding {
        @Nullable
        Object decode() throws ProtocolException;
    }

    private static void assertOnlyRefused(Decoding decoding) {
        try {
            decoding.decode();
        } catch (ProtocolException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    private static String refusal(Decoding decoding) {
        return catchThrowableOfType(ProtocolException.class, decoding::decode)
                .code()
                .name();
    }

    private static Opaque opaque(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return Opaque.copyOf(copy);
    }

    private static String hex(Opaque bytes) {
        return bytes.size() == 0 ? "-" : HexFormat.of().formatHex(bytes.bytes());
    }
}
