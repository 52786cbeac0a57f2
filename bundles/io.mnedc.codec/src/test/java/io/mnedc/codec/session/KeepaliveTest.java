package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.KEEPALIVE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.session.Keepalive.Due;
import org.junit.jupiter.api.Test;

class KeepaliveTest {
    private static final long POLL = KEEPALIVE / Keepalive.POLLS;

    private final Keepalive keepalive = new Keepalive(KEEPALIVE, NOW);

    @Test
    void nothingIsDueWithinTheFirstInterval() {
        assertThat(keepalive.poll(NOW)).isEqualTo(Due.NOTHING);
        assertThat(keepalive.poll(NOW + KEEPALIVE - POLL)).isEqualTo(Due.NOTHING);
    }

    @Test
    void oneProbeIsSentInEachInterval() {
        assertThat(keepalive.poll(NOW + KEEPALIVE)).isEqualTo(Due.PROBE);
        assertThat(keepalive.poll(NOW + KEEPALIVE + 1)).isEqualTo(Due.NOTHING);
        assertThat(keepalive.poll(NOW + 2 * KEEPALIVE)).isEqualTo(Due.PROBE);
    }

    @Test
    void probesGoOnWhileThePeerTalks() {
        keepalive.heard(NOW + KEEPALIVE - 1);
        assertThat(keepalive.poll(NOW + KEEPALIVE)).isEqualTo(Due.PROBE);
    }

    @Test
    void whoAnswersAPeerThatProbesInEachIntervalSparesItsOwnProbes() {
        for (long now = NOW + POLL; now < NOW + 20 * KEEPALIVE; now += POLL) {
            if ((now - NOW) % KEEPALIVE == 0) {
                keepalive.heard(now);
                keepalive.answered(now);
            }
            assertThat(keepalive.poll(now)).isEqualTo(Due.NOTHING);
        }
    }

    @Test
    void aPeerThatNoLongerProbesIsProbedAndGivenUpInTime() {
        keepalive.heard(NOW);
        keepalive.answered(NOW);
        assertThat(keepalive.poll(NOW + KEEPALIVE + KEEPALIVE / 2)).isEqualTo(Due.PROBE);
        assertThat(keepalive.poll(NOW + 2 * KEEPALIVE + KEEPALIVE / 2)).isEqualTo(Due.PROBE);
        assertThat(keepalive.poll(NOW + 3 * KEEPALIVE - POLL)).isEqualTo(Due.DEAD);
    }

    @Test
    void peerIsGivenUpWithinThreeSilentIntervalsByWhoPollsOftenEnough() {
        assertThat(keepalive.poll(NOW + 3 * KEEPALIVE - POLL - 1)).isEqualTo(Due.PROBE);
        assertThat(keepalive.poll(NOW + 3 * KEEPALIVE - POLL)).isEqualTo(Due.DEAD);
    }

    @Test
    void peerThatIsHeardOnceInThreeIntervalsLives() {
        long now = NOW;
        for (int i = 0; i < 100; i++) {
            now += 3 * KEEPALIVE - POLL - 1;
            assertThat(keepalive.poll(now)).isNotEqualTo(Due.DEAD);
            keepalive.heard(now);
        }
    }
}
