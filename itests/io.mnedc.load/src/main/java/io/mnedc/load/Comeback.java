package io.mnedc.load;

import java.util.List;

/**
 * How the devices came back after the relay was killed.
 *
 * @param down seconds from the kill until the relay listened again
 * @param in how many devices were in at the end of each second after that
 * @param seconds from then until all were in
 * @param announcedSeconds from then until each knew all others
 * @param attempts that failed meanwhile, most while nobody listened
 * @param relayCpu the new relay's processor time, seconds
 * @param exchanges between pairs that were back already
 * @param ping99 of the relay's answers on control streams, 99 % within so many milliseconds
 */
record Comeback(
        double down,
        List<Integer> in,
        double seconds,
        double announcedSeconds,
        int attempts,
        double relayCpu,
        Level.Exchanges exchanges,
        double ping99) {
    Comeback {
        in = List.copyOf(in);
    }
}
