package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A part of a relay that ends by itself, as for want of memory, does not go unnoticed. */
@Timeout(60)
class EndTest {
    @Test
    void aControlLoopThatEndsIsToldAndTheRelayCanStillBeClosed() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings());
                PlainDevice device = relay.joined("a")) {
            assertThat(device.welcome).isNotNull();
            relay.relay().controlLoop().execute(() -> {
                throw new OutOfMemoryError("of a test");
            });
            relay.relay().controlLoop().shutdownGracefully();
            TestRelay.eventually(() -> relay.failed.contains("the control loop"));
        }
    }

    @Test
    void aRelayThatIsClosedHasNotFailed() throws Exception {
        TestRelay relay = TestRelay.with(new TestSettings());
        relay.close();
        assertThat(relay.failed).isEmpty();
    }
}
