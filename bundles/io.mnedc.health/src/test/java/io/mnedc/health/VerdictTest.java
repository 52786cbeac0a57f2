package io.mnedc.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(200));

    @Test
    void whatAComponentHasToSayIsTold() {
        List<Notice> notices = List.of(new Notice("io.mnedc.device", "configuration refused: mtu = \"x\""));
        Result ready = Verdict.onDevice(device(DeviceStatus.State.READY, Optional.empty(), "tls", LATER), notices, NOW);
        assertThat(ready.getStatus()).isEqualTo(Status.WARN);
        assertThat(ready.toString()).contains("io.mnedc.device: configuration refused: mtu");
        Result none = Verdict.onRelay(null, List.of(new Notice("io.mnedc.relay", "the relay waits")), NOW);
        assertThat(none.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(none.toString()).contains("the relay waits");
    }

    @Test
    void whatIsEnabledAndDoesNotRunIsCritical() {
        assertThat(Verdict.onRelay(null, NOW).getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(Verdict.onDevice(null, NOW).getStatus()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aRelayThatListensAndLeasesIsWell() {
        Result result = Verdict.onRelay(relay("10.0.0.0/24", "tls", LATER), NOW);
        assertThat(result.getStatus()).isEqualTo(Status.OK);
        assertThat(result.toString()).contains("0.0.0.0:3334", "0 devices");
    }

    @Test
    void aRelayWithoutAddressesIsCritical() {
        Result result = Verdict.onRelay(relay("", "tls", LATER), NOW);
        assertThat(result.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(result.toString()).contains("io.mnedc.address");
    }

    @ParameterizedTest
    @CsvSource({
        "READY,OK",
        "REGISTERED,TEMPORARILY_UNAVAILABLE",
        "CONNECTING,TEMPORARILY_UNAVAILABLE",
        "FAILED,CRITICAL"
    })
    void theStateOfADeviceIsItsHealth(DeviceStatus.State state, Status status) {
        assertThat(Verdict.onDevice(device(state, Optional.empty(), "tls", LATER), NOW)
                        .getStatus())
                .isEqualTo(status);
    }

    @Test
    void aProblemThatAPeerHasWrittenIsOneLine() {
        Optional<String> problem = Optional.of("a\u001b[2J\u202eb\nc");
        Result failed = Verdict.onDevice(device(DeviceStatus.State.FAILED, problem, "tls", LATER), NOW);
        assertThat(failed.toString()).contains("a?[2J?b?c");
    }

    @Test
    void theProblemIsTold() {
        Optional<String> problem = Optional.of("no /dev/net/tun: modprobe tun");
        Result failed = Verdict.onDevice(device(DeviceStatus.State.FAILED, problem, "tls", LATER), NOW);
        assertThat(failed.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(failed.toString()).contains("modprobe tun");
        assertThat(Verdict.onDevice(device(DeviceStatus.State.READY, problem, "tls", LATER), NOW)
                        .getStatus())
                .isEqualTo(Status.WARN);
    }

    @Test
    void withoutSecurityThereIsAWarning() {
        assertThat(Verdict.onRelay(relay("10.0.0.0/24", "none", LATER), NOW).getStatus())
                .isEqualTo(Status.WARN);
        assertThat(Verdict.onDevice(device(DeviceStatus.State.READY, Optional.empty(), "none", LATER), NOW)
                        .getStatus())
                .isEqualTo(Status.WARN);
    }

    @Test
    void aCertificateThatEndsIsSeenBeforeAndAfter() {
        Instant soon = NOW.plus(Duration.ofDays(13));
        assertThat(Verdict.onRelay(relay("10.0.0.0/24", "tls", soon), NOW).getStatus())
                .isEqualTo(Status.WARN);
        assertThat(Verdict.onDevice(device(DeviceStatus.State.READY, Optional.empty(), "tls", soon), NOW)
                        .getStatus())
                .isEqualTo(Status.WARN);
        assertThat(Verdict.onDevice(device(DeviceStatus.State.READY, Optional.empty(), "tls", NOW), NOW)
                        .getStatus())
                .isEqualTo(Status.CRITICAL);
    }

    private static RelayStatus relay(String pool, String security, Instant expires) {
        return new RelayStatus() {
            @Override
            public RelayStatus.Snapshot snapshot() {
                return new RelayStatus.Snapshot(List.of("0.0.0.0:3334"), pool, security, NOW, List.of(), Map.of());
            }

            @Override
            public Optional<Instant> certificateExpires() {
                return Optional.of(expires);
            }
        };
    }

    private static DeviceStatus device(
            DeviceStatus.State state, Optional<String> problem, String security, Instant expires) {
        return new DeviceStatus() {
            @Override
            public DeviceStatus.Snapshot snapshot() {
                return new DeviceStatus.Snapshot(
                        "press-7",
                        state,
                        NOW,
                        "203.0.113.5:3334",
                        List.of("203.0.113.5:3334"),
                        List.of("10.0.0.2/24"),
                        "mnedc0",
                        security,
                        Optional.of(new Certificate(expires, List.of())),
                        problem,
                        Map.of());
            }

            @Override
            public CompletionStage<Duration> ping(int node, Duration timeout) {
                return CompletableFuture.failedStage(new UnsupportedOperationException());
            }
        };
    }
}
