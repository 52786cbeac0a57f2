package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.access.Quarantine;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.work.Counter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class CloneTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    @Test
    void twoDevicesThatTakeTurnsWithOneIdentityAreBothSentAway() throws Exception {
        try (TestRelay relay = TestRelay.with(new Policy(List.of(), Limits.DEFAULT, 2));
                PlainDevice bystander = relay.joined("b");
                PlainDevice first = relay.joined("a", 1);
                PlainDevice second = relay.joined("a", 2);
                PlainDevice third = relay.joined("a", 1);
                PlainDevice fourth = relay.joined("a", 2)) {
            assertThat(first.await(ErrorReport.class).code()).isEqualTo(ErrorCode.REPLACED.number());
            assertThat(second.await(ErrorReport.class).code()).isEqualTo(ErrorCode.TOOK_OVER.number());
            assertThat(third.await(ErrorReport.class).code()).isEqualTo(ErrorCode.TOOK_OVER.number());
            assertThat(fourth.await(ErrorReport.class).code()).isEqualTo(ErrorCode.TOOK_OVER.number());
            ErrorReport sent = fourth.await(ErrorReport.class);
            assertThat(sent.code()).isEqualTo(ErrorCode.QUARANTINED.number());
            assertThat(sent.fatal()).isTrue();
            assertThat(sent.sentence()).contains("cloned image");
            try (PlainDevice again = new PlainDevice(relay.address())) {
                again.sendPreamble(StreamKind.CONTROL);
                again.send(again.hello("a", 1));
                again.receivePreamble();
                ErrorReport refusal = (ErrorReport) again.receive();
                assertThat(refusal.code()).isEqualTo(ErrorCode.QUARANTINED.number());
                assertThat(refusal.retryMillis()).isBetween(500_000, 600_000);
            }
            assertThat(relay.count(Counter.QUARANTINES)).isEqualTo(1);
            assertThat(relay.relay().services().sessions().count())
                    .as("b, which is %s", bystander.welcome.node())
                    .isEqualTo(1);
        }
    }

    private static PlainDevice joined(TestRelay relay, Identity identity, long instance) throws Exception {
        PlainDevice device = TestOverlay.dial(relay.address(), identity);
        device.register("a", instance);
        return device;
    }

    @Test
    void theSameWithOneCertificateInTwoDevices(@TempDir Path directory) throws Exception {
        TestOverlay overlay = new TestOverlay(directory);
        Identity copied = overlay.identity("a", Instant.now());
        try (TestRelay relay = TestRelay.with(overlay.settings().policy(new Policy(List.of(), Limits.DEFAULT, 1)));
                PlainDevice bystander = TestOverlay.joined(relay.address(), overlay.identity("b", Instant.now()), "b");
                PlainDevice first = joined(relay, copied, 1);
                PlainDevice second = joined(relay, copied, 2)) {
            assertThat(TestOverlay.code(first.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
            assertThat(first.control.getInputStream().read()).isEqualTo(-1);
            ErrorReport told = second.await(ErrorReport.class);
            assertThat(TestOverlay.code(told)).isEqualTo(ErrorCode.TOOK_OVER);
            assertThat(told.fatal()).isFalse();
            assertThat(relay.relay().services().sessions().count()).isEqualTo(2);
            try (PlainDevice third = joined(relay, copied, 1)) {
                assertThat(TestOverlay.code(second.await(ErrorReport.class))).isEqualTo(ErrorCode.REPLACED);
                assertThat(TestOverlay.code(third.await(ErrorReport.class))).isEqualTo(ErrorCode.TOOK_OVER);
                ErrorReport sent = third.await(ErrorReport.class);
                assertThat(TestOverlay.code(sent)).isEqualTo(ErrorCode.QUARANTINED);
                assertThat(sent.fatal()).isTrue();
            }
            assertThat(TestOverlay.refusal(relay.address(), copied, "a")).isEqualTo(ErrorCode.QUARANTINED);
            bystander.sendFrame(bystander.welcome.node(), new byte[] {1});
            assertThat(PlainDevice.payload(bystander.receiveFrame())).containsExactly(1);
        }
    }

    @Test
    void aDeviceThatReconnectsIsNoClone() throws Exception {
        try (TestRelay relay = TestRelay.with(new Policy(List.of(), Limits.DEFAULT, 1))) {
            // not closed, by nobody: each takes over from the one before
            List<PlainDevice> open = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                open.add(relay.joined("a", 1));
                assertThat(open.get(i).welcome.node())
                        .isEqualTo(open.get(0).welcome.node());
            }
            assertThat(relay.count(Counter.TAKEOVERS)).isEqualTo(4);
            assertThat(relay.count(Counter.QUARANTINES)).isZero();
            for (PlainDevice device : open) {
                device.close();
            }
        }
    }

    @Test
    void quarantineEndsAndSlowTurnsAreAllowed() {
        Quarantine quarantine = new Quarantine();
        for (long i = 0; i < 50; i++) {
            assertThat(quarantine.swapped("slow", 2, i * MINUTE / 2)).isFalse();
            assertThat(quarantine.swapped("unlimited", 0, 0)).isFalse();
        }
        quarantine.swapped("a", 1, 0);
        assertThat(quarantine.swapped("a", 1, 1)).isTrue();
        assertThat(quarantine.left("a", MINUTE)).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
        assertThat(quarantine.left("b", MINUTE)).isZero();
        assertThat(quarantine.left("a", 11 * MINUTE)).isZero();
    }

    @Test
    void theTableForgetsTheLongestQuietFirst() {
        Quarantine quarantine = new Quarantine();
        for (int i = 0; i < 2 * Quarantine.MOST; i++) {
            quarantine.swapped("device-" + i, 1, 0);
        }
        assertThat(quarantine.swapped("device-0", 1, 1)).isFalse();
        assertThat(quarantine.swapped("device-" + (2 * Quarantine.MOST - 1), 1, 1))
                .isTrue();
    }
}
