package io.mnedc.relay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.work.Counter;
import io.mnedc.testing.HardwareKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes of a relay with itself. */
@Timeout(180)
class WarmUpTest {
    @TempDir
    private Path directory;

    private static RelayIdentity identity(TestRelay relay) {
        return Objects.requireNonNull(relay.relay().security()).identity();
    }

    @Test
    void itEndsSoonAndChangesNothing() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestOverlay(directory).settings())) {
            WarmUp warmUp = new WarmUp(identity(relay));
            int handshakes = 0;
            long begun = System.nanoTime();
            while (warmUp.getAsBoolean()) {
                handshakes++;
            }
            assertThat(handshakes).isBetween(1, 200);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
            assertThat(warmUp.getAsBoolean()).isFalse();
            assertThat(relay.count(Counter.CONNECTIONS)).isZero();
            assertThat(relay.relay().services().halfOpen().count()).isZero();
        }
    }

    @Test
    void aKeyInHardwareIsLeftAlone() throws Exception {
        TestOverlay pki = new TestOverlay(directory.resolve("pki"));
        Identity own = pki.authority().identity();
        HardwareKey key = new HardwareKey(own.key());
        Identity hard = new Identity(key, own.chain(), own.trusted());
        try (TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve("own")).settings().identityProvider("vault"))) {
            assertThat(new WarmUp(identity(relay)).getAsBoolean())
                    .as("nobody there yet")
                    .isFalse();
            relay.supply("vault", 1, () -> hard);
            int before = key.asked();
            assertThat(new WarmUp(identity(relay)).getAsBoolean()).isFalse();
            assertThat(key.asked()).isEqualTo(before);
            Identity device = pki.identity("x", Instant.now());
            relay.supply("vault", 2, () -> device);
            assertThat(new WarmUp(identity(relay)).getAsBoolean())
                    .as("a device's certificate is not a relay's")
                    .isFalse();
        }
    }
}
