package io.mnedc.itests.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.security.JoinToken;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Join tokens and enrolments are those of all relays: each use counts once, wherever it is made. */
@Timeout(180)
class SharedEnrolmentTest extends TwoRelays {
    private static final int ROUNDS = 60;
    private static final int ROUNDS_OF_CUTS = 25;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private static JoinToken token(OverlayAuthority at, Optional<String> deviceId, int uses) throws IOException {
        return at.tokens()
                .issue(
                        new TokenRequest(deviceId, Set.of("sensors"), Duration.ofHours(1), uses, List.of()),
                        List.of("127.0.0.1:1"));
    }

    /** A device that asks again until it knows: with the same key, as devices do. */
    private Callable<Optional<Reason>> asking(Member at, JoinToken token, String deviceId, CountDownLatch go)
            throws Exception {
        byte[] request = a.overlay.store("key-" + deviceId).enrolmentRequest(deviceId, token);
        OverlayAuthority authority = at.relay().authority();
        return () -> {
            go.await();
            for (int i = 0; i < 100; i++) {
                try {
                    authority.enrol(token.id(), token.secret(), deviceId, request);
                    return Optional.empty();
                } catch (RefusedException e) {
                    if (e.reason() != Reason.ENROLMENT_UNAVAILABLE) {
                        return Optional.of(e.reason());
                    }
                    Thread.sleep(50);
                }
            }
            throw new AssertionError("never an answer");
        };
    }

    private List<Optional<Reason>> both(JoinToken token, String idAtA, String idAtB) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Future<Optional<Reason>> first = threads.submit(asking(a, token, idAtA, go));
        Future<Optional<Reason>> second = threads.submit(asking(b, token, idAtB, go));
        go.countDown();
        return List.of(first.get(120, TimeUnit.SECONDS), second.get(120, TimeUnit.SECONDS));
    }

    private static Optional<OpenToken> stored(Member at, JoinToken token) {
        return at.relay().authority().tokens().find(JoinTokens.name(token.id()));
    }

    private void known(JoinToken token) throws Exception {
        Await.until(
                "both know the token",
                () -> stored(a, token).isPresent() && stored(b, token).isPresent());
    }

    @Test
    void aTokenWithOneUseIsRedeemedOnceByTwoRelaysInTheSameMoment() throws Exception {
        a.start();
        b.start();
        for (int round = 0; round < ROUNDS; round++) {
            JoinToken token = token(a.relay().authority(), Optional.empty(), 1);
            known(token);
            assertThat(both(token, "a-" + round, "b-" + round))
                    .containsExactlyInAnyOrder(Optional.empty(), Optional.of(Reason.JOIN_USED));
            assertThat(stored(a, token).orElseThrow().uses()).isZero();
        }
        assertThat(a.administration().enrolled()).hasSize(ROUNDS);
        Await.until(
                "files",
                () -> files(a, "devices").size() == ROUNDS
                        && files(b, "devices").size() == ROUNDS);
        assertThat(b.overlay.authority().enrolments().all())
                .isEqualTo(a.administration().enrolled());
    }

    @Test
    void anIdIsEnrolledWithOneKeyByTwoRelaysInTheSameMoment() throws Exception {
        a.start();
        b.start();
        for (int round = 0; round < ROUNDS / 2; round++) {
            String deviceId = "press-" + round;
            JoinToken first = token(a.relay().authority(), Optional.empty(), 1);
            JoinToken second = token(b.relay().authority(), Optional.empty(), 1);
            known(first);
            known(second);
            CountDownLatch go = new CountDownLatch(1);
            byte[] other = a.overlay.store("other-" + round).enrolmentRequest(deviceId, second);
            Future<Optional<Reason>> atA = threads.submit(asking(a, first, deviceId, go));
            Future<Optional<Reason>> atB = threads.submit(() -> {
                go.await();
                try {
                    b.relay().authority().enrol(second.id(), second.secret(), deviceId, other);
                    return Optional.empty();
                } catch (RefusedException e) {
                    return Optional.of(e.reason());
                }
            });
            go.countDown();
            assertThat(List.of(atA.get(60, TimeUnit.SECONDS), atB.get(60, TimeUnit.SECONDS)))
                    .containsExactlyInAnyOrder(Optional.empty(), Optional.of(Reason.ID_TAKEN));
        }
    }

    @Test
    void aTokenIsRedeemedOnceAlsoIfAnswersOfTheStoreAreLost() throws Exception {
        a.start();
        b.start();
        a.wire.cut(true);
        b.wire.cut(true);
        int redeemed = 0;
        for (int round = 0; round < ROUNDS_OF_CUTS; round++) {
            JoinToken token = eventually(() -> token(a.relay().authority(), Optional.empty(), 1));
            known(token);
            List<Optional<Reason>> answers = both(token, "a-" + round, "b-" + round);
            assertThat(answers).containsExactlyInAnyOrder(Optional.empty(), Optional.of(Reason.JOIN_USED));
            redeemed++;
        }
        a.wire.cut(false);
        b.wire.cut(false);
        int enrolled = redeemed;
        Await.until(
                "both know all",
                () -> a.administration().enrolled().size() == enrolled
                        && b.administration()
                                .enrolled()
                                .equals(a.administration().enrolled()));
        assertThat(a.wire.cuts() + b.wire.cuts()).isGreaterThan(5);
    }

    @Test
    void aUseCountsOnceAlsoIfNobodyKnowsWhetherItWasStored() throws Exception {
        LosingStore losing = a.startLosing();
        b.start();
        for (int round = 0; round < ROUNDS / 2; round++) {
            JoinToken token = token(b.relay().authority(), Optional.empty(), 2);
            known(token);
            CountDownLatch go = new CountDownLatch(0);
            assertThat(asking(a, token, "a-" + round, go).call()).isEmpty();
            assertThat(stored(a, token).orElseThrow().uses()).isEqualTo(1);
            assertThat(asking(b, token, "b-" + round, go).call()).isEmpty();
            assertThat(asking(a, token, "c-" + round, go).call()).contains(Reason.JOIN_USED);
        }
        assertThat(losing.lost()).isGreaterThan(5);
        assertThat(b.administration().enrolled()).hasSize(ROUNDS);
    }

    private static JoinToken eventually(Callable<JoinToken> made) throws Exception {
        for (int i = 0; i < 100; i++) {
            try {
                return made.call();
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        return made.call();
    }

    private static List<String> files(Member at, String directory) throws IOException {
        try (var all = Files.list(at.file(directory))) {
            return all.map(Path::getFileName)
                    .map(Path::toString)
                    .filter(name -> !name.startsWith("."))
                    .toList();
        }
    }

    @Test
    void aTokenOfACommandAtOneRelayIsGoodAtTheOtherUntilACommandThereCancelsIt() throws Exception {
        a.start();
        b.start();
        JoinToken token = token(a.overlay.authority(), Optional.empty(), 5);
        String name = JoinTokens.name(token.id());
        Await.until("the other one knows it", () -> stored(b, token).isPresent());
        assertThat(TestOverlay.enrol(b.relay().address(), b.overlay.store("pump"), "pump", token))
                .isInstanceOf(Credentials.class);
        Await.until("its file shows the use", () -> a.read("tokens/" + name).contains("uses=4\n"));
        assertThat(a.read("tokens/" + name)).contains("/pump");
        Await.until(
                "there is a file at the other one, too",
                () -> b.read("tokens/" + name).equals(a.read("tokens/" + name)));

        assertThat(b.overlay.authority().tokens().cancel(name)).isTrue();
        Await.until("it is cancelled", () -> a.administration().tokens().isEmpty());
        assertThatThrownBy(() -> a.relay()
                        .authority()
                        .enrol(
                                token.id(),
                                token.secret(),
                                "valve",
                                a.overlay.store("valve").enrolmentRequest("valve", token)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("cancelled");
    }

    @Test
    void whatIsCancelledWhileItIsUsedElsewhereStaysCancelled() throws Exception {
        a.start();
        b.start();
        JoinToken token = token(a.relay().authority(), Optional.empty(), 5);
        String name = JoinTokens.name(token.id());
        Await.until("a file", () -> !a.read("tokens/" + name).isEmpty());
        a.stop();
        a.overlay.authority().tokens().cancel(name);
        known(b, token);
        TestOverlay.enrol(b.relay().address(), b.overlay.store("pump"), "pump", token);
        a.start();
        assertThat(a.read("tokens/" + name)).contains("cancelled=").contains("uses=4\n");
        Await.until("the other one", () -> b.administration().tokens().isEmpty());
    }

    private static void known(Member at, JoinToken token) throws Exception {
        Await.until("it is known", () -> stored(at, token).isPresent());
    }

    @Test
    void aDeviceIsKnownAtAllRelaysAndItsOldKeyAtNone() throws Exception {
        a.start();
        b.start();
        DeviceIdentityStore first = a.overlay.enrolled(a.relay().address(), "pump");
        try (PlainDevice joined = TestOverlay.joined(b.relay().address(), first.identity(), "pump")) {
            assertThat(b.relay().relay().services().sessions().all())
                    .singleElement()
                    .satisfies(session -> assertThat(session.groups()).containsExactly("sensors"));
            long begin = System.nanoTime();
            JoinToken again = token(a.relay().authority(), Optional.of("pump"), 1);
            TestOverlay.enrol(a.relay().address(), a.overlay.store("replacement"), "pump", again);
            assertThat(TestOverlay.code(joined.awaitEnd())).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(2));
        }
        assertThat(TestOverlay.refusal(b.relay().address(), first.identity(), "pump"))
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void anEditOfTheGroupsOfADeviceCountsAtAllRelays() throws Exception {
        a.start();
        b.start();
        a.overlay.enrolled(a.relay().address(), "pump");
        Await.until("a file", () -> !b.read("devices/pump").isEmpty());
        b.write("devices/pump", b.read("devices/pump").replace("groups=sensors", "groups=pumps"));
        Await.until("the other one", () -> groups(a).equals(List.of(Set.of("pumps"))));
        Await.until("its file", () -> a.read("devices/pump").contains("groups=pumps"));
        Files.delete(a.file("devices/pump"));
        // all of its files at once are no edit
        Await.until("it is back", () -> a.read("devices/pump").contains("groups=pumps"));
        assertThat(groups(b)).hasSize(1);
    }

    private static List<Set<String>> groups(Member at) {
        return at.administration().enrolled().stream().map(Enrolment::groups).toList();
    }

    @Test
    void whatBothRelaysHaveFromBeforeIsPutTogether() throws Exception {
        a.overlay.identity("unused", Instant.now());
        enrolBeside(a, "only-a", "key-1");
        enrolBeside(b, "only-b", "key-2");
        enrolBeside(a, "both", "key-3");
        enrolBeside(b, "both", "key-4");
        JoinToken atA = token(a.overlay.authority(), Optional.empty(), 1);
        JoinToken atB = token(b.overlay.authority(), Optional.empty(), 1);
        String overruled = a.read("devices/both");
        String counts = b.read("devices/both");
        b.start();
        a.start();
        known(atA);
        known(atB);
        assertThat(a.administration().enrolled())
                .extracting(Enrolment::deviceId)
                .containsExactly("both", "only-a", "only-b");
        assertThat(a.read("devices/both")).isEqualTo(counts).isNotEqualTo(overruled);
        assertThat(files(a, "shared/overruled"))
                .singleElement()
                .satisfies(
                        kept -> assertThat(a.read("shared/overruled/" + kept)).isEqualTo(overruled));
    }

    private static void enrolBeside(Member at, String deviceId, String key) throws Exception {
        OverlayAuthority authority = at.overlay.authority();
        JoinToken token = token(authority, Optional.empty(), 1);
        authority.enrol(
                token.id(), token.secret(), deviceId, at.overlay.store(key).enrolmentRequest(deviceId, token));
    }

    @Test
    void aRelayThatIsCutOffGivesNoTokensAndNoEnrolments() throws Exception {
        a.start();
        b.start();
        JoinToken token = token(a.relay().authority(), Optional.empty(), 1);
        DeviceIdentityStore known = a.overlay.enrolled(a.relay().address(), "known");
        a.wire.hold();
        try {
            Await.until("it says so", () -> a.remark().contains("no tokens and no enrolments"));
            assertThatThrownBy(() -> token(a.relay().authority(), Optional.empty(), 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("out of reach since");
            assertThat(TestOverlay.code(TestOverlay.enrol(a.relay().address(), a.overlay.store("pump"), "pump", token)))
                    .isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
            // it takes back whom it knows
            TestOverlay.joined(a.relay().address(), known.identity(), "known").close();
        } finally {
            a.wire.release();
        }
        Await.until("the store is back", () -> a.remark().isEmpty());
        assertThat(TestOverlay.enrol(a.relay().address(), a.overlay.store("pump"), "pump", token))
                .isInstanceOf(Credentials.class);
    }

    @Test
    void aRelayWhoseStoreIsGoneKnowsWhatItsFilesHave() throws Exception {
        a.start();
        b.start();
        DeviceIdentityStore pump = a.overlay.enrolled(a.relay().address(), "Pump");
        JoinToken token = token(a.relay().authority(), Optional.empty(), 3);
        a.administration().revoke("valve", "");
        Await.until(
                "a file",
                () -> !a.read("devices/%50ump").isEmpty()
                        && a.administration().tokens().size() == 1);
        Await.until(
                "a file", () -> !a.read("tokens/" + JoinTokens.name(token.id())).isEmpty());
        Await.until(
                "the files say that the other token is used",
                () -> a.overlay.authority().tokens().open().size() == 1);

        a.relay().store(null);
        assertThat(a.administration().revoked()).hasSize(1);
        assertThat(a.administration().enrolled()).hasSize(1);
        assertThat(a.administration().tokens()).hasSize(1);
        TestOverlay.joined(a.relay().address(), pump.identity(), "Pump").close();
        Await.until("it says so", () -> a.remark().contains("out of reach since"));
        assertThatThrownBy(() -> token(a.relay().authority(), Optional.empty(), 1))
                .isInstanceOf(IOException.class);
        b.administration().revoke("Pump", "");

        a.relay().store(a.store());
        Await.until("it is back", () -> a.remark().isEmpty());
        assertThat(a.administration().revoked()).hasSize(2);
        assertThat(TestOverlay.refusal(a.relay().address(), pump.identity(), "Pump"))
                .isEqualTo(ErrorCode.REVOKED);
    }

    @Test
    void recordsOfAnotherRelayAreChecked() throws Exception {
        a.start();
        a.overlay.enrolled(a.relay().address(), "good");
        Await.until("a file", () -> !a.read("devices/good").isEmpty());
        String record = a.read("devices/good");
        put("authority/devices/good", "damaged");
        put("authority/devices/evil", record);
        put("authority/devices/ev%2fil", record);
        put("authority/devices/long", record.replace("device=good", "device=long") + "x=" + "y".repeat(20_000) + "\n");
        put("authority/tokens/0123456789abcdef", "uses=7\nexpires=2099-01-01T00:00:00Z\nsecret-sha256=none\n");
        put("authority/tokens/name", "uses=7\n");
        a.overlay.enrolled(a.relay().address(), "another");
        Await.until(
                "what comes later is there", () -> !a.read("devices/another").isEmpty());
        assertThat(files(a, "devices")).containsExactlyInAnyOrder("good", "another");
        assertThat(a.read("devices/good")).isEqualTo(record);
        assertThat(files(a, "tokens")).noneMatch(name -> name.equals("name") || name.equals("0123456789abcdef"));
        assertThat(a.administration().enrolled())
                .extracting(Enrolment::deviceId)
                .doesNotContain("evil");
    }

    private void put(String key, String text) throws Exception {
        assertThat(a.store()
                        .commit(Transaction.EMPTY.put(key, text))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
    }
}
