package io.mnedc.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.relay.announce.PeerRecord;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AbsencesTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long HELD_BACK = Absences.HELD_BACK.toNanos();

    private final Absences absences = new Absences();

    private static PeerRecord record(String id) {
        return new PeerRecord(id, Set.of(), new byte[0]);
    }

    /** Leaves as often as that is told. */
    private void leaveOften(String id, long now) {
        for (int i = 0; i < Absences.OFTEN; i++) {
            assertThat(absences.holdBack(record(id), now)).isFalse();
        }
    }

    @Test
    void onlyADeviceThatLeavesOftenWithinAMinuteIsHeldBack() {
        for (int i = 0; i < 100; i++) {
            assertThat(absences.holdBack(record("slow"), i * 13L * SECOND)).isFalse();
        }
        leaveOften("fast", 0);
        assertThat(absences.holdBack(record("fast"), 59 * SECOND)).isTrue();
        assertThat(absences.back("fast")).isNotNull();
        assertThat(absences.back("fast")).as("nothing is held back any more").isNull();
        assertThat(absences.holdBack(record("other"), 59 * SECOND)).isFalse();
        assertThat(absences.holdBack(record("fast"), 120 * SECOND))
                .as("a minute later")
                .isFalse();
    }

    @Test
    void itIsToldWhenTheDeviceHasStayedAway() {
        leaveOften("a", 0);
        leaveOften("b", 0);
        absences.holdBack(record("a"), 0);
        absences.holdBack(record("b"), SECOND);
        assertThat(absences.due(HELD_BACK - 1)).isEmpty();
        assertThat(absences.next(HELD_BACK - 1)).isEqualTo(Duration.ofNanos(1));
        absences.back("a");
        absences.holdBack(record("a"), 2 * SECOND);
        assertThat(absences.due(HELD_BACK)).as("a has come back in between").isEmpty();
        assertThat(absences.due(HELD_BACK + SECOND))
                .extracting(PeerRecord::deviceId)
                .containsExactly("b");
        assertThat(absences.due(HELD_BACK + 2 * SECOND))
                .extracting(PeerRecord::deviceId)
                .containsExactly("a");
        assertThat(absences.next(HELD_BACK + 2 * SECOND)).isNull();
    }

    @Test
    void moreDevicesThanItRemembersAreToldAtOnce() {
        for (int i = 0; i <= Absences.MOST; i++) {
            leaveOften("d" + i, 0);
            assertThat(absences.holdBack(record("d" + i), 0)).isEqualTo(i < Absences.MOST);
        }
        assertThat(absences.due(HELD_BACK)).hasSize(Absences.MOST);
    }
}
