package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadBuffersTest {
    private static final int LARGEST_FRAME = 66_000;

    private final ReadBuffers buffers = new ReadBuffers();
    private final Set<ByteBuffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Bytes come in a row, 0, 1, 2 and so on, per stream; all but the rest of a frame is taken each time. */
    private final class Reader {
        private final ReadBuffers.Rest rest = new ReadBuffers.Rest();
        private long came;
        private long took;

        void read(int bytes, int leave) {
            ByteBuffer in = buffers.forReading(rest);
            seen.add(in);
            int begin = ReadBuffers.begin(rest);
            assertThat(in.position() - begin).isEqualTo((int) (came - took));
            assertThat(in.remaining()).isGreaterThanOrEqualTo(ReadBuffers.READ);
            int more = Math.min(bytes, in.remaining());
            for (int i = 0; i < more; i++) {
                in.put((byte) came++);
            }
            int end = in.position();
            int used = begin;
            while (end - used > leave) {
                if (in.get(used) != (byte) took) {
                    fail("byte " + took);
                }
                took++;
                used++;
            }
            // handlers leave the buffer as they like
            in.clear();
            buffers.keep(rest, in, used, end);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyStreamGoesOnWhereItWas(long seed) {
        Random random = new Random(seed);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            readers.add(new Reader());
        }
        for (int step = 0; step < 1_000; step++) {
            Reader reader = readers.get(random.nextInt(readers.size()));
            reader.read(
                    random.nextInt(random.nextBoolean() ? 2_000 : ReadBuffers.READ),
                    random.nextInt(random.nextBoolean() ? 600 : LARGEST_FRAME));
            if (random.nextInt(50) == 0) {
                buffers.forget(reader.rest);
                readers.set(readers.indexOf(reader), new Reader());
            }
        }
        assertThat(seen).as("buffers, of which 16 may be lent").hasSizeLessThanOrEqualTo(17);
    }

    @Test
    void streamsWithoutRestsShareOneBuffer() {
        for (int i = 0; i < 100; i++) {
            new Reader().read(1_000, 0);
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void aLongRestIsNotMoved() {
        Reader reader = new Reader();
        reader.read(60_000, 60_000);
        ByteBuffer first = buffers.forReading(reader.rest);
        assertThat(seen).containsExactly(first);
        buffers.keep(reader.rest, first, ReadBuffers.begin(reader.rest), 60_000);
        new Reader().read(10, 0);
        assertThat(seen).hasSize(2);
    }
}
