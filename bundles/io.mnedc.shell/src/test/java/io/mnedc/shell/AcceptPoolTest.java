package io.mnedc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AcceptPoolTest {
    private static final String WAITING = "10.1.0.0/16,fd12:3456:789a:1::/64";

    private final ShellCommands commands = new ShellCommands();
    private String waiting = WAITING;

    private final DeviceStatus device = new DeviceStatus() {
        @Override
        public Snapshot snapshot() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Duration> ping(int node, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> waitingNetwork() {
            return Optional.of(waiting).filter(text -> !text.isEmpty());
        }

        @Override
        public CompletionStage<Boolean> acceptNetwork(String network) {
            boolean it = network.equals(waiting);
            waiting = it ? "" : waiting;
            return CompletableFuture.completedFuture(it);
        }
    };

    @Test
    void theNetworkMustBeNamed() {
        assertThat(commands.acceptedText()).contains("No device runs here");
        commands.device = device;

        assertThat(commands.acceptedText())
                .isEqualTo("The relay announces " + WAITING + ". If that is meant: mnedc:acceptpool " + WAITING);
        assertThat(commands.acceptedText("10.2.0.0/16")).contains("does not wait, but " + WAITING);
        assertThat(waiting).isEqualTo(WAITING);

        assertThat(commands.acceptedText(WAITING)).contains("This device is in " + WAITING);
        assertThat(commands.acceptedText(WAITING)).contains("No virtual network waits");
    }
}
