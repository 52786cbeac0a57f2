package io.mnedc.lab.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the bench.
 *
 * @param seconds length of a transfer
 * @param peers whether other overlays are measured too; those that {@code systems} names are in any case
 * @param quick whether to save time at the cost of precision
 * @param systems ids of the systems to measure; all when empty
 * @param measures ids of what to measure; all when empty
 * @param json where to write the results
 * @param report results of an earlier run to make the pages of, instead of a run
 */
record Options(
        int rounds,
        int seconds,
        boolean peers,
        boolean quick,
        List<String> systems,
        List<String> measures,
        @Nullable Path json,
        @Nullable Path report) {
    private static final int ROUNDS = 5;
    private static final int SECONDS = 3;
    private static final int QUICK_ROUNDS = 2;
    private static final int QUICK_SECONDS = 1;

    private static final List<String> SYSTEMS = Stream.concat(
                    Stream.of(Systems.PLAIN, Systems.SEALED, Systems.OPEN),
                    Peer.all().stream().map(Peer::id))
            .toList();
    private static final List<String> MEASURES = List.of(
            StartMeasurement.ID,
            IdleMeasurement.ID,
            TcpMeasurement.ID,
            DelayMeasurement.ID,
            UdpMeasurement.SMALL,
            UdpMeasurement.LARGE);

    /** Throws an IllegalArgumentException that names the option and what it wants. */
    static Options parse(String... words) {
        int rounds = 0;
        int seconds = 0;
        boolean peers = false;
        boolean quick = false;
        List<String> systems = List.of();
        List<String> measures = List.of();
        Path json = null;
        Path report = null;
        for (int i = 0; i < words.length; i++) {
            String option = words[i];
            switch (option) {
                case "--peers" -> peers = true;
                case "--quick" -> quick = true;
                case "--rounds" -> rounds = number(option, value(words, ++i));
                case "--seconds" -> seconds = number(option, value(words, ++i));
                case "--systems" -> systems = names(option, value(words, ++i), SYSTEMS);
                case "--measures" -> measures = names(option, value(words, ++i), MEASURES);
                case "--json" -> json = Path.of(value(words, ++i));
                case "--report" -> report = Path.of(value(words, ++i));
                default -> throw new IllegalArgumentException("bench has no option " + option);
            }
        }
        return new Options(
                rounds > 0 ? rounds : quick ? QUICK_ROUNDS : ROUNDS,
                seconds > 0 ? seconds : quick ? QUICK_SECONDS : SECONDS,
                peers,
                quick,
                systems,
                measures,
                json,
                report);
    }

    /** Whether this system is to be measured. */
    boolean wantsSystem(String id) {
        return systems.isEmpty() || systems.contains(id);
    }

    /** Whether this is to be measured. */
    boolean wantsMeasure(String id) {
        return measures.isEmpty() || measures.contains(id);
    }

    private static String value(String[] words, int index) {
        if (index >= words.length) {
            throw new IllegalArgumentException(words[index - 1] + " wants a value");
        }
        return words[index];
    }

    private static List<String> names(String option, String value, List<String> known) {
        List<String> names = List.of(value.split(",", -1));
        if (!known.containsAll(names)) {
            throw new IllegalArgumentException(option + " " + value + ": want some of " + String.join(",", known));
        }
        return names;
    }

    private static int number(String option, String value) {
        if (!value.matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException(option + " " + value + ": want a number from 1 to 999");
        }
        return Integer.parseInt(value);
    }
}
