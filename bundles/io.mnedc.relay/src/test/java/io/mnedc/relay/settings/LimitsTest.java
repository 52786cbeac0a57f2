package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.forward.Allowance;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.FloodWatch;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] HI = {1, 2, 3};

    private static Policy limits(long frames, long bytes, long messages) {
        return new Policy(List.of(), new Limits(frames, bytes, messages), 6);
    }

    /** Frames in one write, so that they come in as few reads as possible. */
    private static void sendFrames(PlainDevice from, int to, int count, int size) throws Exception {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            frames.write(from.frame(from.welcome.node(), to, DataFrame.PACKET, new byte[size]));
        }
        from.data.getOutputStream().write(frames.toByteArray());
    }

    @Test
    void framesOverTheLimitAreDroppedAndTheDeviceIsTold() throws Exception {
        try (TestRelay relay = TestRelay.with(limits(100, 0, 0));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            sendFrames(a, b.welcome.node(), 1000, 10);
            TestRelay.eventually(() -> relay.count(Counter.FRAMES_IN) == 1000);
            long passed = relay.count(Counter.FRAMES_OUT);
            assertThat(passed).isBetween(100L, 900L);
            assertThat(relay.count(Counter.DROP_LIMIT)).isEqualTo(1000 - passed);
            for (long i = 0; i < passed; i++) {
                b.receiveFrame();
            }
            ErrorReport notice = a.await(ErrorReport.class);
            assertThat(notice.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED.number());
            assertThat(notice.fatal()).isFalse();
            assertThat(notice.sentence()).contains("100 frames");

            sendFrames(b, a.welcome.node(), 1, 10);
            assertThat(PlainDevice.payload(a.receiveFrame()))
                    .as("others have their own")
                    .hasSize(10);
        }
    }

    @Test
    void bytesAreLimitedTooButNoSingleFrameIsTooLarge() throws Exception {
        try (TestRelay relay = TestRelay.with(limits(0, 1000, 0));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            sendFrames(a, b.welcome.node(), 2, 60_000);
            assertThat(PlainDevice.payload(b.receiveFrame())).hasSize(60_000);
            TestRelay.eventually(() -> relay.count(Counter.DROP_LIMIT) == 1);
        }
    }

    @Test
    void aChangedLimitCountsForThoseWhoAreThere() throws Exception {
        try (TestRelay relay = TestRelay.with(limits(1, 0, 0));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            relay.become(limits(0, 0, 0));
            sendFrames(a, b.welcome.node(), 500, 10);
            TestRelay.eventually(() -> relay.count(Counter.FRAMES_OUT) == 500);
        }
    }

    @Test
    void controlMessagesOverTheLimitAreIgnoredButPingsAreAnswered() throws Exception {
        try (TestRelay relay = TestRelay.with(limits(0, 0, 10));
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            for (int i = 0; i < 90; i++) {
                a.send(new Envelope(0, b.welcome.node(), 2, Opaque.copyOf(HI)));
            }
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED.number());
            a.send(new Ping(77));
            assertThat(a.receiveRaw(Pong.class).token()).isEqualTo(77);
            TestRelay.eventually(() -> relay.count(Counter.ENVELOPES) + relay.count(Counter.DROP_MESSAGES) == 90);
            assertThat(relay.count(Counter.ENVELOPES)).isBetween(50L, 80L);
        }
    }

    @Test
    void publicationsThatComeTooFastAreSummedUpAndTheLastOneArrives() throws Exception {
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT);
                PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            b.await(Announce.class);
            for (int i = 1; i <= 200; i++) {
                a.send(new Publish(new NodeInfo("state-" + i, "", List.of())));
            }
            String heard = "";
            int announcements = 0;
            while (!heard.equals("state-200")) {
                heard = ((Change.Present) b.await(Announce.class).changes().get(0))
                        .node()
                        .info()
                        .platform();
                announcements++;
            }
            assertThat(announcements).isLessThan(50);
        }
    }

    @Test
    void aBucketIsRefilledAtItsRateUpToItsBurst() {
        FloodWatch bucket = new FloodWatch(5, 0);
        assertThat(bucket.room(100, 0)).isEqualTo(500);
        bucket.take(500, 500, 100, 0);
        assertThat(bucket.room(100, 0)).isZero();
        assertThat(bucket.room(100, SECOND)).isEqualTo(100);
        assertThat(bucket.room(100, 60 * SECOND)).as("no more than the burst").isEqualTo(500);
        assertThat(bucket.room(0, 0)).as("no limit").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aFloodIsTenTimesTheRateForTenSecondsOnEnd() {
        FloodWatch steady = new FloodWatch(1, 0);
        FloodWatch pausing = new FloodWatch(1, 0);
        boolean flooded = false;
        for (int second = 1; second <= 30; second++) {
            boolean flood = steady.take(100, 1100, 100, second * SECOND);
            assertThat(flood).as("after %d s", second).isEqualTo(second >= 10);
            flooded |= pausing.take(0, second % 9 == 0 ? 10 : 1100, 100, second * SECOND);
        }
        assertThat(flooded).isFalse();
    }

    @Test
    void aDeviceThatFloodsIsSentAway() {
        Limits limits = new Limits(0, 0, 100);
        Allowance allowance = new Allowance(() -> limits, 0);
        Allowance.Message last = Allowance.Message.PASS;
        for (long i = 1; i <= 12_000 && last != Allowance.Message.FLOOD; i++) {
            last = allowance.message(i * SECOND / 1100);
        }
        assertThat(last).isEqualTo(Allowance.Message.FLOOD);
    }

    @Test
    void aDeviceIsToldAtMostEveryTenSeconds() {
        Allowance allowance = new Allowance(() -> Limits.DEFAULT, 0);
        assertThat(allowance.noticeDue(0)).isTrue();
        assertThat(allowance.noticeDue(9 * SECOND)).isFalse();
        assertThat(allowance.noticeDue(11 * SECOND)).isTrue();
    }
}
