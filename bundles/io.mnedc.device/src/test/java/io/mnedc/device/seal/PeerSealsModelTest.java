package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.seal.World.End;
import io.mnedc.device.seal.World.Weather;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two devices over a channel that loses, repeats and reorders envelopes, with attackers on the data stream and restarts
 * of either end. The world itself checks, at each step, that no message is delivered twice, out of order or altered, that
 * no key seals two frames with one counter, and (without restarts) that nobody seals with what the other cannot open.
 */
@Timeout(300)
class PeerSealsModelTest {
    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("mnedc.seeds", 8));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void convergesOverABadChannel(long seed) {
        World world = new World(seed);
        storm(world, false);
        calm(world);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void convergesAfterRestarts(long seed) {
        World world = new World(seed);
        world.low.expectsOpener = false;
        world.high.expectsOpener = false;
        storm(world, true);
        calm(world);
    }

    private static void storm(World world, boolean restarts) {
        Random random = world.random;
        world.weather = new Weather(random.nextDouble() * 0.3, random.nextDouble() * 0.3, 1 + random.nextInt(400));
        for (int i = 0; i < 1500; i++) {
            End end = random.nextBoolean() ? world.low : world.high;
            switch (random.nextInt(restarts ? 10 : 9)) {
                case 0, 1, 2, 3 -> end.say();
                case 4 -> attack(random, end);
                case 5 -> end.seals.unknownEpoch(world.other(end).node, world.now);
                case 6 -> rarely(random, 10, () -> world.skip(1 + random.nextInt(200)));
                case 9 -> rarely(random, 10, end::start);
                default -> world.pass(random.nextInt(30));
            }
        }
    }

    private static void rarely(Random random, int times, Runnable action) {
        if (random.nextInt(times) == 0) {
            action.run();
        }
    }

    /** Puts a frame that was seen before into the stream: as it was, altered, or cut. */
    private static void attack(Random random, End victim) {
        End source = victim.peer();
        if (source.sentFrames.isEmpty()) {
            return;
        }
        byte[] frame =
                source.sentFrames.get(random.nextInt(source.sentFrames.size())).clone();
        switch (random.nextInt(3)) {
            case 0 -> frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> frame = java.util.Arrays.copyOf(frame, 40 + random.nextInt(frame.length - 40));
            default -> {}
        }
        int before = victim.delivered;
        victim.frame(frame);
        assertThat(victim.delivered).as("an attacker's frame is delivered").isEqualTo(before);
    }

    /** With a good channel, all that is said arrives, soon. */
    private static void calm(World world) {
        world.weather = Weather.FINE;
        // the longest pause after failures, and whatever is still flying
        for (int i = 0; i < 600; i++) {
            world.low.say();
            world.high.say();
            world.pass(100);
        }
        int low = world.low.delivered;
        int high = world.high.delivered;
        for (int i = 0; i < 100; i++) {
            world.low.say();
            world.high.say();
            world.pass(20);
        }
        assertThat(world.low.delivered - low).isEqualTo(100);
        assertThat(world.high.delivered - high).isEqualTo(100);
    }
}
