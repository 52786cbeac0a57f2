package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No data stream outlives the session that it belongs to. */
@Timeout(180)
class OrphanTest {
    private static final int ROUNDS = 60;

    @Test
    void aDataStreamThatIsBoundWhileItsSessionEndsIsClosed() throws Exception {
        Random random = new Random(7);
        try (TestRelay relay = TestRelay.with(new TestSettings())) {
            for (int i = 0; i < ROUNDS; i++) {
                try (PlainDevice device = new PlainDevice(relay.address())) {
                    device.register("a", 1);
                    Thread binding = new Thread(() -> bind(device));
                    binding.start();
                    LockSupport.parkNanos(random.nextInt(2_000_000));
                    device.control.close();
                    binding.join();
                    if (device.data != null) {
                        // a session that is over has nobody who would close it later
                        assertThat(device.data.getInputStream().readAllBytes()).isNotNull();
                    }
                }
                TestRelay.eventually(() -> relay.relay().services().sessions().count() == 0);
            }
        }
    }

    private static void bind(PlainDevice device) {
        try {
            device.bind();
        } catch (IOException e) {
            // the session has ended before
        }
    }
}
