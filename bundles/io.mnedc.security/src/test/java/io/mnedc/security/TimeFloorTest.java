package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.Log;
import io.mnedc.testing.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeFloorTest {
    private static final Instant PROVEN = Instant.parse("2030-01-01T00:00:00Z");
    private static final Duration RUNS = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    @Test
    void aClockOf1970RunsFromWhatWasProvenAlsoAfterARestart() {
        TestClock late = new TestClock(Instant.EPOCH);
        Path file = directory.resolve("time-floor");
        TimeFloor floor = TimeFloor.open(file, late);
        assertThat(floor.now()).isBetween(Instant.EPOCH, Instant.EPOCH.plus(RUNS));
        floor.raise(PROVEN);
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
        floor.raise(PROVEN.minusSeconds(1000));
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
        assertThat(TimeFloor.open(file, late).now()).isBetween(PROVEN, PROVEN.plus(RUNS));
    }

    @Test
    void aRightClockIsBelieved() {
        TestClock right = new TestClock(PROVEN.plus(Duration.ofDays(3)));
        TimeFloor floor = TimeFloor.inMemory(right);
        floor.raise(PROVEN);
        assertThat(floor.now()).isEqualTo(right.instant());
    }

    @Test
    void aClockThatRanAheadForAWhileDoesNoLastingHarm() {
        TestClock clock = new TestClock(PROVEN.plus(Duration.ofDays(5000)));
        Path file = directory.resolve("time-floor");
        TimeFloor floor = TimeFloor.open(file, clock);
        floor.raise(PROVEN);
        clock.advance(Duration.ofDays(-5000));
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
        assertThat(TimeFloor.open(file, clock).now()).isBetween(PROVEN, PROVEN.plus(RUNS));
    }

    @Test
    void theDiskIsSpared() throws Exception {
        Path file = directory.resolve("time-floor");
        TimeFloor floor = TimeFloor.open(file, new TestClock(Instant.EPOCH));
        floor.raise(PROVEN);
        String written = Files.readString(file);
        floor.raise(PROVEN.plus(Duration.ofMinutes(30)));
        assertThat(Files.readString(file)).isEqualTo(written);
        floor.raise(PROVEN.plus(Duration.ofMinutes(61)));
        assertThat(Files.readString(file)).isNotEqualTo(written);
    }

    @Test
    void aDamagedFileBeginsAnew() throws Exception {
        Path file = Files.writeString(directory.resolve("time-floor"), "yesterday");
        TimeFloor floor = TimeFloor.open(file, new TestClock(Instant.EPOCH));
        assertThat(floor.now()).isBefore(Instant.EPOCH.plus(RUNS));
        Files.writeString(file, "2030-01-01T00:00:00Z".repeat(100));
        assertThat(TimeFloor.open(file, new TestClock(PROVEN)).now()).isBefore(PROVEN.plus(RUNS));
    }

    private static final Instant BEGIN = PROVEN.minus(Duration.ofDays(100));
    private static final Instant END = BEGIN.plus(Duration.ofDays(365));

    @Test
    void oneRelaysWordCountsButIsNotKept() {
        Path file = directory.resolve("time-floor");
        TestClock epoch = new TestClock(Instant.EPOCH);
        TimeFloor floor = TimeFloor.open(file, epoch);
        floor.raise(PROVEN);
        floor.told(Instant.parse("2100-01-01T00:00:00Z"), BEGIN, END);
        assertThat(floor.now()).as("to the end of its certificate").isBetween(END, END.plus(RUNS));
        assertThat(floor.proven()).isBetween(PROVEN, PROVEN.plus(RUNS));
        assertThat(TimeFloor.open(file, epoch).now()).as("after a restart").isBetween(PROVEN, PROVEN.plus(RUNS));
        Instant honest = PROVEN.plus(Duration.ofDays(3));
        floor.told(honest, BEGIN, END);
        assertThat(floor.now()).as("the next word replaces it").isBetween(honest, honest.plus(RUNS));
    }

    @Test
    void timeCannotBeToldBackBehindWhatIsProven() {
        TimeFloor floor = TimeFloor.inMemory(new TestClock(Instant.EPOCH));
        floor.raise(PROVEN);
        floor.told(Instant.EPOCH, BEGIN, END);
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
    }

    @Test
    void whatTheClockAndARelaySayAlikeIsKept() {
        Path file = directory.resolve("time-floor");
        TestClock right = new TestClock(PROVEN.plus(Duration.ofDays(30)));
        TimeFloor.open(file, right).told(right.instant().plusSeconds(60), BEGIN, END);
        assertThat(TimeFloor.open(file, new TestClock(Instant.EPOCH)).now())
                .isBetween(right.instant(), right.instant().plus(RUNS.multipliedBy(2)));
    }

    @Test
    void aFloorThatWasPushedAheadComesBackWhenTheClockAndARelayAgree() throws Exception {
        Path file = Files.writeString(directory.resolve("time-floor"), "2100-01-01T00:00:00Z");
        TestClock right = new TestClock(PROVEN);
        TimeFloor floor = TimeFloor.open(file, right);
        floor.told(PROVEN.plusSeconds(5), BEGIN, END);
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
        assertThat(TimeFloor.open(file, right).now()).isBetween(PROVEN, PROVEN.plus(RUNS));
    }

    @Test
    void aClockThatIsWrongItselfBringsNoFloorBack() throws Exception {
        Path file = Files.writeString(directory.resolve("time-floor"), PROVEN.toString());
        for (String wrong : new String[] {"1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"}) {
            TimeFloor floor = TimeFloor.open(file, new TestClock(Instant.parse(wrong)));
            floor.told(PROVEN.minus(Duration.ofDays(20)), BEGIN, END);
            assertThat(floor.proven()).isBetween(PROVEN, PROVEN.plus(RUNS));
        }
    }

    @Test
    void aRelayThatStepsForYearsPushesTheFloorNoFasterThanTimePasses() {
        long[] nanos = {0};
        TimeFloor floor = TimeFloor.open(directory.resolve("time-floor"), new TestClock(Instant.EPOCH), () -> nanos[0]);
        floor.raise(PROVEN);
        Instant far = Instant.parse("2100-01-01T00:00:00Z");
        floor.told(far, BEGIN, far);
        for (int day = 0; day < 100; day++) {
            nanos[0] += Duration.ofDays(1).toNanos();
            floor.told(far, BEGIN, far);
        }
        assertThat(floor.proven()).isBetween(PROVEN.plus(Duration.ofDays(199)), PROVEN.plus(Duration.ofDays(201)));
    }

    @Test
    void theLogSaysWhyAFloorThatIsAheadDoesNotCountOnce() {
        Path file = directory.resolve("time-floor");
        Instant ahead = PROVEN.plus(Duration.ofDays(9000));
        TimeFloor floor = TimeFloor.open(file, new TestClock(PROVEN));
        floor.raise(ahead);
        String log = Log.of(() -> {
            for (int i = 0; i < 5; i++) {
                assertThat(floor.at(BEGIN, END)).isBetween(PROVEN, PROVEN.plus(RUNS));
            }
        });
        assertThat(log.lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("The time floor " + ahead.toString().substring(0, 10))
                .contains("does not count", PROVEN.toString().substring(0, 10));
        log = Log.of(() -> floor.told(PROVEN, BEGIN, END));
        assertThat(log.lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("in the future", "it comes back to", "Did a relay tell a wrong time");
    }

    @Test
    void theLogSaysThatWhatARelayHasToldDoesNotCount() {
        TimeFloor floor = TimeFloor.open(directory.resolve("time-floor"), new TestClock(Instant.EPOCH));
        floor.raise(PROVEN);
        Instant far = Instant.parse("2100-01-01T00:00:00Z");
        floor.told(far, BEGIN, far);
        assertThat(Log.of(() -> assertThat(floor.at(BEGIN.plusSeconds(1), END)).isBetween(PROVEN, PROVEN.plus(RUNS))))
                .contains("A time that a relay has told, 2100-01-01", "by what was proven before");
    }
}
