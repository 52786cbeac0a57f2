package io.mnedc.load;

import io.mnedc.security.TlsChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do.
 *
 * @param levels numbers of devices, rising
 * @param seconds how long each level is watched while nothing happens
 * @param kill whether the relay is killed at the end
 * @param relays how many relays of one overlay there are; each has its share of the devices
 * @param tls whose TLS both ends use: java or boringssl
 * @param directory where relay and keys are kept from run to run
 * @param json where to write the results; null: nowhere
 */
record ScaleOptions(
        List<Integer> levels,
        int seconds,
        boolean kill,
        int relays,
        TlsChoice tls,
        Path directory,
        @Nullable Path json) {
    private static final List<Integer> LEVELS = List.of(100, 1000, 3000, 10_000);

    /** Reads a command line; the launcher has checked it. */
    static ScaleOptions parse(Path directory, String... arguments) {
        List<Integer> levels = LEVELS;
        int seconds = 20;
        boolean kill = true;
        int relays = 1;
        TlsChoice tls = TlsChoice.BORINGSSL;
        Path json = null;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--devices" -> levels = upTo(Integer.parseInt(arguments[++i]));
                case "--seconds" -> seconds = Integer.parseInt(arguments[++i]);
                case "--json" -> json = Path.of(arguments[++i]);
                case "--tls" -> tls = TlsChoice.parse(arguments[++i]);
                case "--no-kill" -> kill = false;
                case "--relays" -> relays = Integer.parseInt(arguments[++i]);
                default -> throw new IllegalArgumentException("no option " + arguments[i]);
            }
        }
        return new ScaleOptions(levels, seconds, kill && relays == 1, relays, tls, directory, json);
    }

    private static List<Integer> upTo(int most) {
        List<Integer> levels =
                new ArrayList<>(LEVELS.stream().filter(level -> level < most).toList());
        levels.add(most);
        return List.copyOf(levels);
    }

    int most() {
        return levels.get(levels.size() - 1);
    }
}
