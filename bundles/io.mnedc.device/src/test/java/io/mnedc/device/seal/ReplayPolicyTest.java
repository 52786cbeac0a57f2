package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.seal.ReplayPolicy.SlidingWindow;
import io.mnedc.device.seal.ReplayPolicy.StrictOrder;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayPolicyTest {
    private static boolean take(ReplayPolicy policy, long counter) {
        boolean isNew = policy.isNew(counter);
        if (isNew) {
            policy.taken(counter);
        }
        return isNew;
    }

    @Test
    void strictOrderTakesNothingOvertaken() {
        ReplayPolicy policy = new StrictOrder();
        assertThat(take(policy, 0)).isTrue();
        assertThat(take(policy, 0)).isFalse();
        assertThat(take(policy, 5)).isTrue();
        assertThat(take(policy, 4)).isFalse();
        assertThat(take(policy, -1)).isTrue();
        assertThat(take(policy, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void windowTakesWhatWasOvertakenOnce() {
        ReplayPolicy policy = new SlidingWindow();
        assertThat(take(policy, 5000)).isTrue();
        assertThat(take(policy, 5000 - SlidingWindow.SIZE + 1)).isTrue();
        assertThat(take(policy, 5000 - SlidingWindow.SIZE + 1)).isFalse();
        assertThat(take(policy, 5000 - SlidingWindow.SIZE)).isFalse();
        assertThat(take(policy, 5001)).isTrue();
        assertThat(take(policy, 5000)).isFalse();
        assertThat(take(policy, 4999)).isTrue();
    }

    @Test
    void askingChangesNothing() {
        ReplayPolicy policy = new SlidingWindow();
        assertThat(policy.isNew(Long.MAX_VALUE)).isTrue();
        assertThat(take(policy, 1)).isTrue();
        assertThat(policy.isNew(Long.MAX_VALUE)).isTrue();
        assertThat(take(policy, 2)).isTrue();
    }

    /** Small steps stay in a word, large ones clear the ring; the last base is near the highest counter there is. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1000, Long.MAX_VALUE - 5000, -4_000_000})
    void windowAgreesWithASetOfAllCounters(long base) {
        Random random = new Random(base);
        for (int jump : new int[] {3, 70, 1100, 5000}) {
            ReplayPolicy policy = new SlidingWindow();
            Set<Long> taken = new HashSet<>();
            long highest = base;
            for (int i = 0; i < 2_000; i++) {
                long down = Math.min(jump, highest - base);
                long counter = highest - down + random.nextLong(down + jump);
                boolean inside = taken.isEmpty()
                        || Long.compareUnsigned(counter, highest) > 0
                        || highest - counter < SlidingWindow.SIZE;
                assertThat(take(policy, counter)).as("%s", counter).isEqualTo(inside && taken.add(counter));
                highest = Long.compareUnsigned(counter, highest) > 0 ? counter : highest;
            }
        }
    }
}
