package io.mnedc.device.relays;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many devices lose their relay at the same moment, in simulated time: by the code that a device runs. */
class FailOverSimulationTest {
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    private record Join(long nanos, String relay) {}

    private static List<KnownRelay> relays(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<KnownRelay> relays = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = Long.toHexString(random.nextLong());
            relays.add(new KnownRelay(id, 0, ROUND_TRIP.toNanos() / 1000, "", List.of(id + ".example:3334")));
        }
        return relays;
    }

    @ParameterizedTest
    @CsvSource({
        "   2000,  3, 1",
        "   2000,  3, 2",
        "   2000,  3, 3",
        "   6000,  3, 4",
        " 100000, 10, 5",
    })
    void theOthersShareTheDevicesOfALostRelayWithoutAStampede(int devices, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<KnownRelay> relays = relays(count, seed);
        Map<String, Integer> load = new HashMap<>();
        List<Join> joins = new ArrayList<>();
        String dead = relays.get(0).relayId();
        for (int i = 0; i < devices; i++) {
            List<KnownRelay> order = RelayChoice.order("gw-" + seed + "-" + i, relays);
            String home = order.get(0).relayId();
            if (home.equals(dead)) {
                // its relay refuses at once, then comes the next one
                Duration pause = FailOver.pause(devices, count, random);
                home = order.get(1).relayId();
                joins.add(new Join(pause.plus(ROUND_TRIP).toNanos(), home));
            }
            load.merge(home, 1, Integer::sum);
        }
        double fair = (double) devices / (count - 1);
        assertThat(load).hasSize(count - 1);
        assertThat(load.values())
                .allSatisfy(here -> assertThat((double) here)
                        .as("devices of a relay, where %s is fair", fair)
                        .isBetween(fair * 0.9, fair * 1.1));
        assertThat(most(joins)).as("joins at one relay in any second").isLessThanOrEqualTo(MOST_JOINS);
        long last = joins.stream().mapToLong(Join::nanos).max().orElseThrow();
        assertThat(last)
                .as("all have moved")
                .isLessThanOrEqualTo(
                        FailOver.window(devices, count).plus(ROUND_TRIP).toNanos());
    }

    /** That of the rate, and what chance adds: more than four standard deviations of it. */
    private static final int MOST_JOINS = FailOver.JOINS_A_SECOND * 4 / 3;

    /** {@return the most joins that one relay gets in any second, wherever it begins} */
    private static int most(List<Join> joins) {
        Map<String, List<Long>> byRelay = new HashMap<>();
        joins.forEach(join -> byRelay.computeIfAbsent(join.relay(), relay -> new ArrayList<>())
                .add(join.nanos()));
        int most = 0;
        for (List<Long> times : byRelay.values()) {
            times.sort(null);
            int first = 0;
            for (int last = 0; last < times.size(); last++) {
                while (times.get(last) - times.get(first)
                        >= Duration.ofSeconds(1).toNanos()) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"10, 3, 6", "1000, 1, 0", "1000000, 2, 30000"})
    void fewDevicesHardlyWaitAndNobodyWaitsForLong(int devices, int relays, long millis) {
        assertThat(FailOver.window(devices, relays)).isEqualTo(Duration.ofMillis(millis));
    }
}
