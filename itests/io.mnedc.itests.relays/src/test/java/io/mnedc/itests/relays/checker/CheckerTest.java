package io.mnedc.itests.relays.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.itests.relays.checker.Event.Apart;
import io.mnedc.itests.relays.checker.Event.Enrolled;
import io.mnedc.itests.relays.checker.Event.Revoked;
import io.mnedc.itests.relays.checker.Event.Welcomed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Histories made by hand: what is broken is found, and nothing else. */
class CheckerTest {
    private static final long SECOND = 1_000_000_000L;

    private final Checker checker = new Checker(Duration.ofSeconds(1), Map.of("three", 3));

    private List<String> violations(Event... history) {
        return checker.check(List.of(history)).violations();
    }

    private static Welcomed welcomed(double begin, String device, int relay, int node) {
        long at = (long) (begin * SECOND);
        return new Welcomed(at, at + SECOND / 100, device, relay, node);
    }

    @Test
    void keptPromisesAreNoViolation() {
        assertThat(violations(
                        new Enrolled(SECOND, "a", "one"),
                        new Enrolled(2 * SECOND, "a", "one"),
                        new Enrolled(SECOND, "b", "three"),
                        new Enrolled(SECOND, "c", "three"),
                        welcomed(2, "a", 1, 2),
                        welcomed(3, "a", 2, 2),
                        welcomed(3, "b", 2, 3),
                        new Revoked(4 * SECOND, "a"),
                        welcomed(4.5, "a", 3, 2)))
                .isEmpty();
    }

    @Test
    void anAddressAtTwoDevicesIsFound() {
        assertThat(violations(welcomed(1, "a", 1, 7), welcomed(9, "b", 2, 7)))
                .containsExactly("address 7 was given to [a, b]");
    }

    @Test
    void aLostLeaseIsFound() {
        assertThat(violations(welcomed(1, "a", 1, 7), welcomed(2, "a", 2, 8)))
                .containsExactly("the lease of a was lost: it got the addresses [7, 8]");
    }

    @Test
    void aTokenThatIsUsedTwiceIsFound() {
        assertThat(violations(new Enrolled(SECOND, "a", "one"), new Enrolled(SECOND, "b", "one")))
                .containsExactly("token one was used by [a, b]");
        assertThat(violations(
                        new Enrolled(1, "a", "three"),
                        new Enrolled(2, "b", "three"),
                        new Enrolled(3, "c", "three"),
                        new Enrolled(4, "d", "three")))
                .containsExactly("token three was used by [a, b, c, d]");
    }

    @Test
    void aRevokedDeviceThatIsLetInIsFound() {
        Revoked revoked = new Revoked(4 * SECOND, "a");
        assertThat(violations(welcomed(5.5, "a", 3, 2), revoked))
                .containsExactly("a was let in by relay 3, 1500 ms after it was acknowledged to be revoked");
        // the first acknowledgement counts
        assertThat(violations(revoked, welcomed(5.5, "a", 3, 2), new Revoked(5 * SECOND, "a")))
                .hasSize(1);
    }

    @Test
    void onlyTheRelayThatWasApartIsExcusedAndOnlyThen() {
        Revoked revoked = new Revoked(4 * SECOND, "a");
        Apart apart = new Apart(3 * SECOND, 9 * SECOND, 3);
        Checker.Verdict verdict = checker.check(List.of(revoked, apart, welcomed(8, "a", 3, 2)));
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.excused()).isEqualTo(1);
        assertThat(violations(revoked, apart, welcomed(8, "a", 2, 2))).hasSize(1);
        assertThat(violations(revoked, apart, welcomed(9.5, "a", 3, 2))).hasSize(1);
        assertThat(violations(revoked, new Apart(0, 2 * SECOND, 3), welcomed(8, "a", 3, 2)))
                .hasSize(1);
        // it has had the time to hear of it before
        assertThat(violations(revoked, new Apart(7 * SECOND, 9 * SECOND, 3), welcomed(8, "a", 3, 2)))
                .hasSize(1);
        assertThat(violations(revoked, new Apart(3 * SECOND, 9 * SECOND, 0), welcomed(8, "a", 2, 2)))
                .isEmpty();
    }

    @Test
    void theLongestLagIsTold() {
        assertThat(checker.check(List.of(new Revoked(4 * SECOND, "a"), welcomed(4.3, "a", 3, 2)))
                        .lagMillis())
                .isEqualTo(300);
    }

    @Test
    void eventsAreTheSameAfterWritingAndReading() {
        for (Event each :
                List.of(welcomed(1, "a", 2, 3), new Enrolled(1, "a", "t"), new Revoked(5, "b"), new Apart(1, 2, 0))) {
            assertThat(Event.parse(each.line())).isEqualTo(each);
        }
    }
}
