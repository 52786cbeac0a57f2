package io.mnedc.device.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tcp.TcpState;
import io.mnedc.device.data.StallWatch.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a data stream looks like whose way drops large packets, and what looks similar. */
class StallWatchTest {
    private final StallWatch watch = new StallWatch();
    private long now = Long.MAX_VALUE - 5; // it may wrap round
    private long answered = now;
    private int unacknowledged;
    private long underWay;
    private long acknowledged;
    private long sentAgain;
    private long received;
    private long outOfOrder;

    private Verdict after(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        return watch.look(
                now,
                new TcpState(1448, unacknowledged, underWay, acknowledged, sentAgain, received, outOfOrder),
                answered);
    }

    private void answer() {
        answered = now + 1;
    }

    private void largePacketUnderWay() {
        assertThat(after(0)).isEqualTo(Verdict.FINE);
        unacknowledged = 1;
        underWay = 1400;
    }

    @Test
    void whatIsSentAgainAndNeverAcknowledgedIsStuckOnceTheRelayHasAnswered() {
        largePacketUnderWay();
        assertThat(after(1000)).isEqualTo(Verdict.FINE);
        sentAgain = 2;
        assertThat(after(1000)).isEqualTo(Verdict.ASK);
        assertThat(after(1000)).isEqualTo(Verdict.FINE);
        answer();
        assertThat(after(1000)).isEqualTo(Verdict.FINE);
        sentAgain = 3;
        assertThat(after(2000)).isEqualTo(Verdict.STUCK);
    }

    @Test
    void outageIsNoProof() {
        largePacketUnderWay();
        for (int second = 0; second < 60; second++) {
            sentAgain = second;
            assertThat(after(1000)).isIn(Verdict.FINE, Verdict.ASK);
        }
        // all is well again: what is sent next is acknowledged
        answer();
        assertThat(after(1000)).isEqualTo(Verdict.FINE);
        acknowledged = 1400;
        sentAgain++;
        assertThat(after(3000)).isEqualTo(Verdict.FINE);
    }

    @Test
    void afterTheAnswerSomethingMustHaveBeenSentAgain() {
        largePacketUnderWay();
        sentAgain = 2;
        assertThat(after(2000)).isEqualTo(Verdict.ASK);
        answer();
        assertThat(after(100)).isEqualTo(Verdict.FINE);
        assertThat(after(5000)).isEqualTo(Verdict.FINE);
    }

    @Test
    void smallPacketThatIsNotAcknowledgedIsSomethingElse() {
        largePacketUnderWay();
        underWay = 100;
        sentAgain = 9;
        assertThat(after(9000)).isEqualTo(Verdict.FINE);
    }

    @Test
    void gapBeforeWhatHasArrivedIsStuckOnceTheRelayHasAnswered() {
        assertThat(after(0)).isEqualTo(Verdict.FINE);
        outOfOrder = 1;
        assertThat(after(1500)).isEqualTo(Verdict.ASK);
        answer();
        assertThat(after(500)).isEqualTo(Verdict.FINE);
        assertThat(after(2000)).isEqualTo(Verdict.STUCK);
    }

    @Test
    void relayThatFallsSilentAmidTrafficIsProbedAndStuckIfItAnswersElsewhereOnly() {
        assertThat(after(0)).isEqualTo(Verdict.FINE);
        received = 100_000;
        assertThat(after(500)).isEqualTo(Verdict.FINE);
        assertThat(after(1000)).isEqualTo(Verdict.PROBE);
        assertThat(after(1500)).isEqualTo(Verdict.ASK);
        answer();
        assertThat(after(500)).isEqualTo(Verdict.FINE);
        assertThat(after(2000)).isEqualTo(Verdict.STUCK);
    }

    @Test
    void silenceAfterAnAnswerIsNoReasonToProbe() {
        assertThat(after(0)).isEqualTo(Verdict.FINE);
        received = 100_000;
        assertThat(after(500)).isEqualTo(Verdict.FINE);
        assertThat(after(1000)).isEqualTo(Verdict.PROBE);
        received += 48;
        for (int second = 0; second < 10; second++) {
            assertThat(after(1000)).isEqualTo(Verdict.FINE);
        }
    }

    @Test
    void probeThatIsAnsweredLateIsNoHarm() {
        assertThat(after(0)).isEqualTo(Verdict.FINE);
        watch.probed(now);
        assertThat(after(2000)).isEqualTo(Verdict.ASK);
        answer();
        assertThat(after(500)).isEqualTo(Verdict.FINE);
        received = 48;
        assertThat(after(5000)).isEqualTo(Verdict.FINE);
    }
}
