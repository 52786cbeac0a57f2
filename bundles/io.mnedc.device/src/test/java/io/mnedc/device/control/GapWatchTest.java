package io.mnedc.device.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tcp.TcpState;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a control stream looks like whose way drops large packets, and what looks similar. */
class GapWatchTest {
    private final GapWatch watch = new GapWatch();
    private long now = Long.MAX_VALUE - 5; // it may wrap round
    private long heard = now;
    private long underWay;
    private long sentAgain;
    private long received;
    private long outOfOrder;

    private boolean stuckAfter(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        int unacknowledged = underWay > 0 ? 1 : 0;
        return watch.stuck(
                now, new TcpState(1448, unacknowledged, underWay, 0, sentAgain, received, outOfOrder), heard);
    }

    @Test
    void gapThatStaysIsStuck() {
        assertThat(stuckAfter(0)).isFalse();
        outOfOrder = 1;
        assertThat(stuckAfter(2900)).isFalse();
        assertThat(stuckAfter(100)).isTrue();
    }

    @Test
    void gapThatIsFilledIsNot() {
        assertThat(stuckAfter(0)).isFalse();
        outOfOrder = 1;
        assertThat(stuckAfter(2000)).isFalse();
        received = 4000;
        assertThat(stuckAfter(2000)).isFalse();
        assertThat(stuckAfter(60_000)).isFalse();
    }

    @Test
    void whatIsSentAgainWhileTheRelayIsHeardIsStuck() {
        assertThat(stuckAfter(0)).isFalse();
        underWay = 1400;
        sentAgain = 4;
        assertThat(stuckAfter(4000)).isFalse(); // an outage so far
        heard = now;
        assertThat(stuckAfter(100)).isTrue();
    }

    @Test
    void smallMessageThatIsSentAgainIsSomethingElse() {
        assertThat(stuckAfter(0)).isFalse();
        underWay = 80;
        sentAgain = 4;
        assertThat(stuckAfter(4000)).isFalse();
        heard = now;
        assertThat(stuckAfter(100)).isFalse();
    }
}
