package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendQueueTest {
    private static final long MILLI = 1_000_000;
    private static final StreamSettings SETTINGS = new StreamSettings(0, 1 << 20, Duration.ofMillis(100));

    private final Socket socket = new Socket();
    private final ChunkPool pool = new ChunkPool(4 << 20);
    private final SendQueue queue = new SendQueue(socket, new SendBuffer(0, bytes -> {}), pool, SETTINGS);

    /** Takes as many bytes as it is told to. */
    private static final class Socket implements WritableByteChannel {
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int room;

        @Override
        public int write(ByteBuffer bytes) {
            int taken = Math.min(room, bytes.remaining());
            for (int i = 0; i < taken; i++) {
                sent.write(bytes.get());
            }
            room -= taken;
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}

        /** The counters of the frames that left; fails if they are not whole. */
        List<Long> frames() throws Exception {
            ByteBuffer all = ByteBuffer.wrap(sent.toByteArray());
            List<Long> counters = new ArrayList<>();
            for (int at = 0; at < all.limit(); ) {
                int size = DataFrame.complete(all, at, all.limit());
                assertThat(size)
                        .as("a whole frame at byte %s of %s", at, all.limit())
                        .isPositive();
                for (int i = DataFrame.HEADER; i < size; i++) {
                    assertThat(all.get(at + i)).isEqualTo((byte) DataFrame.counter(all, at));
                }
                counters.add(DataFrame.counter(all, at));
                at += size;
            }
            return counters;
        }
    }

    /** Frames with rising counters; each payload byte is its frame's counter. */
    private static ByteBuffer frames(long firstCounter, int... payloads) {
        int total = 0;
        for (int payload : payloads) {
            total += DataFrame.HEADER + payload;
        }
        ByteBuffer out = ByteBuffer.allocateDirect(Math.max(1, total));
        int at = 0;
        long counter = firstCounter;
        for (int payload : payloads) {
            DataFrame.putHeader(out, at, DataFrame.PACKET, 2, 3, counter, payload);
            for (int i = 0; i < payload; i++) {
                out.put(at + DataFrame.HEADER + i, (byte) counter);
            }
            at += DataFrame.HEADER + payload;
            counter++;
        }
        return out;
    }

    private boolean send(ByteBuffer frames, long now) throws Exception {
        return queue.send(frames, 0, frames.capacity(), now);
    }

    @Test
    void writesStraightIntoTheSocketWhileItTakesEverything() throws Exception {
        socket.room = Integer.MAX_VALUE;
        assertThat(send(frames(1, 100, 200), 0)).isFalse();
        assertThat(socket.frames()).containsExactly(1L, 2L);
        assertThat(pool.usedBytes()).isZero();
    }

    @Test
    void finishesAFrameThatItHasBegunAndKeepsTheOrder() throws Exception {
        socket.room = 150;
        assertThat(send(frames(1, 100, 200), 0)).isTrue();
        assertThat(send(frames(3, 50), 0)).as("it waits already").isFalse();
        socket.room = Integer.MAX_VALUE;
        assertThat(queue.drain(0)).isFalse();
        assertThat(socket.frames()).containsExactly(1L, 2L, 3L);
        assertThat(pool.usedBytes()).isZero();
    }

    @Test
    void dropsTheOldestFramesWhenTheyWaitTooLongButFinishesTheBegunOne() throws Exception {
        socket.room = 60;
        send(frames(1, 100, 100, 100), 0);
        send(frames(4, 100), 99 * MILLI);
        socket.room = Integer.MAX_VALUE;
        queue.drain(101 * MILLI);
        assertThat(socket.frames()).containsExactly(1L, 4L);
        assertThat(queue.droppedFrames()).isEqualTo(2);
    }

    @Test
    void dropsTheOldestFramesWhenTooManyBytesWait() throws Exception {
        socket.room = 0;
        int counter = 1;
        for (; counter <= 40; counter++) {
            send(frames(counter, 60_000), counter * 10L * MILLI / 40);
            assertThat(queue.queuedBytes()).isLessThanOrEqualTo(SETTINGS.queueBytes());
        }
        socket.room = Integer.MAX_VALUE;
        queue.drain(20 * MILLI);
        List<Long> left = socket.frames();
        assertThat(left).last().isEqualTo(40L);
        assertThat(left.size() + queue.droppedFrames()).isEqualTo(40);
    }

    @Test
    void anEmptyPoolCostsOldFramesNotTheConnection() throws Exception {
        SendQueue small =
                new SendQueue(socket, new SendBuffer(0, bytes -> {}), new ChunkPool(ChunkPool.CHUNK), SETTINGS);
        socket.room = 10;
        for (int i = 1; i <= 10; i++) {
            ByteBuffer one = frames(i, 60_000);
            small.send(one, 0, one.capacity(), 0);
        }
        socket.room = Integer.MAX_VALUE;
        small.drain(0);
        assertThat(socket.frames()).first().isEqualTo(1L);
        assertThat(small.droppedFrames()).isPositive();
    }

    @Test
    void sendsNothingAfterItsRelease() throws Exception {
        socket.room = 10;
        send(frames(1, 100), 0);
        queue.release();
        socket.room = Integer.MAX_VALUE;
        assertThat(send(frames(2, 100), 0)).isFalse();
        assertThat(queue.drain(0)).isFalse();
        assertThat(socket.sent.size()).isEqualTo(10);
        assertThat(pool.usedBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void whateverTheSocketTakesOnlyWholeFramesLeaveInOrderAndEachIsCounted(long seed) throws Exception {
        Random random = new Random(seed);
        long counter = 1;
        long now = 0;
        for (int step = 0; step < 300; step++) {
            now += random.nextInt(20) * MILLI;
            socket.room = random.nextInt(4) == 0 ? 0 : random.nextInt(200_000);
            if (random.nextBoolean()) {
                int[] payloads = random.ints(
                                1 + random.nextInt(5), 0, random.nextBoolean() ? 200 : DataFrame.MAX_PAYLOAD)
                        .toArray();
                send(frames(counter, payloads), now);
                counter += payloads.length;
            } else {
                queue.drain(now);
            }
        }
        socket.room = Integer.MAX_VALUE;
        queue.drain(now);
        List<Long> left = socket.frames();
        assertThat(left).isSorted().doesNotHaveDuplicates();
        assertThat(left.size() + queue.droppedFrames()).isEqualTo(counter - 1);
        assertThat(pool.usedBytes()).isZero();
    }
}
