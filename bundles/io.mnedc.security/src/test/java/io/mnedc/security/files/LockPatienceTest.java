package io.mnedc.security.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A holder that works is waited for; one that is frozen is not. */
class LockPatienceTest {
    private static final long LONGEST = Duration.ofMinutes(2).toNanos();
    private static final long STILL = LockPatience.STILL.toNanos();

    private final LockPatience patience = new LockPatience(Duration.ofNanos(LONGEST), 0);

    private static LockHolder holder(long pid, long ticks) {
        return new LockHolder(pid, false, ticks);
    }

    @Test
    void aHolderThatWorksIsWaitedForHoweverSlowItIs() {
        long ticks = 0;
        for (long now = 0; now < LONGEST; now += STILL) {
            assertThat(patience.isOver(holder(7, ticks++), now)).isFalse();
        }
        assertThat(patience.isOver(holder(7, ticks), LONGEST + 1)).isTrue();
    }

    @Test
    void aHolderThatDoesNothingIsNot() {
        assertThat(patience.isOver(holder(7, 100), 5)).isFalse();
        assertThat(patience.isOver(holder(7, 100), STILL + 5)).isFalse();
        assertThat(patience.isOver(holder(7, 100), STILL + 6)).isTrue();
    }

    @Test
    void manyWhoComeAndGoDoNotHang() {
        for (long pid = 1; pid < 50; pid++) {
            assertThat(patience.isOver(holder(pid, 1), pid * STILL)).isFalse();
        }
    }

    @Test
    void anUnknownHolderIsWaitedForAsLongAsOneThatWorks() {
        assertThat(patience.isOver(LockHolder.UNKNOWN, LONGEST)).isFalse();
        assertThat(patience.isOver(LockHolder.UNKNOWN, LONGEST + 1)).isTrue();
    }
}
