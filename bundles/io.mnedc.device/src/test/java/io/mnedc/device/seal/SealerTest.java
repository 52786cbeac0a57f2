package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.SealMessage;
import io.mnedc.device.seal.Opener.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames sealed and opened; what was tampered with stays shut. */
class SealerTest {
    private static final int SELF = 2;
    private static final int PEER = 3;

    private final SealBuffers buffers = new SealBuffers();
    private final Random random = new Random(7);

    /** A sealed frame of docs/protocol-vectors.txt, which another implementation of the ciphers has computed. */
    record Known(String name, ByteBuffer given, ByteBuffer sealed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Known> known() throws IOException {
        List<Known> found = new ArrayList<>();
        String name = "";
        StringBuilder hex = new StringBuilder();
        for (String raw : Files.readAllLines(vectors())) {
            String line = raw.replaceFirst("#.*", "").trim();
            if (line.startsWith("[")) {
                name = line.substring(1, line.length() - 1);
                hex.setLength(0);
            } else if (line.startsWith("=") && name.startsWith("sealing ")) {
                found.add(new Known(
                        name,
                        ByteBuffer.wrap(HexFormat.of().parseHex(hex.toString())),
                        ByteBuffer.wrap(
                                HexFormat.of().parseHex(line.substring(1).trim()))));
            } else if (name.startsWith("sealing ")) {
                hex.append(line.replace(" ", ""));
            }
        }
        return found;
    }

    private static Path vectors() {
        Path start = Path.of(System.getProperty("basedir", System.getProperty("user.dir", ".")));
        for (Path at = start.toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("docs").resolve("protocol-vectors.txt");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new IllegalStateException("no docs/protocol-vectors.txt above " + start);
    }

    @ParameterizedTest
    @MethodSource("known")
    void sealsAndOpensAsTheVectorsSay(Known known) {
        ByteBuffer given = known.given().duplicate();
        SealCipher cipher = given.get() == 1 ? SealCipher.AES_128_GCM : SealCipher.CHACHA20_POLY1305;
        byte[] key = new byte[SealMessage.KEY];
        byte[] iv = new byte[SealMessage.IV];
        given.get(key).get(iv);
        ByteBuffer plain = given.slice();
        SealMessage.Keys keys = new SealMessage.Keys(DataFrame.epoch(plain, 0), Opaque.copyOf(key), Opaque.copyOf(iv));
        int payload = plain.limit() - DataFrame.HEADER;
        ByteBuffer frame = ByteBuffer.allocateDirect(100 + known.sealed().limit());
        frame.put(100 + DataFrame.HEADER, plain, DataFrame.HEADER, payload);

        int size = new Sealer(cipher, keys)
                .seal(
                        frame,
                        100,
                        DataFrame.type(plain, 0),
                        DataFrame.source(plain, 0),
                        DataFrame.destination(plain, 0),
                        DataFrame.counter(plain, 0),
                        payload,
                        buffers);

        assertThat(size).isEqualTo(known.sealed().limit());
        assertThat(frame.slice(100, size)).isEqualTo(known.sealed());
        assertThat(new Opener(cipher, keys).open(frame, 100, size, buffers)).isEqualTo(Outcome.OPENED_FIRST);
        assertThat(frame.slice(100 + DataFrame.HEADER, payload)).isEqualTo(plain.slice(DataFrame.HEADER, payload));
    }

    private SealMessage.Keys keys() {
        byte[] key = new byte[SealMessage.KEY];
        byte[] iv = new byte[SealMessage.IV];
        random.nextBytes(key);
        random.nextBytes(iv);
        return new SealMessage.Keys(random.nextInt(65_536), Opaque.copyOf(key), Opaque.copyOf(iv));
    }

    private ByteBuffer sealed(Sealer sealer, byte[] payload, long counter) {
        ByteBuffer frame = ByteBuffer.allocateDirect(DataFrame.HEADER + payload.length + DataFrame.TAG);
        frame.put(DataFrame.HEADER, payload);
        assertThat(sealer.seal(frame, 0, DataFrame.PACKET, SELF, PEER, counter, payload.length, buffers))
                .isEqualTo(frame.capacity());
        return frame;
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer copy(ByteBuffer frame) {
        return ByteBuffer.allocateDirect(frame.capacity()).put(0, frame, 0, frame.capacity());
    }

    @ParameterizedTest
    @EnumSource
    void allSizesComeBackAsTheyWere(SealCipher cipher) throws Exception {
        SealMessage.Keys keys = keys();
        Sealer sealer = new Sealer(cipher, keys);
        Opener opener = new Opener(cipher, keys);
        long counter = 0;
        for (int size : new int[] {0, 1, 15, 16, 17, 1410, 8192, 64_010, DataFrame.MAX_PAYLOAD}) {
            byte[] payload = bytes(size);
            ByteBuffer frame = sealed(sealer, payload, ++counter);
            assertThat(DataFrame.complete(frame, 0, frame.capacity())).isEqualTo(frame.capacity());
            assertThat(opener.open(frame, 0, frame.capacity(), buffers))
                    .isEqualTo(counter == 1 ? Outcome.OPENED_FIRST : Outcome.OPENED);
            byte[] got = new byte[size];
            frame.get(DataFrame.HEADER, got);
            assertThat(got).isEqualTo(payload);
        }
    }

    @Test
    void whatAKeyHasSealedIsCountedInUnitsBegun() {
        Sealer sealer = new Sealer(SealCipher.AES_128_GCM, keys());
        long counter = 0;
        long units = 0;
        for (int size : new int[] {0, 1, 463, 464, 1410, 64_010, DataFrame.MAX_PAYLOAD}) {
            sealed(sealer, bytes(size), ++counter);
            // as GCM counts: blocks of 16 bytes for header, payload and lengths, 32 of them a unit
            int blocks = (DataFrame.HEADER + 15) / 16 + (size + 15) / 16 + 1;
            units += blocks / 32 + (blocks % 32 == 0 ? 0 : 1);
            assertThat(sealer.units()).as("%s bytes", size).isBetween(units, units + counter);
        }
        assertThat(sealer.units()).isEqualTo(1 + 1 + 1 + 2 + 3 + 126 + 129);
    }

    @Test
    void keyThatHasSealedAllThatItMaySealsNoMore() {
        Sealer sealer = new Sealer(SealCipher.AES_128_GCM, keys(), Sealer.MOST_UNITS - 4);
        sealed(sealer, bytes(1400), 1);
        assertThatThrownBy(() -> sealed(sealer, bytes(1400), 2)).hasMessageContaining("must not seal it");
        sealed(sealer, bytes(100), 2);
        assertThatThrownBy(() -> sealed(sealer, bytes(0), 3)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void anyBitThatIsFlippedIsSeenAndChangesNothing(SealCipher cipher) {
        SealMessage.Keys keys = keys();
        Opener opener = new Opener(cipher, keys);
        ByteBuffer frame = sealed(new Sealer(cipher, keys), bytes(30), 5);
        for (int bit = 0; bit < frame.capacity() * 8; bit++) {
            ByteBuffer forged = copy(frame);
            forged.put(bit / 8, (byte) (frame.get(bit / 8) ^ 1 << bit % 8));
            ByteBuffer before = copy(forged);
            assertThat(opener.open(forged, 0, forged.capacity(), buffers))
                    .as("bit %s", bit)
                    .isEqualTo(Outcome.FORGED);
            assertThat(forged).isEqualTo(before);
        }
        assertThat(opener.used()).isFalse();
        assertThat(opener.open(frame, 0, frame.capacity(), buffers)).isEqualTo(Outcome.OPENED_FIRST);
    }

    @ParameterizedTest
    @EnumSource
    void cutAndPaddedFramesStayShut(SealCipher cipher) {
        SealMessage.Keys keys = keys();
        Opener opener = new Opener(cipher, keys);
        ByteBuffer frame = sealed(new Sealer(cipher, keys), bytes(40), 1);
        for (int size = DataFrame.HEADER + DataFrame.TAG; size < frame.capacity(); size++) {
            ByteBuffer cut = copy(frame);
            assertThat(opener.open(cut, 0, size, buffers)).isEqualTo(Outcome.FORGED);
            // with a length that fits, too
            cut.putInt(0, size - 4);
            assertThat(opener.open(cut, 0, size, buffers)).isEqualTo(Outcome.FORGED);
        }
        assertThat(opener.open(frame, 0, frame.capacity(), buffers)).isEqualTo(Outcome.OPENED_FIRST);
    }

    @Test
    void repeatedAndOvertakenFramesAreDropped() {
        SealMessage.Keys keys = keys();
        Sealer sealer = new Sealer(SealCipher.AES_128_GCM, keys);
        Opener opener = new Opener(SealCipher.AES_128_GCM, keys);
        ByteBuffer first = sealed(sealer, bytes(20), 1);
        ByteBuffer second = sealed(sealer, bytes(20), 2);
        ByteBuffer later = sealed(sealer, bytes(20), 1000);
        assertThat(opener.open(copy(second), 0, second.capacity(), buffers)).isEqualTo(Outcome.OPENED_FIRST);
        assertThat(opener.open(copy(first), 0, first.capacity(), buffers)).isEqualTo(Outcome.REPLAYED);
        assertThat(opener.open(copy(second), 0, second.capacity(), buffers)).isEqualTo(Outcome.REPLAYED);
        assertThat(opener.open(copy(later), 0, later.capacity(), buffers)).isEqualTo(Outcome.OPENED);
        assertThat(opener.open(later, 0, later.capacity(), buffers)).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void forgedCounterFarAheadDoesNotShutOutWhatFollows() {
        SealMessage.Keys keys = keys();
        Sealer sealer = new Sealer(SealCipher.AES_128_GCM, keys);
        Opener opener = new Opener(SealCipher.AES_128_GCM, keys);
        ByteBuffer first = sealed(sealer, bytes(20), 1);
        ByteBuffer forged = copy(first);
        forged.putLong(16, Long.MAX_VALUE);
        assertThat(opener.open(first, 0, first.capacity(), buffers)).isEqualTo(Outcome.OPENED_FIRST);
        assertThat(opener.open(forged, 0, forged.capacity(), buffers)).isEqualTo(Outcome.FORGED);
        ByteBuffer second = sealed(sealer, bytes(20), 2);
        assertThat(opener.open(second, 0, second.capacity(), buffers)).isEqualTo(Outcome.OPENED);
    }

    @Test
    void noCounterIsUsedTwiceWithAKey() {
        Sealer sealer = new Sealer(SealCipher.AES_128_GCM, keys());
        sealed(sealer, bytes(20), 7);
        for (long counter : new long[] {7, 6, 0}) {
            assertThatThrownBy(() -> sealed(sealer, bytes(20), counter))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not seal it");
        }
        // as the receiver counts: unsigned
        sealed(sealer, bytes(20), -1);
        assertThatThrownBy(() -> sealed(sealer, bytes(20), Long.MAX_VALUE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void warmUpComesToAnEnd() {
        CipherWarmUp warmUp = new CipherWarmUp(SealCipher.AES_128_GCM);
        int steps = 1;
        while (warmUp.run(1000)) {
            steps++;
        }
        assertThat(steps).isEqualTo(10);
    }

    @Test
    void aKeyOpensOnlyWhatItHasSealed() {
        ByteBuffer frame = sealed(new Sealer(SealCipher.AES_128_GCM, keys()), bytes(20), 1);
        assertThat(new Opener(SealCipher.AES_128_GCM, keys()).open(frame, 0, frame.capacity(), buffers))
                .isEqualTo(Outcome.FORGED);
    }
}
