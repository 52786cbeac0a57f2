package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendBufferTest {
    private static final long MILLI = 1_000_000;
    private static final int MOST = 1 << 20;

    private final List<Integer> sizes = new ArrayList<>();
    private final SendBuffer buffer = new SendBuffer(MOST, sizes::add);
    private long now = 1_000_000_000;

    /** A socket that takes so many bytes per second, and has room for more every few milliseconds, while more wait. */
    private void carry(long bytesPerSecond, long millis) throws IOException {
        buffer.took(0, true, now);
        for (long at = 0; at < millis; at += 5) {
            now += 5 * MILLI;
            buffer.took((int) (bytesPerSecond / 200), true, now);
        }
    }

    @Test
    void beginsWithLessThanTheMost() throws Exception {
        buffer.open();
        assertThat(sizes).containsExactly(SendBuffer.FIRST);
        new SendBuffer(4_096, sizes::add).open();
        assertThat(sizes).endsWith(4_096);
    }

    @ParameterizedTest
    @CsvSource({"1,16384", "8,35000", "40,175000", "100,437500", "1000,1048576"})
    void holdsWhatTheWayCarriesInAFractionOfASecond(long megabits, int size) throws Exception {
        buffer.roundTrip(10 * MILLI);
        carry(megabits * 125_000, 1_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isBetween(size * 3 / 4, size * 5 / 4));
    }

    @Test
    void aLongWayGetsMoreThanAShortOne() throws Exception {
        buffer.roundTrip(150 * MILLI);
        carry(10 * 125_000, 1_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isGreaterThan(10 * 125_000 * 150 / 1_000));
    }

    @Test
    void followsAWayThatBecomesSlowerAndFasterAgain() throws Exception {
        buffer.roundTrip(MILLI);
        carry(1_250_000_000, 500);
        assertThat(sizes).last().isEqualTo(MOST);
        carry(125_000, 500);
        assertThat(sizes).last().isEqualTo(SendBuffer.LEAST);
        carry(1_250_000_000, 500);
        assertThat(sizes).last().isEqualTo(MOST);
    }

    @Test
    void learnsNothingFromASenderThatPauses() throws Exception {
        for (int i = 0; i < 100; i++) {
            buffer.took(0, true, now);
            now += 5 * MILLI;
            buffer.took(1_000, false, now);
            now += 500 * MILLI;
            buffer.took(1_000, false, now);
        }
        assertThat(sizes).isEmpty();
    }

    @Test
    void changesLittleWhileTheWayStaysTheSame() throws Exception {
        carry(1_250_000, 300);
        int changes = sizes.size();
        carry(1_300_000, 10_000);
        carry(1_200_000, 10_000);
        assertThat(sizes).hasSize(changes);
    }

    @Test
    void aBufferThatWasFullUntilAllThatWaitedWasDroppedTellsTheRateToo() throws Exception {
        buffer.roundTrip(MILLI);
        carry(1_250_000_000, 500);
        // the link becomes slow: writable after seconds, and nothing waits any more
        buffer.took(0, true, now);
        now += 3_000 * MILLI;
        buffer.took(0, false, now);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isLessThan(SendBuffer.FIRST));
    }

    /** A sender that hands over so many bytes every few milliseconds, of which the socket refuses none. */
    private void send(int bytes, int everyMillis, long millis) throws IOException {
        for (long at = 0; at < millis; at += everyMillis) {
            now += everyMillis * MILLI;
            buffer.went(bytes, now);
        }
    }

    @Test
    void aBufferThatAFasterWayHasLeftShrinksThoughItRefusesNothing() throws Exception {
        buffer.roundTrip(10 * MILLI);
        carry(1_250_000_000, 500);
        // 10 Mbit/s
        send(6_250, 5, 3_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isBetween(SendBuffer.LEAST, 55_000));
    }

    @Test
    void burstsKeepTheirRoom() throws Exception {
        buffer.roundTrip(10 * MILLI);
        carry(1_250_000_000, 500);
        send(1_000_000, 500, 20_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isGreaterThan(300_000));
    }

    @Test
    void littleTrafficTellsNothing() throws Exception {
        carry(1_250_000_000, 500);
        int changes = sizes.size();
        send(100, 50, 60_000);
        assertThat(sizes).hasSize(changes);
    }

    @Test
    void theShortestOfTheLastRoundTripsCounts() throws Exception {
        buffer.roundTrip(300 * MILLI);
        buffer.roundTrip(MILLI);
        carry(10 * 125_000, 1_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isLessThan(10 * 125_000 / 25));
        for (int i = 0; i < 4; i++) {
            buffer.roundTrip(300 * MILLI);
        }
        carry(10 * 125_000, 1_000);
        assertThat(sizes).last().satisfies(last -> assertThat(last).isGreaterThan(10 * 125_000 / 5));
    }

    @Test
    void leavesTheBufferToTheKernelWhenToldSo() throws Exception {
        SendBuffer none = new SendBuffer(0, sizes::add);
        none.open();
        none.took(0, true, now);
        none.took(1_000, true, now + 200 * MILLI);
        assertThat(sizes).isEmpty();
    }
}
