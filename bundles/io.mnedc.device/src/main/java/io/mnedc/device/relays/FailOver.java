package io.mnedc.device.relays;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a device waits before it goes on after it has lost its relay. All devices of a relay lose it at the same moment. Each waits
 * for a random time within a window that grows with their number, so that the other relays get them at a rate that they can serve. The
 * number is estimated: devices are spread evenly over the relays.
 */
public final class FailOver {
    /** About how many devices of a lost relay come to each of the others in a second. */
    public static final int JOINS_A_SECOND = 250;

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private FailOver() {}

    /**
     * {@return how long to wait; nothing if there is no other relay}
     *
     * @param devices how many devices the overlay has, as far as this one knows
     * @param relays how many relays it had, with the lost one
     */
    public static Duration pause(int devices, int relays, RandomGenerator random) {
        return Duration.ofNanos((long) (window(devices, relays).toNanos() * random.nextDouble()));
    }

    /** {@return within what time the devices of a lost relay come to the others} */
    static Duration window(int devices, int relays) {
        if (relays < 2) {
            return Duration.ZERO;
        }
        double lost = (double) devices / relays;
        double seconds = lost / (JOINS_A_SECOND * (relays - 1.0));
        return Duration.ofMillis(Math.min(LONGEST.toMillis(), (long) (seconds * 1000)));
    }
}
