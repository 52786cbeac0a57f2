package io.mnedc.device.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.device.common.IdleThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** A flood of handshakes keeps neither the identity thread busy nor a gateway's key store. */
class IdentityRefreshTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Deque<Runnable> queue = new ArrayDeque<>();
    private long now = -SECOND;
    private int read;
    private final IdentityRefresh refresh = new IdentityRefresh(queue::add, () -> read++, () -> now);

    @Test
    void floodQueuesOneAndNoneForSeconds() {
        for (int i = 0; i < 10_000; i++) {
            refresh.request();
        }
        assertThat(queue).hasSize(1);
        queue.remove().run();
        assertThat(read).isEqualTo(1);
        now += 4 * SECOND;
        refresh.request();
        assertThat(queue).isEmpty();
        now += SECOND;
        refresh.request();
        refresh.request();
        assertThat(queue).hasSize(1);
    }

    @Test
    void nothingPilesUpBehindAProviderThatHangs() {
        for (int i = 0; i < 100; i++) {
            refresh.request();
            now += 10 * SECOND;
        }
        assertThat(queue).hasSize(1);
    }

    @Test
    void providerThatFailsIsAskedAgain() {
        IdentityRefresh failing = new IdentityRefresh(
                queue::add,
                () -> {
                    throw new NoClassDefFoundError("org/example/KeyStores");
                },
                () -> now);
        failing.request();
        assertThatThrownBy(() -> queue.remove().run()).isInstanceOf(NoClassDefFoundError.class);
        now += 5 * SECOND;
        failing.request();
        assertThat(queue).hasSize(1);
    }

    @Test
    void handshakesGoOnWhenTheThreadHasEnded() {
        IdleThread thread = new IdleThread("mnedc-test", Duration.ofSeconds(30), fault -> {});
        thread.close();
        IdentityRefresh late = new IdentityRefresh(thread, () -> read++, () -> now);
        assertThatCode(late::request).doesNotThrowAnyException();
        assertThat(read).isZero();
    }
}
