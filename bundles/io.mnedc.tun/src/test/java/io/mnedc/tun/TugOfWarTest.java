package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When something that others take away is put back. */
class TugOfWarTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final TugOfWar tug = new TugOfWar();
    private long now = Long.MAX_VALUE - 10 * SECOND; // nanoTime may overflow

    @Test
    void theFirstTimesItIsPutBackAtOnce() {
        for (int i = 0; i < TugOfWar.AT_ONCE; i++) {
            assertThat(tug.isDue(now)).isTrue();
            tug.putBack(now);
            assertThat(tug.isDisputed()).isFalse();
            assertThat(tug.next(true, now)).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void whatIsTakenAwayAgainAndAgainIsPutBackLessAndLessOften() {
        int times = 0;
        long end = now + 600 * SECOND;
        for (; now - end < 0; now += SECOND / 100) {
            if (tug.isDue(now)) {
                tug.putBack(now);
                times++;
            }
        }
        assertThat(tug.isDisputed()).isTrue();
        // 5 at once, 5 in the first 16 s, then one each 16 s
        assertThat(times).isBetween(45, 50);
        assertThat(tug.next(false, now)).isPositive().isLessThanOrEqualTo(TugOfWar.LONGEST_PAUSE);
    }

    @Test
    void aDisputeIsOverWhenAllIsLeftAloneForAWhile() {
        dispute();
        tug.isWhole(now);
        assertThat(tug.isDisputed()).isTrue();
        assertThat(tug.next(true, now)).isEqualTo(TugOfWar.LEAST_CALM);
        now += TugOfWar.LEAST_CALM;
        tug.isWhole(now);
        assertThat(tug.isDisputed()).isFalse();
        // whoever begins again is known
        tug.putBack(now);
        assertThat(tug.isDisputed()).isTrue();
    }

    @Test
    void afterAQuietTimeAllIsForgotten() {
        dispute();
        now += TugOfWar.LEAST_CALM;
        tug.isWhole(now);
        now += TugOfWar.QUIET + 1;
        theFirstTimesItIsPutBackAtOnce();
    }

    @Test
    void whatHappensNowAndThenIsNoDispute() {
        for (int i = 0; i < 100; i++) {
            tug.putBack(now);
            now += TugOfWar.QUIET + 1;
        }
        assertThat(tug.isDisputed()).isFalse();
    }

    @Test
    void whoWantsSomethingElseBeginsAnew() {
        dispute();
        tug.reset();
        assertThat(tug.isDue(now)).isTrue();
        assertThat(tug.isDisputed()).isFalse();
    }

    private void dispute() {
        for (int i = 0; i <= TugOfWar.AT_ONCE; i++) {
            tug.putBack(now);
        }
        assertThat(tug.isDisputed()).isTrue();
    }
}
