package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.SealMessage.Accept;
import io.mnedc.codec.SealMessage.Keys;
import io.mnedc.codec.SealMessage.Offer;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit by the last value that is inside and the first one that is not. */
class LimitsTest {
    private static final Opaque KEY = Opaque.copyOf(new byte[SealMessage.KEY]);
    private static final Opaque IV = Opaque.copyOf(new byte[SealMessage.IV]);

    @Test
    void lengthOfAControlMessage() throws ProtocolException {
        assertThat(ControlCodec.checkLength(2, 2)).isEqualTo(2);
        assertThatThrownBy(() -> ControlCodec.checkLength(3, 2)).satisfies(refused(ErrorCode.TOO_LARGE));
        assertThatThrownBy(() -> ControlCodec.checkLength(1, 2)).satisfies(refused(ErrorCode.PROTOCOL_VIOLATION));
        assertThatThrownBy(() -> ControlCodec.checkLength(0, 2)).satisfies(refused(ErrorCode.PROTOCOL_VIOLATION));
        assertThatThrownBy(() -> ControlCodec.checkLength(-1, 2)).satisfies(refused(ErrorCode.TOO_LARGE));
    }

    @ParameterizedTest
    @CsvSource({
        "0, PROTOCOL_VIOLATION, 0",
        "-1, TOO_LARGE, 4294967295",
        "-2147483648, TOO_LARGE, 2147483648",
        "2147483647, TOO_LARGE, 2147483647"
    })
    void lengthOfADataFrame(int length, ErrorCode code, String shown) {
        ByteBuffer in = ByteBuffer.allocate(4).putInt(0, length);
        assertThatThrownBy(() -> DataFrame.complete(in, 0, 4))
                .satisfies(refused(code))
                .hasMessageContaining(shown + " bytes");
    }

    @Test
    void otherVersionOfADataFrameIsNamed() {
        ByteBuffer in = ByteBuffer.allocate(64);
        DataFrame.putHeader(in, 0, DataFrame.PACKET, 2, 3, 1, 16);
        in.put(4, (byte) ((in.get(4) & 0x0f) | 0xe0));
        assertThatThrownBy(() -> DataFrame.complete(in, 0, 64))
                .satisfies(refused(ErrorCode.VERSION_UNSUPPORTED))
                .hasMessageContaining("version 14 is not 1");
    }

    @Test
    void plainAndSealedFramesAreToldApart() {
        ByteBuffer out = ByteBuffer.allocate(64);
        DataFrame.putHeader(out, 0, DataFrame.PACKET, 2, 3, 1, 16);
        assertThat(DataFrame.sealed(out, 0)).isFalse();
        DataFrame.putSealedHeader(out, 0, DataFrame.PACKET, 7, 2, 3, 1, 16);
        assertThat(DataFrame.sealed(out, 0)).isTrue();
    }

    @Test
    void keysOfASeal() {
        assertThat(new Keys(0, KEY, IV).epoch()).isZero();
        assertThat(new Keys(SealMessage.MAX_EPOCH, KEY, IV).epoch()).isEqualTo(0xffff);
        assertThatThrownBy(() -> new Keys(-1, KEY, IV)).hasMessageContaining("epoch -1");
        assertThatThrownBy(() -> new Keys(SealMessage.MAX_EPOCH + 1, KEY, IV)).hasMessageContaining("epoch 65536");
        assertThatThrownBy(() -> new Keys(1, IV, IV)).hasMessageContaining("key of 12");
        assertThatThrownBy(() -> new Keys(1, KEY, KEY)).hasMessageContaining("iv of 32");
    }

    @Test
    void ciphersOfAnOffer() throws ProtocolException {
        Keys keys = new Keys(1, KEY, IV);
        Offer most = new Offer(Collections.nCopies(SealMessage.MAX_CIPHERS, 1), keys);
        assertThat(SealMessage.decode(most.encode())).isEqualTo(most);
        assertThatThrownBy(() -> new Offer(Collections.nCopies(SealMessage.MAX_CIPHERS + 1, 1), keys))
                .hasMessageContaining("17 ciphers");
        assertThatThrownBy(() -> new Offer(List.of(), keys)).hasMessageContaining("0 ciphers");
        ByteBuffer one = new Offer(List.of(1), keys).encode();
        int count = one.remaining() - 2;
        for (int wrong : new int[] {0, SealMessage.MAX_CIPHERS + 1}) {
            assertThatThrownBy(() -> SealMessage.decode(one.duplicate().put(count, (byte) wrong)))
                    .satisfies(refused(ErrorCode.PROTOCOL_VIOLATION))
                    .hasMessageContaining(wrong + " ciphers");
        }
    }

    @Test
    void bodyOfASealingMessage() throws ProtocolException {
        ByteBuffer largest = ByteBuffer.allocate(3 + SealMessage.MAX_BODY)
                .put(0, (byte) 99)
                .putShort(1, (short) SealMessage.MAX_BODY);
        assertThat(SealMessage.decode(largest)).isEqualTo(new SealMessage.Unknown(99));
        ByteBuffer larger = ByteBuffer.allocate(3).put(0, (byte) 99).putShort(1, (short) (SealMessage.MAX_BODY + 1));
        assertThatThrownBy(() -> SealMessage.decode(larger)).satisfies(refused(ErrorCode.TOO_LARGE));
        assertThat(SealMessage.decode(new Accept(3, new Keys(1, KEY, IV)).encode()))
                .isEqualTo(new Accept(3, new Keys(1, KEY, IV)));
    }

    @Test
    void partOfAHandshakeBetweenPeers() throws ProtocolException {
        Opaque most = Opaque.copyOf(new byte[PeerHandshake.MAX_TLS]);
        PeerHandshake largest = new PeerHandshake(true, 1, PeerHandshake.MAX_SEQUENCE, most);
        assertThat(PeerHandshake.decode(largest.encode())).isEqualTo(largest);
        Opaque more = Opaque.copyOf(new byte[PeerHandshake.MAX_TLS + 1]);
        assertThatThrownBy(() -> new PeerHandshake(true, 1, 0, more)).hasMessageContaining("handshake part 0 of");
        assertThatThrownBy(() -> new PeerHandshake(true, 1, PeerHandshake.MAX_SEQUENCE + 1, most))
                .hasMessageContaining("part 65536");
        assertThatThrownBy(() -> new PeerHandshake(true, 1, -1, most)).hasMessageContaining("part -1");
        PeerHandshake empty = new PeerHandshake(false, 1, 0, Opaque.copyOf(new byte[0]));
        assertThat(PeerHandshake.decode(empty.encode())).isEqualTo(empty);
    }

    @Test
    void headerOfASuperPacket() {
        ByteBuffer out = ByteBuffer.allocate(16);
        VirtioNetHeader.putDatagrams(out, 3, 0x1234, 0x0567);
        assertThat(VirtioNetHeader.gsoType(out, 3)).isEqualTo(VirtioNetHeader.GSO_UDP_L4);
        assertThat(VirtioNetHeader.headerLength(out, 3)).isEqualTo(0x1234);
        assertThat(VirtioNetHeader.gsoSize(out, 3)).isEqualTo(0x0567);
        assertThat(out.get(5)).as("little-endian").isEqualTo((byte) 0x34);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x1f, 0x7f, 0x85, 0x200e, 0x2028, 0x2029, 0xd800, 0x34f, 0x115f, 0x1160, 0x2800, 0xfe00, 0xfe0f,
                0xe0000, 0xe0fff
            })
    void whatCannotBeShownIsReplaced(int character) {
        String text = new String(Character.toChars(character));
        assertThat(Texts.printable("a" + text + "b")).isEqualTo("a" + "?".repeat(text.length()) + "b");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {' ', '~', 0xa0, 0xe9, 0x34e, 0x350, 0x115e, 0x1161, 0x27ff, 0x2801, 0xfdff, 0xfe10, 0x1f680, 0xe1000
            })
    void whatCanBeShownStays(int character) {
        // the last one is not assigned, and has no form that would hide anything
        String text = "a" + new String(Character.toChars(character)) + "b";
        assertThat(Texts.printable(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0x7f, 1",
        "0x80, 2",
        "0x7ff, 2",
        "0x800, 3",
        "0xffff, 3",
        "0x10000, 4",
        "0xd800, 1",
        "0xdfff, 1",
        "0xd7ff, 3",
        "0xe000, 3"
    })
    void charactersAreCutByTheirBytes(String character, int bytes) {
        String text = new String(Character.toChars(Integer.decode(character)));
        assertThat(Texts.shortened(text, bytes)).isEqualTo(text);
        assertThat(Texts.shortened(text, bytes - 1)).isEmpty();
    }

    @Test
    void anIdThatIsWrongIsShownAsFarAsIdsGo() {
        String longest = "x".repeat(Protocol.MAX_DEVICE_ID - 1) + "!";
        assertThat(DeviceIds.complaint(longest)).contains("\"" + longest + "\"");
        assertThat(DeviceIds.complaint(longest + "y")).contains("\"" + longest + "…\"");
    }

    private static Consumer<Throwable> refused(ErrorCode code) {
        return thrown -> {
            assertThat(thrown).isInstanceOf(ProtocolException.class);
            assertThat(((ProtocolException) thrown).code()).isEqualTo(code);
        };
    }
}
