package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.kura.status.CloudConnectionStatusComponent;
import org.eclipse.kura.status.CloudConnectionStatusEnum;
import org.eclipse.kura.status.CloudConnectionStatusService;
import org.junit.jupiter.api.Test;

class StatusLightTest {
    private final Light light = new Light();
    private volatile DeviceStatus.State state = DeviceStatus.State.CONNECTING;

    @Test
    void theLightFollowsTheDevice() throws Exception {
        StatusLight shown = light(50);
        shown.start();
        assertThat(light.told.poll(60, TimeUnit.SECONDS)).isEqualTo("registered with 50");
        assertThat(light.told.poll(60, TimeUnit.SECONDS)).isEqualTo("SLOW_BLINKING");
        state = DeviceStatus.State.READY;
        assertThat(light.told.poll(60, TimeUnit.SECONDS)).isEqualTo("ON");
        assertThat(shown.getNotificationStatus()).isEqualTo(CloudConnectionStatusEnum.ON);
        state = DeviceStatus.State.FAILED;
        assertThat(light.told.poll(60, TimeUnit.SECONDS)).isEqualTo("OFF");
        shown.stop();
        assertThat(light.told.poll(60, TimeUnit.SECONDS)).isEqualTo("unregistered");
    }

    @Test
    void withPriorityZeroKuraHearsNothing() {
        StatusLight shown = light(0);
        shown.start();
        shown.stop();
        assertThat(light.told).isEmpty();
    }

    private StatusLight light(int priority) {
        return new StatusLight(Map.of("light.priority", String.valueOf(priority)), new Device(), light);
    }

    /** Kura's own can only be had with all of Kura. */
    private static final class Light implements CloudConnectionStatusService {
        final BlockingQueue<String> told = new LinkedBlockingQueue<>();

        @Override
        public void register(CloudConnectionStatusComponent component) {
            told.add("registered with " + component.getNotificationPriority());
        }

        @Override
        public void unregister(CloudConnectionStatusComponent component) {
            told.add("unregistered");
        }

        @Override
        public boolean updateStatus(CloudConnectionStatusComponent component, CloudConnectionStatusEnum status) {
            component.setNotificationStatus(status);
            told.add(status.name());
            return true;
        }
    }

    private final class Device implements DeviceStatus {
        @Override
        public Snapshot snapshot() {
            return new Snapshot(
                    "press-7",
                    state,
                    Instant.EPOCH,
                    "",
                    List.of(),
                    List.of(),
                    "",
                    "tls",
                    Optional.empty(),
                    Optional.empty(),
                    Map.of());
        }

        @Override
        public CompletionStage<Duration> ping(int node, Duration timeout) {
            return CompletableFuture.failedStage(new UnsupportedOperationException());
        }
    }

    @Test
    void itBlinksWhileTheConfigurationIsRefused() {
        assertThat(StatusLight.meaning(DeviceStatus.State.READY, false)).isEqualTo(CloudConnectionStatusEnum.ON);
        assertThat(StatusLight.meaning(DeviceStatus.State.READY, true))
                .isEqualTo(CloudConnectionStatusEnum.FAST_BLINKING);
    }
}
