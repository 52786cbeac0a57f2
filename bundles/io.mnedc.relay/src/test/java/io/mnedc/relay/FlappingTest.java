package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Change.Absent;
import io.mnedc.codec.ControlMessage.Change.Present;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.work.Counter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device that comes and goes all the time: its peers hear of it a few times, and again when it stays away. */
@Timeout(180)
class FlappingTest extends WithRelay {
    private static final int TOLD = 5;

    private Sessions sessions() {
        return relay.relay().services().sessions();
    }

    private void comeAndGo(String id) throws Exception {
        relay.joined(id).close();
        TestRelay.eventually(() -> sessions().ofDevice(id) == null);
    }

    private static String id(Change change) {
        return change instanceof Present present ? "+" + present.node().deviceId() : "-" + ((Absent) change).deviceId();
    }

    @Test
    void itsPeersAreLeftAloneUntilItStaysAway() throws Exception {
        try (PlainDevice quiet = relay.joined("quiet")) {
            for (int i = 0; i < TOLD; i++) {
                try (PlainDevice restless = relay.joined("restless")) {
                    assertThat(restless.welcome.node()).isPositive();
                    assertThat(quiet.changes(1)).extracting(FlappingTest::id).containsExactly("+restless");
                }
                assertThat(quiet.changes(1)).extracting(FlappingTest::id).containsExactly("-restless");
            }
            relay.joined("restless").close();
            assertThat(quiet.changes(1)).extracting(FlappingTest::id).containsExactly("+restless");
            for (int i = 0; i < 5; i++) {
                comeAndGo("restless");
                // what was told before of the restless one would come before, or with it
                try (PlainDevice other = relay.joined("other-" + i)) {
                    assertThat(quiet.changes(1)).extracting(FlappingTest::id).isEqualTo(List.of("+other-" + i));
                    assertThat(other.welcome.node()).isPositive();
                }
                assertThat(quiet.changes(1)).extracting(FlappingTest::id).isEqualTo(List.of("-other-" + i));
            }
            assertThat(relay.count(Counter.LEAVES_HELD_BACK)).isEqualTo(6);
            assertThat(quiet.changes(1))
                    .as("it stays away")
                    .extracting(FlappingTest::id)
                    .containsExactly("-restless");
        }
    }

    @Test
    void oneThatHasComeBackIsNotToldToHaveLeft() throws Exception {
        for (String id : List.of("restless", "gone")) {
            for (int i = 0; i < 2 * TOLD; i++) {
                comeAndGo(id);
            }
        }
        try (PlainDevice back = relay.joined("restless");
                PlainDevice later = relay.joined("later")) {
            assertThat(back.welcome.node()).isPositive();
            assertThat(later.changes(2)).extracting(FlappingTest::id).containsExactlyInAnyOrder("+restless", "+gone");
            assertThat(later.changes(1)).extracting(FlappingTest::id).containsExactly("-gone");
            try (PlainDevice last = relay.joined("last")) {
                assertThat(last.changes(2)).extracting(FlappingTest::id).containsExactly("+restless", "+later");
            }
        }
    }
}
