package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationsTest {
    @TempDir
    private Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2031-02-03T04:05:06.789Z"));
    private Path file;
    private Revocations list;

    @BeforeEach
    void open() throws IOException {
        file = directory.resolve("revoked");
        list = Revocations.open(file, clock);
    }

    @Test
    void aRevocationSurvivesARestart() throws IOException {
        list.revoke("a", "stolen from\nthe roof  #3");
        assertThat(list.find("a")).isPresent();
        assertThat(Revocations.open(file, clock).all())
                .containsExactly(new Revocation("a", Instant.parse("2031-02-03T04:05:06Z"), "stolen from the roof #3"));
        assertThat(Files.readString(file)).isEqualTo("a 2031-02-03T04:05:06Z stolen from the roof #3\n");
        assertThat(list.unrevoke("a")).isTrue();
        assertThat(list.unrevoke("a")).isFalse();
        assertThat(Revocations.open(file, clock).all()).isEmpty();
    }

    @Test
    void whatOthersWriteIsFoundByPolling() throws IOException {
        assertThat(list.poll()).isFalse();
        Revocations.open(file, clock).revoke("a", "");
        assertThat(list.find("a")).isEmpty();
        assertThat(list.poll()).isTrue();
        assertThat(list.find("a")).isPresent();
        assertThat(list.poll()).isFalse();
        Revocations.open(file, clock).unrevoke("a");
        assertThat(list.poll()).isTrue();
        assertThat(list.find("a")).isEmpty();
    }

    @Test
    void linesThatPeopleWroteAreTakenForWhatTheyMeanAndKept() throws IOException {
        Files.writeString(
                file, "# shut out\n\nbare\nb yesterday, at night\nc/d 2031-01-01T00:00:00Z no ID\n\u00e9\u0000\n");
        assertThat(list.poll()).isTrue();
        assertThat(list.all()).extracting(Revocation::deviceId).containsExactly("b", "bare");
        assertThat(list.find("b").orElseThrow().reason()).isEqualTo("yesterday, at night");
        list.revoke("z", "later");
        list.unrevoke("bare");
        assertThat(Files.readString(file))
                .startsWith("# shut out\n\nb yesterday, at night\nc/d 2031")
                .endsWith("z 2031-02-03T04:05:06Z later\n");
    }

    @Test
    void twoChangesInOneMomentOfTheFileSystemAreBothSeen() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            String id = String.valueOf((char) ('a' + random.nextInt(26)));
            // the same length each time, in place, as an editor may do it
            Files.writeString(file, id + "\n");
            list.poll();
            assertThat(list.all()).extracting(Revocation::deviceId).containsExactly(id);
        }
    }

    @Test
    void twoWritersLoseNothing() throws Exception {
        Revocations other = Revocations.open(file, clock);
        Thread thread = new Thread(() -> revoke(other, "x"));
        thread.start();
        revoke(list, "y");
        thread.join();
        assertThat(Revocations.open(file, clock).all()).hasSize(40);
    }

    private static void revoke(Revocations revocations, String prefix) {
        try {
            for (int i = 0; i < 20; i++) {
                revocations.revoke(prefix + i, "");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatCannotBeStoredHoldsAllTheSame() throws IOException {
        Files.createDirectory(file);
        Revocations stuck = list;
        assertThatThrownBy(() -> stuck.revoke("a", "")).isInstanceOf(IOException.class);
        assertThat(stuck.find("a")).isPresent();
        Files.delete(file);
        Files.writeString(file, "b\n");
        assertThat(stuck.poll()).isTrue();
        assertThat(stuck.all()).extracting(Revocation::deviceId).containsExactly("a", "b");
    }

    @Test
    void onlyDeviceIdsAreRevoked() {
        assertThatThrownBy(() -> list.revoke("a b", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> list.unrevoke("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nobodyIsLetInBecauseTheFileIsBeingWrittenAgain() throws IOException {
        long[] now = {0};
        Files.writeString(file, "a\nb\nc\n");
        Revocations slow = Revocations.open(file, clock, () -> now[0]);
        for (String half : List.of("a\n", "a\nb", "x\na\nb")) {
            Files.writeString(file, half);
            for (int second = 0; second < 14; second++) {
                slow.poll();
                assertThat(slow.all()).extracting(Revocation::deviceId).contains("a", "b", "c");
                now[0] += 1_000_000_000L;
            }
        }
        assertThat(slow.find("x")).as("who is added is shut out at once").isPresent();
        Files.writeString(file, "a\nx\nb\n");
        assertThat(slow.poll()).isTrue();
        assertThat(slow.all()).extracting(Revocation::deviceId).containsExactly("a", "b", "x");
        Files.writeString(file, "a\n");
        now[0] += 1;
        slow.poll();
        now[0] += 15_000_000_000L;
        assertThat(slow.poll()).as("it is meant so").isTrue();
        assertThat(slow.all()).extracting(Revocation::deviceId).containsExactly("a");
    }

    @Test
    void aCommandBesideItIsNotTakenForAWriter() throws IOException {
        Files.writeString(file, "a\nb\n");
        assertThat(list.poll()).isTrue();
        Revocations.open(file, clock).unrevoke("b");
        assertThat(list.poll()).isTrue();
        assertThat(list.find("b")).isEmpty();
    }

    @Test
    void wrongLinesAreToldOfButNotAThousandTimes() throws IOException {
        Files.writeString(file, "# a comment\n\na good\n" + "c/d is none\n".repeat(12));
        String log =
                Log.of(() -> assertThatCode(() -> Revocations.open(file, clock)).doesNotThrowAnyException());
        assertThat(log.split("is ignored", -1)).hasSize(11);
        assertThat(log).contains("line 4, is ignored: 'c/d is none'").doesNotContain("comment");
        assertThat(list.poll()).isTrue();
        String again = Log.of(() -> {
            assertThat(list.poll()).isFalse();
            assertThatCode(() -> list.revoke("z", "")).doesNotThrowAnyException();
        });
        assertThat(again).as("what has been said already").isEmpty();
    }

    @Test
    void aFileThatCannotBeReadIsToldOfOnceAndLetsNobodyIn() throws IOException {
        Files.writeString(file, "a\n");
        assertThat(list.poll()).isTrue();
        Files.writeString(file, "# only a comment more\na\n");
        assertThat(list.poll()).as("the same are shut out").isFalse();
        Files.delete(file);
        Files.createDirectory(file);
        String log = Log.of(() -> {
            for (int second = 0; second < 3; second++) {
                assertThat(list.poll()).isFalse();
            }
        });
        assertThat(log.split("cannot be read", -1)).hasSize(2);
        assertThat(list.find("a")).isPresent();
    }
}
