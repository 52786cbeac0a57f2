package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RevocationHintsTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final RevocationHints hints = new RevocationHints(now::get);

    @Test
    void aWordCountsUntilItIsTakenBackOrOld() {
        assertThat(hints.has("press")).isFalse();
        hints.hear("relay-1", "press", true);
        hints.hear("relay-1", "pump", true);
        assertThat(hints.has("press")).isTrue();
        assertThat(hints.all()).containsExactlyInAnyOrder("press", "pump");
        hints.hear("relay-1", "pump", false);
        assertThat(hints.all()).containsExactly("press");
        now.addAndGet(RevocationHints.LAST_NANOS - 1);
        assertThat(hints.has("press")).isTrue();
        now.incrementAndGet();
        assertThat(hints.has("press")).isFalse();
        assertThat(hints.all()).isEmpty();
    }

    @Test
    void aWordThatIsSaidAgainCountsAnew() {
        hints.hear("relay-1", "press", true);
        hints.hear("relay-1", "pump", true);
        now.addAndGet(RevocationHints.LAST_NANOS / 2);
        hints.hear("relay-1", "press", true);
        now.addAndGet(RevocationHints.LAST_NANOS / 2);
        assertThat(hints.all()).containsExactly("press");
    }

    /** A relay that hears of things late must not let a device in that another one has just shut out. */
    @Test
    void aRelayTakesBackItsOwnWordsOnly() {
        hints.hear("relay-1", "press", true);
        hints.hear("relay-2", "press", false);
        assertThat(hints.has("press")).isTrue();
        hints.hear("relay-1", "press", false);
        assertThat(hints.has("press")).isFalse();
    }

    @Test
    void aRelayThatSaysTooMuchPushesOutItsOwnWordsOnly() {
        hints.hear("relay-2", "pump", true);
        for (int i = 0; i <= RevocationHints.MOST; i++) {
            hints.hear("relay-1", "press-" + i, true);
        }
        assertThat(hints.has("press-0")).isFalse();
        assertThat(hints.has("press-1")).isTrue();
        assertThat(hints.has("pump")).isTrue();
        assertThat(hints.all()).hasSize(RevocationHints.MOST + 1);
    }

    @Test
    void thereAreNoMoreRelaysThanAnOverlayHas() {
        for (int i = 0; i <= RevocationHints.MOST_RELAYS; i++) {
            hints.hear("relay-" + i, "press-" + i, true);
        }
        assertThat(hints.all()).hasSize(RevocationHints.MOST_RELAYS);
        now.addAndGet(RevocationHints.LAST_NANOS);
        hints.hear("relay-x", "pump", true);
        assertThat(hints.all()).containsExactly("pump");
    }
}
