package io.mnedc.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.device.DeviceStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PingTest {
    private final List<String> lines = new ArrayList<>();
    private final List<Integer> asked = new ArrayList<>();
    private final Deque<CompletableFuture<Duration>> answers = new ArrayDeque<>();

    private final DeviceStatus device = new DeviceStatus() {
        @Override
        public Snapshot snapshot() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Duration> ping(int node, Duration timeout) {
            asked.add(node);
            var answer = answers.poll();
            return answer != null ? answer : CompletableFuture.completedFuture(Duration.ofNanos(1_500_000));
        }
    };
    private final Ping ping = new Ping(
            device,
            FixedDirectory.of(FixedDirectory.peer("gw-1", 7), FixedDirectory.peer("12", 8)),
            Duration.ZERO,
            lines::add);

    @ParameterizedTest
    @CsvSource({"gw-1, 7", "10.0.0.7, 7", "fd00:1:2:3::7, 7", "7, 7", "12, 8", "1, 1", "relay, 1", "99, 99"})
    void aPeerIsNamedByIdAddressOrNode(String target, int node) throws Exception {
        ping.run(target, 1);
        assertThat(asked).containsExactly(node);
    }

    @Test
    void theSummaryHasLossAndTimes() throws Exception {
        answers.add(CompletableFuture.completedFuture(Duration.ofMillis(1)));
        answers.add(CompletableFuture.failedFuture(new TimeoutException("late")));
        answers.add(CompletableFuture.failedFuture(new IOException("not connected to a relay")));
        answers.add(CompletableFuture.completedFuture(Duration.ofMillis(3)));
        ping.run("gw-1", 4);
        assertThat(lines)
                .containsExactly(
                        "PING gw-1 (node 7)",
                        "reply 1: 1.000 ms",
                        "no reply 2 within 2000 ms",
                        "no reply 3: not connected to a relay",
                        "reply 4: 3.000 ms",
                        "4 sent, 2 received, 50 % lost, min/avg/max 1.000/2.000/3.000 ms");
    }

    @ParameterizedTest
    @CsvSource({"nobody", "10.0.0.99", "fd00::99", "host.example"})
    void whoIsNotAPeerIsRefused(String target) {
        assertThatThrownBy(() -> ping.run(target, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(target, "mnedc:peers");
        assertThat(asked).isEmpty();
    }

    @Test
    void anImpossibleCountIsRefused() {
        assertThatThrownBy(() -> ping.run("gw-1", 0)).hasMessageContaining("1..10000");
    }
}
