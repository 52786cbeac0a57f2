package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames are found in a stream whatever the bytes before, after and around them. */
class DataFramePropertiesTest {
    private static final int BEFORE = 37;

    /** Where bytes outside of what was received would be read, this throws. */
    private static int complete(byte[] received) throws ProtocolException {
        return DataFrame.complete(ByteBuffer.wrap(received), 0, received.length);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void runOfFramesIsCutWhereItWasJoined(long seed) throws ProtocolException {
        Random random = new Random(seed);
        ByteBuffer stream = ByteBuffer.allocate(1 << 20);
        List<Integer> sizes = new ArrayList<>();
        stream.position(BEFORE);
        while (stream.remaining() > DataFrame.MAX_FRAME) {
            int payload = random.nextInt(4) == 0 ? DataFrame.MAX_PAYLOAD : random.nextInt(3_000);
            DataFrame.putHeader(
                    stream, stream.position(), random.nextInt(16), random.nextInt(), random.nextInt(), 1, payload);
            sizes.add(DataFrame.HEADER + payload);
            stream.position(stream.position() + DataFrame.HEADER + payload);
        }
        int at = BEFORE;
        for (int size : sizes) {
            for (int missing : new int[] {size, size - 1, size - 3, size - 4, size - 5, size - DataFrame.HEADER, 1}) {
                assertThat(DataFrame.complete(stream, at, at + size - missing))
                        .as("seed %d, %d of %d bytes", seed, size - missing, size)
                        .isZero();
            }
            assertThat(DataFrame.complete(stream, at, stream.position())).isEqualTo(size);
            at += size;
        }
        assertThat(at).isEqualTo(stream.position());
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void anyBytesAreRefusedIncompleteOrWithinTheLimits(long seed) {
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 70_000; i++) {
            byte[] bytes = new byte[random.nextInt(48)];
            random.nextBytes(bytes);
            if (bytes.length > 4 && random.nextInt(4) > 0) {
                bytes[0] = 0;
                bytes[1] = (byte) random.nextInt(2);
                bytes[2] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
                bytes[4] = (byte) (DataFrame.VERSION << 4 | random.nextInt(16));
            }
            try {
                int size = complete(bytes);
                accepted += size > 0 ? 1 : 0;
                assertThat(size == 0 || (size >= DataFrame.HEADER && size <= bytes.length))
                        .as("seed %d", seed)
                        .isTrue();
            } catch (ProtocolException e) {
                assertThat(e.code())
                        .isIn(ErrorCode.TOO_LARGE, ErrorCode.PROTOCOL_VIOLATION, ErrorCode.VERSION_UNSUPPORTED);
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void bytesBehindTheEndAreNotLookedAt() throws ProtocolException {
        byte[] frame = new byte[DataFrame.HEADER];
        DataFrame.putHeader(ByteBuffer.wrap(frame), 0, DataFrame.ECHO, 2, 1, 1, 0);
        for (int there = 0; there < frame.length; there++) {
            byte[] stale = frame.clone();
            java.util.Arrays.fill(stale, there, stale.length, (byte) 0xff);
            assertThat(DataFrame.complete(ByteBuffer.wrap(stale), 0, there)).isZero();
        }
        assertThat(complete(frame)).isEqualTo(frame.length);
    }

    @Test
    void payloadIsNeverLargerThanTheLargestUnlessSealed() throws ProtocolException {
        ByteBuffer frame = ByteBuffer.allocate(DataFrame.MAX_FRAME);
        DataFrame.putHeader(frame, 0, DataFrame.PACKET, 2, 3, 1, DataFrame.MAX_PAYLOAD);
        assertThat(DataFrame.complete(frame, 0, frame.limit())).isEqualTo(DataFrame.HEADER + DataFrame.MAX_PAYLOAD);
        DataFrame.putHeader(frame, 0, DataFrame.PACKET, 2, 3, 1, DataFrame.MAX_PAYLOAD + 1);
        assertThatThrownBy(() -> DataFrame.complete(frame, 0, frame.limit())).isInstanceOf(ProtocolException.class);
        DataFrame.putHeader(frame, 0, DataFrame.PACKET, 2, 3, 1, DataFrame.MAX_PAYLOAD + DataFrame.TAG);
        frame.put(5, (byte) DataFrame.SEALED);
        assertThat(DataFrame.complete(frame, 0, frame.limit())).isEqualTo(DataFrame.MAX_FRAME);
    }
}
