package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeviceLogTest {
    private final DeviceLog log = new DeviceLog();
    private final long now = System.nanoTime();

    private int lines(String device, int wanted, long at) {
        int passed = 0;
        for (int i = 0; i < wanted; i++) {
            passed += log.pass(device, at) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void aDeviceThatComesAndGoesWritesSoManyLinesAndTheOthersTheirs() {
        assertThat(lines("restless", 650, now)).isEqualTo(DeviceLog.LINES_PER_DEVICE);
        assertThat(lines("quiet", 3, now)).isEqualTo(3);
        long later = now + Duration.ofMinutes(2).toNanos();
        assertThat(lines("restless", 1, later)).as("a minute later").isEqualTo(1);
    }

    @Test
    void manyDevicesTogetherWriteSoManyLines() {
        int passed = 0;
        for (int i = 0; i < 10_000; i++) {
            passed += lines("device-" + i, 2, now);
        }
        assertThat(passed).isEqualTo(DeviceLog.LINES);
    }
}
