package io.mnedc.relay.announce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Many devices that tell much must not fill the relay. */
class InfoRoomTest {
    private final InfoRoom room = new InfoRoom(30_000);

    private static PeerRecord record(int bytes) {
        return new PeerRecord("a", Set.of(), new byte[bytes]);
    }

    @Test
    void smallRecordsDoNotCount() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(room.replace(record(100), record(InfoRoom.FREE))).isTrue();
        }
        assertThat(room.replace(record(0), record(30_000))).as("all is left").isTrue();
    }

    @Test
    void largeOnesShareTheRoomAndGiveItBack() {
        PeerRecord large = record(10_000);
        for (int i = 0; i < 3; i++) {
            assertThat(room.replace(record(0), large)).isTrue();
        }
        assertThat(room.replace(record(0), large)).as("full").isFalse();
        assertThat(room.replace(large, record(10_001)))
                .as("not even a little larger")
                .isFalse();
        assertThat(room.replace(large, record(9_999)))
                .as("smaller, also while it is full")
                .isTrue();
        room.free(large);
        assertThat(room.replace(record(0), large)).isTrue();
    }

    @Test
    void whoComesAndGoesWithALargeRecordLeavesTheRoomAsItWas() {
        PeerRecord large = record(10_000);
        for (int i = 0; i < 10; i++) {
            room.add(large);
            room.free(large);
        }
        assertThat(room.replace(record(0), record(30_001)))
                .as("no more than before")
                .isFalse();
        assertThat(room.replace(record(0), record(30_000))).as("no less").isTrue();
    }
}
