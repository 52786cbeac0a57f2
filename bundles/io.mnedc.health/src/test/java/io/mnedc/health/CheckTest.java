package io.mnedc.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.TestRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckTest {
    private final TestRegistry registry = new TestRegistry();
    private final Check check = new Check(
            registry.context(),
            "a check",
            "a-tag",
            () -> new Result(Result.Status.OK, "it runs"),
            Duration.ofMillis(50));

    @Test
    void itIsPublishedOnceWhileItIsWanted() {
        check.publish(true);
        check.publish(true);
        assertThat(registry.services(HealthCheck.class)).hasSize(1);
        assertThat(registry.properties(HealthCheck.class, HealthCheck.NAME)).containsExactly("a check");
        check.publish(false);
        assertThat(registry.services(HealthCheck.class)).isEmpty();
        check.publish(true);
        check.end();
        check.publish(true);
        assertThat(registry.services(HealthCheck.class)).isEmpty();
    }

    @Test
    void aServiceListenerMayWaitForAnotherThreadThatCalls() {
        AtomicInteger returned = new AtomicInteger();
        registry.listen(HealthCheck.class, () -> {
            Thread other = new Thread(() -> check.publish(true), "test");
            other.start();
            try {
                other.join(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            returned.addAndGet(other.isAlive() ? 0 : 1);
        });
        check.publish(true);
        assertThat(returned).as("registered").hasValue(1);
        check.end();
        assertThat(returned).as("registered and withdrawn").hasValue(2);
        assertThat(registry.services(HealthCheck.class)).isEmpty();
    }
}
