package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for all messages and all input. A failure names the seed; adding it to the list repeats it. */
class CodecPropertiesTest {
    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e…]{5,}");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyMessageSurvivesTheRoundTrip(long seed) throws ProtocolException {
        RandomMessages messages = new RandomMessages(seed);
        for (int round = 0; round < 60; round++) {
            for (ControlMessage message : messages.oneOfEach().toList()) {
                ByteBuffer encoded = ControlCodec.encode(message);
                ByteBuffer body = encoded.duplicate();
                assertThat(ControlCodec.checkLength(body.getInt(), Protocol.MAX_MESSAGE))
                        .isEqualTo(body.remaining());
                ControlMessage decoded = ControlCodec.decode(body);
                assertThat(decoded).as("seed %d", seed).isEqualTo(message);
                assertThat(ControlCodec.encode(decoded)).isEqualTo(encoded);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void theFirstMessagesFitInTheirLowerLimit(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        for (int round = 0; round < 300; round++) {
            messages.oneOfEach()
                    .filter(message -> !(message instanceof Announce)
                            && !(message instanceof ControlMessage.Envelope)
                            && !(message instanceof ControlMessage.Publish)
                            && !(message instanceof ControlMessage.Relays)
                            && !(message instanceof ControlMessage.Registrations)
                            && !(message instanceof ControlMessage.SignRequest)
                            && !(message instanceof ControlMessage.SignAnswer)
                            && !(message instanceof ControlMessage.Credentials))
                    .forEach(message -> assertThat(ControlCodec.encode(message).remaining() - ControlCodec.LENGTH_FIELD)
                            .as("seed %d", seed)
                            .isLessThanOrEqualTo(Protocol.MAX_HANDSHAKE_MESSAGE));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void messageCutOffAnywhereIsRefusedOrAnotherMessage(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        for (ControlMessage message : messages.oneOfEach().toList()) {
            ByteBuffer body = body(message);
            Set<Integer> borders = borders(body);
            for (int size = 0; size < body.limit(); size++) {
                ControlMessage decoded = decodeOrRefuse(body.slice(0, size), seed);
                // only a cut between records, behind the last required one, can leave a message
                if (decoded != null && !borders.contains(size)) {
                    fail("seed %d: %s was cut to %d bytes and read as %s", seed, message, size, decoded);
                }
            }
        }
    }

    /** Where records begin, and so another message could end. */
    private static Set<Integer> borders(ByteBuffer body) {
        Set<Integer> borders = new HashSet<>();
        for (int at = 2; at < body.limit(); at += 4 + (body.getShort(at + 2) & 0xffff)) {
            borders.add(at);
        }
        return borders;
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34})
    void damagedMessagesAreRefusedOrOtherMessages(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        Random random = messages.random();
        for (int round = 0; round < 80; round++) {
            for (ControlMessage message : messages.oneOfEach().toList()) {
                byte[] original = bytes(body(message));
                for (int i = 0; i < 40; i++) {
                    decodeOrRefuse(ByteBuffer.wrap(damaged(original, random)), seed);
                }
            }
        }
    }

    private static byte[] damaged(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            // lengths and tags stand mostly near the front
            int at = random.nextInt(random.nextBoolean() ? Math.min(bytes.length, 80) : bytes.length);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] + random.nextInt(3) - 1);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42})
    void randomRecordsAreRefusedOrMessages(long seed) {
        Random random = new Random(seed);
        int understood = 0;
        for (int i = 0; i < 60_000; i++) {
            ByteBuffer body = ByteBuffer.allocate(2_048).putShort((short) random.nextInt(21));
            putRecords(body, random, random.nextInt(10), 0);
            ControlMessage message = decodeOrRefuse(body.flip(), seed);
            understood += message == null ? 0 : 1;
        }
        assertThat(understood).as("messages among them").isPositive();
    }

    private static void putRecords(ByteBuffer out, Random random, int many, int depth) {
        int[] sizes = {0, 1, 2, 4, 8, 32, 33, 64, 65};
        for (int i = 0; i < many && out.remaining() > 600; i++) {
            int start = out.position();
            out.putShort((short) random.nextInt(52)).putShort((short) 0);
            if (random.nextInt(4) == 0 && depth < 4) {
                putRecords(out, random, random.nextInt(5), depth + 1);
            } else {
                byte[] value = new byte[sizes[random.nextInt(sizes.length)]];
                java.util.Arrays.fill(
                        value, (byte) (random.nextBoolean() ? 'a' + random.nextInt(26) : random.nextInt(4)));
                out.put(value);
            }
            out.putShort(start + 2, (short) (out.position() - start - 4));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {51, 52})
    void noiseIsRefusedOrUnknown(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 60_000; i++) {
            byte[] noise = new byte[random.nextInt(80)];
            random.nextBytes(noise);
            decodeOrRefuse(ByteBuffer.wrap(noise), seed);
            if (noise.length >= Preamble.SIZE) {
                if (random.nextBoolean()) {
                    noise[0] = 'M';
                    noise[1] = 'N';
                    noise[2] = 'E';
                    noise[3] = 'D';
                }
                preambleOrRefuse(ByteBuffer.wrap(noise), seed);
            }
        }
    }

    @Test
    void decodingAllocatesInProportionToTheMessage() {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        for (ByteBuffer costly : costlyMessages()) {
            decode(costly); // classes are loaded
            long before = threads.getCurrentThreadAllocatedBytes();
            decode(costly);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(50L * costly.remaining() + 50_000);
        }
    }

    private static void decode(ByteBuffer body) {
        try {
            ControlCodec.decode(body.duplicate());
        } catch (ProtocolException e) {
            assertThat(e).hasMessageMatching(PRINTABLE.pattern());
        }
    }

    /** The largest messages of the smallest records. */
    private static List<ByteBuffer> costlyMessages() {
        List<ByteBuffer> messages = new ArrayList<>();
        for (int type : new int[] {1, 3, 6, 7, 8, 9}) {
            for (Tag tag : new Tag[] {
                Tag.ABSENT, Tag.PRESENT, Tag.INFO, Tag.SERVICE, Tag.DEVICE_ID, Tag.PAYLOAD, Tag.ATTRIBUTE, Tag.DOCUMENT
            }) {
                ByteBuffer body = ByteBuffer.allocate(Protocol.MAX_MESSAGE).putShort((short) type);
                body.putShort((short) Tag.SEQUENCE.number).putShort((short) 8).putLong(1);
                body.putShort((short) Tag.PART.number).putShort((short) 1).put((byte) 0);
                while (body.remaining() >= 5) {
                    body.putShort((short) tag.number).putShort((short) 1).put((byte) 'a');
                }
                messages.add(body.flip());
            }
        }
        return messages;
    }

    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63})
    void anAnnouncementPutTogetherFromPartsIsTheSameAsTheWhole(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        for (int many : new int[] {0, 1, 2, 9}) {
            List<Change> changes = messages.changes(many);
            for (Part part : Part.values()) {
                ByteBuffer records = records(changes);
                ByteBuffer head = Announcements.head(seed << 40, part, records.remaining());
                ByteBuffer whole = ByteBuffer.allocate(head.remaining() + records.remaining())
                        .put(head)
                        .put(records)
                        .flip();
                assertThat(whole).isEqualTo(ControlCodec.encode(new Announce(seed << 40, part, changes)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {71, 72, 73, 74})
    void whatADeviceSignsSurvivesTheRoundTripAndDamageIsRefusedOrSomethingElse(long seed) throws ProtocolException {
        RandomMessages messages = new RandomMessages(seed);
        for (int round = 0; round < 200; round++) {
            InfoDocument document = messages.infoDocument();
            Opaque body = document.encode();
            assertThat(InfoDocument.decode(body)).as("seed %d", seed).isEqualTo(document);
            for (int i = 0; i < 20; i++) {
                try {
                    InfoDocument other = InfoDocument.decode(Opaque.copyOf(damaged(body.bytes(), messages.random())));
                    assertThat(InfoDocument.decode(other.encode())).isEqualTo(other);
                } catch (ProtocolException e) {
                    assertThat(String.valueOf(e.getMessage())).matches(PRINTABLE);
                }
            }
        }
    }

    private static ByteBuffer records(List<Change> changes) {
        ByteBuffer records = ByteBuffer.allocate(Announcements.MOST_RECORDS);
        changes.forEach(change -> records.put(Announcements.record(change)));
        return records.flip();
    }

    @Test
    void aFullAnnouncementIsAsLargeAsAMessageMayBe() {
        assertThat(Announcements.head(1, Part.DELTA, Announcements.MOST_RECORDS).getInt())
                .isEqualTo(Protocol.MAX_MESSAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Announcements.head(1, Part.DELTA, Announcements.MOST_RECORDS + 1));
    }

    private static ByteBuffer body(ControlMessage message) {
        return ControlCodec.encode(message).position(ControlCodec.LENGTH_FIELD).slice();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Anything but a message, of which the same comes back when it is written again, or a refusal fails. */
    private static @Nullable ControlMessage decodeOrRefuse(ByteBuffer body, long seed) {
        try {
            ControlMessage message = ControlCodec.decode(body.duplicate());
            if (!(message instanceof ControlMessage.Unknown)) {
                assertThat(ControlCodec.decode(body(message))).isEqualTo(message);
            }
            return message;
        } catch (ProtocolException e) {
            String sentence = String.valueOf(e.getMessage());
            if (!PRINTABLE.matcher(sentence).matches()) {
                fail("seed %d: the refusal's sentence is \"%s\"", seed, sentence);
            }
            return null;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ", body " + HexFormat.of().formatHex(bytes(body)), e);
        }
    }

    private static void preambleOrRefuse(ByteBuffer bytes, long seed) {
        try {
            Preamble.decode(bytes).negotiate();
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
