package io.mnedc.itests.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.ZooKeeperStore;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is revoked at one relay is shut out by all, whether by a command, an editor or a relay that was away. */
@Timeout(180)
class SharedRevocationsTest extends TwoRelays {
    private static List<String> revoked(Member at) {
        return at.administration().revoked().stream().map(Revocation::deviceId).toList();
    }

    private static boolean inFile(Member at, String deviceId) {
        return at.read("revoked").lines().anyMatch(line -> line.startsWith(deviceId + " ") || line.equals(deviceId));
    }

    private static void edit(Member at, String text) throws IOException {
        at.write("revoked", text);
    }

    @Test
    void aSessionAtAnotherRelayEndsWithinASecond() throws Exception {
        a.start();
        b.start();
        DeviceIdentityStore device = b.overlay.enrolled(b.relay().address(), "pump");
        try (PlainDevice joined = TestOverlay.joined(b.relay().address(), device.identity(), "pump")) {
            long begin = System.nanoTime();
            a.administration().revoke("pump", "stolen");
            ErrorReport report = joined.awaitEnd();
            assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.REVOKED);
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(1));
        }
        assertThat(TestOverlay.refusal(b.relay().address(), device.identity(), "pump"))
                .isEqualTo(ErrorCode.REVOKED);
        Await.until("the file of the other relay shows it, too", () -> inFile(b, "pump"));
        assertThat(b.read("revoked")).isEqualTo(a.read("revoked")).contains("stolen");

        assertThat(b.administration().unrevoke("pump")).isTrue();
        Await.until("it may come in at the first relay", () -> revoked(a).isEmpty() && !inFile(a, "pump"));
        TestOverlay.joined(b.relay().address(), device.identity(), "pump").close();
    }

    @Test
    void anEditOfAFileHoldsAtAllRelays() throws Exception {
        a.start();
        b.start();
        edit(a, "# by hand\nold\nyoung 2031-02-03T04:05:06Z lost\n");
        Await.until("both are shut out at the other relay", () -> revoked(b).equals(List.of("old", "young")));
        Await.until("its file has them", () -> inFile(b, "old") && inFile(b, "young"));
        edit(b, "young 2031-02-03T04:05:06Z lost\nthird\n");
        Await.until("so does the first one", () -> revoked(a).equals(List.of("third", "young")));
        Await.until("in its file, too", () -> inFile(a, "third") && !inFile(a, "old"));
        // what is a person's own stays
        assertThat(a.read("revoked")).startsWith("# by hand\n");
    }

    @Test
    void aCommandBesideTheRelayCountsWhetherTheRelayRunsOrNot() throws Exception {
        a.start();
        b.start();
        commands(a).revoke("first", "");
        Await.until("first", () -> revoked(b).contains("first"));
        a.stop();
        commands(a).revoke("second", "");
        commands(a).unrevoke("first");
        commands(b).revoke("third", "");
        Await.until("third", () -> b.store().below(Revocations.SHARED).size() == 2);
        a.start();
        assertThat(revoked(a)).containsExactly("second", "third");
        Await.until("the other one", () -> revoked(b).equals(List.of("second", "third")) && inFile(b, "second"));
    }

    private static Revocations commands(Member at) throws IOException {
        return Revocations.open(at.file("revoked"), InstantSource.system());
    }

    @Test
    void whatBothRelaysHaveFromBeforeIsPutTogether() throws Exception {
        edit(a, "both 2031-01-01T00:00:00Z by a\nonly-a\n");
        edit(b, "both 2032-01-01T00:00:00Z by b\nonly-b\n");
        b.start();
        a.start();
        assertThat(revoked(a)).containsExactly("both", "only-a", "only-b");
        Await.until("the other one", () -> revoked(b).equals(revoked(a)) && inFile(b, "only-a"));
        // the first that comes says why
        assertThat(a.read("revoked"))
                .contains("both 2032-01-01T00:00:00Z by b\n")
                .doesNotContain("by a");
    }

    @Test
    void ofAnEditThatTakesBackAndAChangeElsewhereTheStricterOneCounts() throws Exception {
        a.start();
        a.administration().revoke("pump", "first");
        a.stop();
        edit(a, "");
        b.start();
        b.administration().unrevoke("pump");
        b.administration().revoke("pump", "again");
        a.start();
        assertThat(revoked(a)).containsExactly("pump");
        assertThat(a.read("revoked")).contains("again");
    }

    @Test
    void aFileOrAStoreThatIsLostComesBackFromTheOthers() throws Exception {
        a.start();
        b.start();
        a.administration().revoke("pump", "stolen");
        Await.until("told", () -> inFile(b, "pump"));
        a.stop();
        Files.delete(a.file("revoked"));
        a.start();
        assertThat(revoked(a)).containsExactly("pump");
        assertThat(a.read("revoked")).contains("stolen");
        a.stop();
        b.stop();
        // another store in place of the one that is lost
        name = name + "-new";
        a.forgetStore();
        b.forgetStore();
        b.start();
        assertThat(revoked(b)).containsExactly("pump");
        assertThat(b.store().below(Revocations.SHARED)).hasSize(1);
        a.start();
        assertThat(revoked(a)).containsExactly("pump");
    }

    @Test
    void aRelayThatIsCutOffSaysSoAndCatchesUp() throws Exception {
        a.start();
        b.start();
        a.wire.hold();
        try {
            Await.until("it says so", () -> a.remark().contains("out of reach since"));
            b.administration().revoke("pump", "");
            long begin = System.nanoTime();
            assertThatThrownBy(() -> a.administration().revoke("valve", ""))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("valve is shut out at this relay; the others hear of it when");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(35));
            assertThat(revoked(a)).containsExactly("valve");
        } finally {
            a.wire.release();
        }
        Await.until(
                "both know both",
                () -> revoked(a).equals(List.of("pump", "valve")) && revoked(b).equals(revoked(a)));
        Await.until("it says nothing more", () -> a.remark().isEmpty());
    }

    @Test
    void aRelayDoesNotStartWithoutTheStore() {
        assertThatThrownBy(() -> TestRelay.with(a.settings(), (ZooKeeperStore) null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("store = shared: the store that the relays share is not there");
    }

    @Test
    void whatAnotherRelayHasStoredIsChecked() throws Exception {
        a.start();
        put("authority/revoked/bad id/x", "");
        put("authority/revoked/n@me", "");
        put("authority/revoked/long", "2031-01-01T00:00:00Z " + "x".repeat(100_000));
        put("authority/revoked/lines", "2031-01-01T00:00:00Z two\nvictim 2031-01-01T00:00:00Z lines");
        put("authority/revoked/good", "2031-01-01T00:00:00Z why");
        Await.until("the good one is there", () -> inFile(a, "good"));
        // a line that is wrong is in no file; whom it names is shut out all the same
        assertThat(a.read("revoked")).isEqualTo("good 2031-01-01T00:00:00Z why\n");
        assertThat(revoked(a)).containsExactly("good", "lines", "long");
        assertThat(a.administration().revoked())
                .allSatisfy(
                        each -> assertThat(each.reason()).hasSizeLessThan(300).doesNotContain("\n"));
    }

    private void put(String key, String text) throws Exception {
        try {
            assertThat(a.store()
                            .commit(Transaction.EMPTY.put(key, text))
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS))
                    .isTrue();
        } catch (IllegalArgumentException e) {
            // no store takes such a key
        }
    }
}
