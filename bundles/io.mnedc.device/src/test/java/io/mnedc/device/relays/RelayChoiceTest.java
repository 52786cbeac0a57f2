package io.mnedc.device.relays;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** In which order devices try the relays of their overlay. */
class RelayChoiceTest {
    private static final int DEVICES = 20_000;

    private static KnownRelay relay(String id, int load) {
        return relay(id, load, KnownRelay.UNKNOWN);
    }

    private static KnownRelay relay(String id, int load, long roundTrip) {
        return new KnownRelay(id, load, roundTrip, "", List.of(id + ".example:3334"));
    }

    private static List<String> order(String device, List<KnownRelay> relays) {
        return RelayChoice.order(device, relays).stream()
                .map(KnownRelay::relayId)
                .toList();
    }

    private static Map<String, Integer> firsts(List<KnownRelay> relays) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < DEVICES; i++) {
            counts.merge(order("gw-" + i, relays).get(0), 1, Integer::sum);
        }
        return counts;
    }

    private static double share(Map<String, Integer> firsts, String relay) {
        return Objects.requireNonNull(firsts.get(relay));
    }

    @RepeatedTest(5)
    void devicesAreSpreadEvenly(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        int relays = random.nextInt(2, 12);
        List<KnownRelay> all = new ArrayList<>();
        for (int i = 0; i < relays; i++) {
            all.add(relay(Long.toHexString(random.nextLong()), 0));
        }
        double fair = (double) DEVICES / relays;
        assertThat(firsts(all)).hasSize(relays);
        assertThat(firsts(all).values())
                .allSatisfy(count -> assertThat((double) count).isBetween(fair * 0.9, fair * 1.1));
    }

    @Test
    void devicesOfALostRelayAreSpreadAndNobodyElseMoves() {
        List<KnownRelay> before = List.of(relay("a", 0), relay("b", 0), relay("c", 0), relay("d", 0));
        List<KnownRelay> after = before.subList(0, 3);
        Map<String, Integer> moved = new HashMap<>();
        for (int i = 0; i < DEVICES; i++) {
            String first = order("gw-" + i, before).get(0);
            String now = order("gw-" + i, after).get(0);
            if (first.equals("d")) {
                moved.merge(now, 1, Integer::sum);
                assertThat(now).isEqualTo(order("gw-" + i, before).get(1));
            } else {
                assertThat(now).isEqualTo(first);
            }
        }
        double fair = DEVICES / 12.0;
        assertThat(moved.values())
                .hasSize(3)
                .allSatisfy(count -> assertThat((double) count).isBetween(fair * 0.9, fair * 1.1));
    }

    @Test
    void aBusyRelayGetsFewer() {
        Map<String, Integer> firsts = firsts(List.of(relay("a", 0), relay("b", 500), relay("c", 750)));
        double share = DEVICES / 7.0;
        assertThat(share(firsts, "a")).isBetween(share * 4 * 0.9, share * 4 * 1.1);
        assertThat(share(firsts, "b")).isBetween(share * 2 * 0.9, share * 2 * 1.1);
        assertThat(share(firsts, "c")).isBetween(share * 0.9, share * 1.1);
    }

    @Test
    void aRelayThatWantsNoneComesLast() {
        List<KnownRelay> relays = List.of(relay("a", 1000, 1000), relay("b", 999, 900_000), relay("c", 0, 900_000));
        for (int i = 0; i < 1000; i++) {
            assertThat(order("gw-" + i, relays)).endsWith("a");
        }
    }

    @Test
    void aRelayThatIsClearlyFartherComesBehindTheNearOnesHoweverBusyTheyAre() {
        long near = 5_000;
        long far = near * RelayChoice.FARTHER_TIMES + RelayChoice.FARTHER_MICROS;
        for (int i = 0; i < 1000; i++) {
            assertThat(order("gw-" + i, List.of(relay("a", 950, near), relay("b", 0, far + 1), relay("c", 900))))
                    .endsWith("b");
        }
        assertThat(firsts(List.of(relay("a", 0, near), relay("b", 0, far))))
                .as("a difference that is not clear does not count")
                .containsOnlyKeys("a", "b");
    }

    @Test
    void theOrderIsTheSameEachTimeWhateverTheOrderOfWhatWasTold() {
        List<KnownRelay> one = List.of(relay("a", 10), relay("b", 20), relay("c", 30));
        List<KnownRelay> other = List.of(relay("c", 30), relay("a", 10), relay("b", 20));
        for (int i = 0; i < 1000; i++) {
            assertThat(order("gw-" + i, one)).isEqualTo(order("gw-" + i, other));
        }
    }
}
