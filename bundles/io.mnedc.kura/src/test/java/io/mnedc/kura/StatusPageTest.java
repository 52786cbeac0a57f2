package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.eclipse.kura.configuration.ComponentConfiguration;
import org.eclipse.kura.configuration.metatype.AD;
import org.junit.jupiter.api.Test;

class StatusPageTest {
    @Test
    void aGatewayOnWhichNothingRunsSaysSo() {
        ComponentConfiguration page = new StatusPage().getConfiguration();

        assertThat(page.getPid()).isEqualTo(page.getDefinition().getId()).isEqualTo("io.mnedc.status");
        assertThat(page.getConfigurationProperties())
                .containsEntry("device", "no device runs here")
                .containsEntry("relay.here", "no relay runs here")
                .containsEntry("kura.service.pid", "io.mnedc.status");
    }

    /** Kura refuses a page whose values are of another type than its fields. */
    @Test
    void everyFieldHasATextAndIsShownToTheEnd() {
        ComponentConfiguration page = new StatusPage().getConfiguration();

        for (AD field : page.getDefinition().getAD()) {
            assertThat(page.getConfigurationProperties().get(field.getId()))
                    .as(field.getId())
                    .isInstanceOf(String.class);
            assertThat(field.getType().value()).isEqualTo("String");
            assertThat(field.isRequired()).isFalse();
        }
        assertThat(page.getDefinition().getAD())
                .hasSize(StatusTexts.of(null, null, null, null, List.of()).size());
        assertThat(page.getDefinition().getDescription()).doesNotContainPattern("['\"<>&]");
    }

    @Test
    void theDevicesOfARelayAreListedUpToABound() {
        Map<String, String> few = StatusTexts.of(null, null, relay(2), null, List.of());
        assertThat(few.get("relay.here")).isEqualTo("listens on 0.0.0.0:3334, pool 10.0.0.0/24, security tls");
        assertThat(few.get("relay.devices"))
                .isEqualTo("device-0 10.0.0.2 from 192.0.2.1:7\ndevice-1 10.0.0.2 from 192.0.2.1:7");

        assertThat(StatusTexts.of(null, null, relay(60), null, List.of()).get("relay.devices"))
                .hasLineCount(StatusTexts.MOST_LINES + 1)
                .endsWith("\nand 10 more");
    }

    @Test
    void whatOthersSayIsShownWithoutItsControlCharacters() {
        Notice notice = new Notice("pid", "two\u001b[31m\u202elines");

        assertThat(StatusTexts.of(null, null, null, null, List.of(notice)).get("problem"))
                .isEqualTo("pid: two?[31m?lines");
    }

    private static RelayStatus relay(int devices) {
        List<RelayStatus.Session> sessions = IntStream.range(0, devices)
                .mapToObj(i -> new RelayStatus.Session(
                        "device-" + i, 2, List.of("10.0.0.2"), "192.0.2.1:7", "", true, Instant.EPOCH, 0, 0, 0, 0, 0))
                .toList();
        return () -> new RelayStatus.Snapshot(
                List.of("0.0.0.0:3334"), "10.0.0.0/24", "tls", Instant.EPOCH, sessions, Map.of());
    }
}
