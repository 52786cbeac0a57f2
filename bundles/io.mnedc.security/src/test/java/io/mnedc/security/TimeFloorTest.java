package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

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
        HandClock late = new HandClock(Instant.EPOCH);
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
        HandClock right = new HandClock(PROVEN.plus(Duration.ofDays(3)));
        TimeFloor floor = TimeFloor.inMemory(right);
        floor.raise(PROVEN);
        assertThat(floor.now()).isEqualTo(right.instant());
    }

    @Test
    void aClockThatRanAheadForAWhileDoesNoLastingHarm() {
        HandClock clock = new HandClock(PROVEN.plus(Duration.ofDays(5000)));
        Path file = directory.resolve("time-floor");
        TimeFloor floor = TimeFloor.open(file, clock);
        floor.raise(PROVEN);
        clock.pass(Duration.ofDays(-5000));
        assertThat(floor.now()).isBetween(PROVEN, PROVEN.plus(RUNS));
        assertThat(TimeFloor.open(file, clock).now()).isBetween(PROVEN, PROVEN.plus(RUNS));
    }

    @Test
    void theDiskIsSpared() throws Exception {
        Path file = directory.resolve("time-floor");
        TimeFloor floor = TimeFloor.open(file, new HandClock(Instant.EPOCH));
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
        TimeFloor floor = TimeFloor.open(file, new HandClock(Instant.EPOCH));
        assertThat(floor.now()).isBefore(Instant.EPOCH.plus(RUNS));
        Files.writeString(file, "2030-01-01T00:00:00Z".repeat(100));
        assertThat(TimeFloor.open(file, new HandClock(PROVEN)).now()).isBefore(PROVEN.plus(RUNS));
    }
}
