package io.mnedc.itests.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.security.authority.SharedRules;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One text of access rules, which all relays enforce. */
@Timeout(180)
class SharedRulesTest extends TwoRelays {
    private static final String KEY = "authority/rules/text";
    private static final String APART = "deny device:press device:pump\n";

    /** The rules in force, as the relay's audit log tells them. */
    private static String inForce(Member at) {
        return at.read("audit.jsonl")
                .lines()
                .filter(line -> line.contains("\"rules-changed\""))
                .reduce((first, second) -> second)
                .orElse("");
    }

    private static String shared(Member at) {
        return at.store().get(KEY).map(entry -> entry.value()).orElse("");
    }

    private static List<String> overruled(Member at) throws IOException {
        if (!Files.exists(at.file("shared/overruled"))) {
            return List.of();
        }
        try (var files = Files.list(at.file("shared/overruled"))) {
            return files.map(file -> at.read("shared/overruled/" + file.getFileName()))
                    .toList();
        }
    }

    @Test
    void anEditAtOneRelayPartsDevicesOfTheOther() throws Exception {
        a.start();
        b.start();
        DeviceIdentityStore press = b.overlay.enrolled(b.relay().address(), "press");
        DeviceIdentityStore pump = b.overlay.enrolled(b.relay().address(), "pump");
        try (PlainDevice first = TestOverlay.joined(b.relay().address(), press.identity(), "press");
                PlainDevice second = TestOverlay.joined(b.relay().address(), pump.identity(), "pump")) {
            assertThat(second.welcome.node()).isNotEqualTo(first.welcome.node());
            a.write("rules", APART);
            boolean gone = false;
            while (!gone) {
                gone = first.await(Announce.class).changes().contains(new Change.Absent("pump"));
            }
        }
        Await.until("the file of the other one", () -> b.read("rules").equals(APART));
        b.write("rules", APART + "deny any group:guests\n");
        Await.until("both", () -> inForce(a).contains("guests") && inForce(b).contains("guests"));
        Await.until("the file of the first one", () -> a.read("rules").equals(b.read("rules")));
        // to have none the file is emptied
        b.write("rules", "");
        Await.until(
                "none",
                () -> shared(a).isEmpty()
                        && inForce(a).contains("default allow")
                        && !inForce(a).contains("guests"));
        Await.until("none in the other file", () -> a.read("rules").isEmpty());
    }

    @Test
    void wrongRulesAreNotShared() throws Exception {
        a.start();
        b.start();
        a.write("rules", APART);
        Await.until("shared", () -> b.read("rules").equals(APART));
        a.write("rules", "deny everybody\n");
        Await.until("it is told", () -> a.read("audit.jsonl").contains("\"rules-broken\""));
        assertThat(shared(b)).isEqualTo(APART);
        assertThat(b.read("rules")).isEqualTo(APART);
        // another relay may change them meanwhile: what is being mended here is not lost
        b.write("rules", APART + "deny any group:guests\n");
        Await.until("in force here, too", () -> inForce(a).contains("guests"));
        assertThat(a.read("rules")).isEqualTo("deny everybody\n");
        a.write("rules", "deny any any\n");
        Await.until("the other one counts", () -> a.read("rules").equals(b.read("rules")));
        assertThat(shared(a)).contains("guests");
        assertThat(overruled(a)).containsExactly("deny any any\n");
    }

    @Test
    void ofTwoEditsInTheSameMomentOneCountsAndTheOtherIsKept() throws Exception {
        a.start();
        b.start();
        String atA = "deny device:a any\n";
        String atB = "deny device:b any\n";
        a.write("rules", atA);
        b.write("rules", atB);
        Await.until(
                "the same everywhere",
                () -> !shared(a).isEmpty()
                        && a.read("rules").equals(shared(a))
                        && b.read("rules").equals(shared(a)));
        assertThat(shared(a)).isIn(atA, atB);
        List<String> kept = shared(a).equals(atA) ? overruled(b) : overruled(a);
        assertThat(kept).containsExactly(shared(a).equals(atA) ? atB : atA);
        Await.until(
                "in force",
                () -> inForce(a).contains(shared(a).strip())
                        && inForce(b).contains(shared(a).strip()));
    }

    @Test
    void whatWasEditedWhileNoRelayRanCountsAtItsStart() throws Exception {
        a.write("rules", APART);
        a.start();
        Await.until("it is shared", () -> shared(a).equals(APART));
        b.start();
        Await.until("the other one has it", () -> b.read("rules").equals(APART));
        // before it lets anybody in
        assertThat(inForce(b)).contains("device:press");
        b.stop();
        b.write("rules", "deny any any\n");
        b.start();
        Await.until(
                "all",
                () -> a.read("rules").equals("deny any any\n") && inForce(a).contains("deny any any"));
        a.stop();
        Files.delete(a.file("rules"));
        a.start();
        Await.until("a file that is missing comes back", () -> a.read("rules").equals("deny any any\n"));
        assertThat(inForce(a)).contains("deny any any");
    }

    @Test
    void aRelayThatIsCutOffEnforcesWhatAllEnforcedLast() throws Exception {
        a.start();
        b.start();
        a.write("rules", APART);
        Await.until("shared", () -> b.read("rules").equals(APART));
        a.wire.hold();
        try {
            Await.until("it says so", () -> a.remark().contains("out of reach since"));
            a.write("rules", "deny device:x any\n");
            b.write("rules", "deny device:y any\n");
            Await.until("the other one", () -> inForce(b).contains("device:y"));
            assertThat(inForce(a)).contains("device:press");
        } finally {
            a.wire.release();
        }
        Await.until(
                "both", () -> inForce(a).contains("device:y") && a.read("rules").equals("deny device:y any\n"));
        assertThat(overruled(a)).containsExactly("deny device:x any\n");
    }

    @Test
    void rulesOfAnotherRelayAreChecked() throws Exception {
        a.start();
        a.write("rules", APART);
        Await.until("shared", () -> shared(a).equals(APART));
        put("deny everybody\n");
        put("deny any any\n# " + "x".repeat(SharedRules.MOST_BYTES) + "\n");
        Await.until("it is told", () -> a.read("audit.jsonl").contains("\"rules-broken\""));
        // what cannot be used is not taken for removed
        long begin = System.nanoTime();
        Await.until("looked at", () -> System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(3));
        assertThat(inForce(a)).contains("device:press");
        assertThat(a.read("rules")).isEqualTo(APART);
        put("deny device:z any\n");
        Await.until("good ones are taken", () -> inForce(a).contains("device:z"));
    }

    private void put(String text) throws Exception {
        assertThat(a.store()
                        .commit(Transaction.EMPTY.put(KEY, text))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void rulesThatDoNotGoWithTheSettingLetNobodyTalk() throws Exception {
        a.write("rules", "default allow\n");
        a.start();
        Await.until("shared", () -> !shared(a).isEmpty());
        b.start(b.settings().policy(TestRelay.rules("default deny")));
        DeviceIdentityStore press = b.overlay.enrolled(b.relay().address(), "press");
        DeviceIdentityStore pump = b.overlay.enrolled(b.relay().address(), "pump");
        try (PlainDevice first = TestOverlay.joined(b.relay().address(), press.identity(), "press");
                PlainDevice second = TestOverlay.joined(b.relay().address(), pump.identity(), "pump")) {
            assertThat(second.await(Announce.class).changes()).isEmpty();
            assertThat(first.await(Announce.class).changes()).isEmpty();
        }
        assertThat(b.read("audit.jsonl")).contains("rules-broken");
        assertThat(Optional.of(shared(b))).contains("default allow\n");
    }
}
