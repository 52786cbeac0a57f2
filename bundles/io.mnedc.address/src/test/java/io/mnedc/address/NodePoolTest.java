package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodePoolTest {
    @Test
    void lastFreeNodeOfTheLargestPoolIsFound() {
        NodePool pool = new NodePool(2, 16_777_214, 9_000_000);
        for (int node = 2; node <= 16_777_214; node++) {
            if (node != 5) {
                pool.take(node);
            }
        }

        assertThat(pool.takeAny()).hasValue(5);
        assertThat(pool.takeAny()).isEmpty();
        pool.free(16_777_214);
        assertThat(pool.takeAny()).hasValue(16_777_214);
    }

    @Test
    void neverGivesANodeTwice() {
        Random random = new Random(3);
        NodePool pool = new NodePool(2, 62, 40);
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            int node = random.nextInt(-3, 70);
            switch (random.nextInt(3)) {
                case 0 -> {
                    pool.free(node);
                    taken.remove(node);
                }
                case 1 -> {
                    pool.take(node);
                    if (node >= 2 && node <= 62) {
                        taken.add(node);
                    }
                }
                default ->
                    pool.takeAny()
                            .ifPresentOrElse(
                                    given -> assertThat(taken.add(given)).isTrue(),
                                    () -> assertThat(taken).hasSize(61));
            }
        }
    }
}
