package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue<String> sources = new FairQueue<>();

    private static SourceNetwork source(int number) {
        return new SourceNetwork(number, false);
    }

    private FairQueue<String>.Place add(int source, String thing) {
        return sources.add(source(source), thing);
    }

    private static String thing(FairQueue<String>.@Nullable Place place) {
        return place == null ? "none" : place.thing();
    }

    @Test
    void theSourceWithTheMostAndTheOneWithTheFewestAreFound() {
        assertThat(thing(sources.oldestOfMost())).isEqualTo("none");
        assertThat(thing(sources.newestOfFewest())).isEqualTo("none");
        add(1, "a");
        add(2, "b");
        var c = add(2, "c");
        add(3, "d");
        assertThat(thing(sources.oldest())).isEqualTo("a");
        assertThat(thing(sources.oldestOfMost())).isEqualTo("b");
        assertThat(thing(sources.newestOfFewest())).isEqualTo("d");
        assertThat(sources.remove(c)).isTrue();
        assertThat(sources.remove(c)).isFalse();
        assertThat(thing(sources.oldestOfMost())).as("of equals the oldest").isEqualTo("a");
        assertThat(thing(sources.oldestOf(source(2)))).isEqualTo("b");
        assertThat(thing(sources.oldestOf(source(9)))).isEqualTo("none");
        assertThat(sources.sizeOf(source(2))).isEqualTo(1);
        assertThat(sources.size()).isEqualTo(3);
    }

    @Test
    void whateverComesAndGoesTheAnswersAreThoseOfALongLook() {
        Random random = new Random(3);
        List<FairQueue<String>.Place> there = new ArrayList<>();
        List<Integer> from = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            if (there.isEmpty() || random.nextInt(5) < 3 - there.size() / 100) {
                int source = random.nextInt(20);
                there.add(add(source, String.valueOf(i)));
                from.add(source);
            } else {
                int one = random.nextInt(there.size());
                assertThat(sources.remove(there.remove(one))).isTrue();
                from.remove(one);
            }
            int[] counts = new int[20];
            from.forEach(source -> counts[source]++);
            int most = 0;
            int fewest = Integer.MAX_VALUE;
            for (int count : counts) {
                most = Math.max(most, count);
                fewest = count == 0 ? fewest : Math.min(fewest, count);
            }
            assertThat(sources.size()).isEqualTo(there.size());
            if (there.isEmpty()) {
                continue;
            }
            int first = -1;
            for (int j = there.size() - 1; j >= 0; j--) {
                first = counts[from.get(j)] == most ? j : first;
            }
            assertThat(thing(sources.oldestOfMost())).isEqualTo(there.get(first).thing());
            String newest = thing(sources.newestOfFewest());
            int at = from.get(
                    there.stream().map(FairQueue<String>.Place::thing).toList().indexOf(newest));
            assertThat(counts[at]).isEqualTo(fewest);
        }
    }
}
