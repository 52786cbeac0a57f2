package io.mnedc.itests.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.join.JoinException;
import io.mnedc.cluster.join.Joined;
import io.mnedc.cluster.join.Joining;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.JoinToken;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relays join an overlay by tokens: over the wire, at real relays that share a store in ZooKeeper. */
@Timeout(180)
class RelayJoinTest extends TwoRelays {
    private static final String SERVER = "server.1=192.0.2.1:2888:3888:participant;0.0.0.0:2181";
    private static final String OTHER = "server.3=[2001:db8::3]:2888:3888";
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path hosts = Path.of("");

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private static void put(Member at, String key, String value) throws Exception {
        assertThat(at.store()
                        .commit(Transaction.EMPTY.put(key, value))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
    }

    private static void remove(Member at, String key) throws Exception {
        at.store().commit(Transaction.EMPTY.remove(key)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** As the relays with servers inside say it. */
    private static void ensemble(Member at) throws Exception {
        put(at, "ensemble/overlay", "plant-7");
        put(at, "ensemble/servers", SERVER + "\n" + OTHER + "\n");
    }

    private static JoinToken token(Member at, int uses) throws IOException {
        return JoinToken.parse(at.administration()
                .token(TokenRequest.forRelays(HOUR, uses, at.relay().relay().listening())));
    }

    private static JoinToken deviceToken(Member at) throws IOException {
        return JoinToken.parse(at.administration()
                .token(new TokenRequest(
                        Optional.empty(), Set.of(), HOUR, 1, at.relay().relay().listening())));
    }

    private static JoinException refused(JoinToken token, Path directory) {
        try {
            throw new AssertionError(new Joining().join(token, directory));
        } catch (JoinException e) {
            return e;
        }
    }

    private static Map<Integer, String> numbers(Member at) {
        Map<Integer, String> numbers = new HashMap<>();
        at.store()
                .below("ensemble/numbers")
                .forEach(entry -> numbers.put(
                        Integer.valueOf(entry.key().substring("ensemble/numbers/".length())), entry.value()));
        return numbers;
    }

    private static void clear(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aRelayThatHasJoinedStartsWithoutTheCaKeyAndDevicesOfTheOverlayComeToIt() throws Exception {
        clear(b.overlay.directory());
        a.start();
        ensemble(a);
        put(a, "overlay/network", "10.77.0.0/16 fd00:1:2:3::/64");
        JoinToken token = token(a, 1);
        assertThat(a.administration().tokens())
                .singleElement()
                .satisfies(open -> assertThat(open.relay()).isTrue());
        Joined joined = new Joining().join(token, b.overlay.directory());
        assertThat(joined).isEqualTo(new Joined("plant-7", 2, SERVER + ";" + OTHER, "", "10.77.0.0/16"));
        assertThat(joined.serverLines()).containsExactly(SERVER, OTHER);
        assertThat(a.administration().tokens()).isEmpty();
        assertThat(b.file("ca.key.pem")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(b.file("relay.key.pem"))))
                .isEqualTo("rw-------");
        assertThat(b.read("trusted.pem")).isEqualTo(a.read("trusted.pem"));
        assertThat(b.read("ca.crt.pem")).isEqualTo(a.read("ca.crt.pem"));
        b.start();
        assertThat(b.relay().authority().issues()).isFalse();
        assertThat(numbers(a))
                .isEqualTo(Map.of(
                        2,
                        Fingerprints.of(
                                b.relay().authority().identity().chain().get(0).getPublicKey())));
        DeviceIdentityStore device = a.overlay.enrolled(a.relay().address(), "pump");
        try (PlainDevice at = TestOverlay.joined(b.relay().address(), device.identity(), "pump")) {
            assertThat(at).isNotNull();
        }
        Await.until(
                "the audit log says so",
                () -> a.read("audit.jsonl").contains("\"relay-enrolled\"")
                        && a.read("audit.jsonl").contains("number=2"));
        // the entry that relays look at when they are linked
        Await.until("no file of the other one was overruled", () -> Files.notExists(b.file("shared/overruled")));
    }

    @Test
    void aRelayThatHasJoinedLetsAnotherOneJoinByTheRelayWithTheCaKey() throws Exception {
        clear(b.overlay.directory());
        a.start();
        ensemble(a);
        assertThat(new Joining().join(token(a, 1), b.overlay.directory()).number())
                .isEqualTo(2);
        b.start();
        JoinToken made = token(a, 1);
        JoinToken atB = new JoinToken(b.relay().relay().listening(), made.fingerprint(), made.id(), made.secret());
        // as soon as the two are linked
        Joined joined = joined(atB, hosts.resolve("c"));
        assertThat(joined.number()).isEqualTo(4);
        assertThat(numbers(a)).containsOnlyKeys(2, 4);
        assertThat(refused(atB, hosts.resolve("d"))).hasMessageContaining("as often as it may be");
        Await.until(
                "both audit logs say so",
                () -> Stream.of(a, b)
                        .allMatch(each -> each.read("audit.jsonl").contains("\"relay-enrolled\"")
                                && each.read("audit.jsonl").contains("number=4")));
    }

    @Test
    void theSameRelayMayJoinAgainAfterACrashAtAnyPointAndHasTheSameNumber() throws Exception {
        a.start();
        ensemble(a);
        JoinToken token = token(a, 1);
        Path host = hosts.resolve("c");
        Joined first = new Joining().join(token, host);
        String key = Files.readString(host.resolve("relay.key.pem"));
        for (List<String> lost : List.of(
                List.of("relay.crt.pem"),
                List.of("relay.crt.pem", "ca.crt.pem"),
                List.of("relay.crt.pem", "ca.crt.pem", "trusted.pem"))) {
            for (String file : lost) {
                Files.delete(host.resolve(file));
            }
            assertThat(new Joining().join(token, host)).isEqualTo(first);
            assertThat(Files.readString(host.resolve("relay.key.pem"))).isEqualTo(key);
            assertThat(host.resolve("relay.crt.pem")).exists();
            assertThat(host.resolve("trusted.pem")).hasSameTextualContentAs(a.file("trusted.pem"));
        }
        assertThat(numbers(a)).hasSize(1);
        JoinException other = refused(token, hosts.resolve("d"));
        assertThat(other).hasMessageContaining("as often as it may be: make a new one");
        assertThat(other.isLasting()).isTrue();
        assertThat(numbers(a)).hasSize(1);
    }

    @Test
    void aRelayThatWasTakenOutNeedsAnotherUse() throws Exception {
        a.start();
        ensemble(a);
        JoinToken token = token(a, 1);
        Path host = hosts.resolve("c");
        int number = new Joining().join(token, host).number();
        remove(a, "ensemble/numbers/" + number);
        assertThat(refused(token, host)).hasMessageContaining("as often as it may be: make a new one");
        assertThat(numbers(a)).isEmpty();
        assertThat(new Joining().join(token(a, 1), host).number()).isEqualTo(number);
    }

    @Test
    void aRelayThatWasRemovedComesBackWithANewKeyOnly() throws Exception {
        a.start();
        ensemble(a);
        Path host = hosts.resolve("c");
        int number = new Joining().join(token(a, 1), host).number();
        String fingerprint = numbers(a).get(number);
        put(a, "ensemble/removed/" + fingerprint, "0");
        remove(a, "ensemble/numbers/" + number);
        Files.delete(host.resolve("relay.crt.pem"));
        JoinToken token = token(a, 1);
        assertThat(refused(token, host))
                .hasMessageContaining("was removed from the overlay: remove relay.crt.pem and relay.key.pem");
        assertThat(numbers(a)).isEmpty();
        // and has not used it up
        Files.delete(host.resolve("relay.key.pem"));
        assertThat(new Joining().join(token, host).number()).isEqualTo(number);
        assertThat(numbers(a).get(number)).isNotEqualTo(fingerprint);
    }

    @Test
    void aDeviceCannotEnrolByARelaysTokenNorARelayByADevices() throws Exception {
        a.start();
        ensemble(a);
        JoinToken forRelays = token(a, 1);
        JoinToken forDevices = deviceToken(a);
        assertThat(TestOverlay.enrol(a.relay().address(), a.overlay.store("pump"), "pump", forRelays))
                .isInstanceOfSatisfying(ErrorReport.class, report -> {
                    assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.JOIN_REFUSED);
                    assertThat(report.sentence()).contains("the join token is for a relay, not for a device");
                });
        assertThat(refused(forDevices, hosts.resolve("c")))
                .hasMessageContaining("the join token is for devices, not for a relay")
                .hasMessageContaining("./mnedc relay token --relay");
        assertThat(numbers(a)).isEmpty();
        // neither has lost its use
        assertThat(a.administration().tokens()).hasSize(2);
        assertThat(new Joining().join(forRelays, hosts.resolve("c")).number()).isEqualTo(2);
        assertThat(TestOverlay.enrol(a.relay().address(), a.overlay.store("pump"), "pump", forDevices))
                .isInstanceOf(Credentials.class);
    }

    @Test
    void relaysThatJoinAtTwoRelaysInTheSameMomentHaveDifferentNumbers() throws Exception {
        a.start();
        b.start();
        ensemble(a);
        int joining = 6;
        JoinToken atA = token(a, joining / 2);
        JoinToken atB = token(b, joining / 2);
        List<Future<Joined>> all = Stream.iterate(0, i -> i + 1)
                .limit(joining)
                .map(i -> threads.submit(() -> joined(i % 2 == 0 ? atA : atB, hosts.resolve("host-" + i))))
                .toList();
        Set<Integer> given = new HashSet<>();
        for (Future<Joined> each : all) {
            given.add(each.get(150, TimeUnit.SECONDS).number());
        }
        // 1 and 3 are those of servers that are there already
        assertThat(given).containsExactlyInAnyOrder(2, 4, 5, 6, 7, 8);
        Await.until("known", () -> numbers(a).keySet().equals(given));
        assertThat(new HashSet<>(numbers(a).values())).hasSize(joining);
        assertThat(a.administration().tokens()).isEmpty();
    }

    private static Joined joined(JoinToken token, Path host) throws Exception {
        while (true) {
            try {
                return new Joining().join(token, host);
            } catch (JoinException e) {
                // too much to do for the store, as a relay it tries again
                if (e.isLasting()) {
                    throw e;
                }
            }
        }
    }

    @Test
    void aTokenWithOneUseLetsOneOfTwoRelaysJoinInTheSameMoment() throws Exception {
        a.start();
        b.start();
        ensemble(a);
        for (int round = 0; round < 5; round++) {
            JoinToken made = token(a, 1);
            Await.until("b knows it", () -> b.administration().tokens().size() == 1);
            JoinToken elsewhere =
                    new JoinToken(b.relay().relay().listening(), made.fingerprint(), made.id(), made.secret());
            Path one = hosts.resolve("one-" + round);
            Path other = hosts.resolve("other-" + round);
            Future<Optional<String>> first = threads.submit(() -> problem(made, one));
            Future<Optional<String>> second = threads.submit(() -> problem(elsewhere, other));
            List<Optional<String>> problems =
                    List.of(first.get(150, TimeUnit.SECONDS), second.get(150, TimeUnit.SECONDS));
            assertThat(problems).containsOnlyOnce(Optional.empty());
            assertThat(problems.stream().flatMap(Optional::stream))
                    .singleElement()
                    .asString()
                    .contains("as often as it may be");
        }
        assertThat(numbers(a)).hasSize(5);
    }

    private static Optional<String> problem(JoinToken token, Path host) throws Exception {
        try {
            joined(token, host);
            return Optional.empty();
        } catch (JoinException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Test
    void anAnswerThatTheStoreHasLostGivesNoSecondNumber() throws Exception {
        LosingStore losing = a.startLosing();
        ensemble(a);
        int relays = 8;
        for (int i = 0; i < relays; i++) {
            joined(token(a, 1), hosts.resolve("host-" + i));
        }
        assertThat(losing.lost()).isPositive();
        assertThat(numbers(a)).hasSize(relays);
        assertThat(a.administration().tokens()).isEmpty();
    }

    @Test
    void anEnsembleOfTheOperatorIsToldByItsAddresses() throws Exception {
        a.start();
        put(a, "ensemble/overlay", "plant-7");
        JoinToken token = token(a, 1);
        JoinException early = refused(token, hosts.resolve("c"));
        assertThat(early).hasMessageContaining("no relay has said where the ensemble's servers are");
        assertThat(early.isLasting()).isFalse();
        put(a, "ensemble/external", "zoo-1.example:2181,[2001:db8::7]:2181");
        assertThat(new Joining().join(token, hosts.resolve("c")))
                .isEqualTo(new Joined("plant-7", 1, "", "zoo-1.example:2181,[2001:db8::7]:2181", ""));
    }

    @Test
    void whatTheRelaysShareIsCheckedBeforeItIsSent() throws Exception {
        a.start();
        ensemble(a);
        JoinToken token = token(a, 1);
        for (String bad : List.of("server.1=a b", "server.x=a:1:2", "number=4", "server.1=" + "a".repeat(5000))) {
            put(a, "ensemble/servers", bad);
            assertThat(refused(token, hosts.resolve("c"))).hasMessageContaining("no relay can join now");
        }
        ensemble(a);
        put(a, "ensemble/numbers/2", "somebody");
        put(a, "ensemble/numbers/x", "nobody");
        put(a, "ensemble/numbers/9999", "nobody");
        assertThat(new Joining().join(token, hosts.resolve("c")).number()).isEqualTo(4);
        assertThat(a.administration().tokens()).isEmpty();
    }

    @Test
    void aRelayThatIsAloneSaysHowOthersCanJoin() throws Exception {
        try (TestRelay alone = TestRelay.with(a.overlay.settings())) {
            RelayAdministration administration = alone.relay().administration().orElseThrow();
            assertThatThrownBy(() -> administration.token(TokenRequest.forRelays(HOUR, 1, List.of("127.0.0.1:1"))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("./mnedc relay --cluster");
            JoinToken token = a.overlay
                    .authority()
                    .tokens()
                    .issue(TokenRequest.forRelays(HOUR, 1, alone.relay().listening()), List.of());
            assertThat(refused(token, hosts.resolve("c"))).hasMessageContaining("./mnedc relay --cluster");
        }
    }

    @Test
    void aRelayWithoutItsStoreLetsNobodyJoinAndSaysSo() throws Exception {
        a.start();
        ensemble(a);
        JoinToken token = token(a, 1);
        a.wire.hold();
        try {
            Await.until("it is out of reach", () -> a.remark().contains("out of reach"));
            JoinException refusal = refused(token, hosts.resolve("c"));
            assertThat(refusal).hasMessageContaining("cannot make certificates now");
            assertThat(refusal.isLasting()).isFalse();
        } finally {
            a.wire.release();
        }
        Await.until("it is in reach again", () -> !a.remark().contains("out of reach"));
        assertThat(joined(token, hosts.resolve("c")).number()).isEqualTo(2);
    }

    @Test
    void theSecretIsSentToNobodyButARelayOfTheTokensOverlay() throws Exception {
        a.start();
        ensemble(a);
        JoinToken real = token(a, 1);
        JoinToken wrong = new JoinToken(real.addresses(), "0".repeat(64), real.id(), real.secret());
        JoinException refusal = refused(wrong, hosts.resolve("c"));
        assertThat(refusal).hasMessageContaining("the relay is not the one of the join token");
        assertThat(refusal.isLasting()).isTrue();
        assertThat(hosts.resolve("c").resolve("relay.crt.pem")).doesNotExist();
        assertThat(a.read("audit.jsonl")).doesNotContain("relay-enrolled");
    }

    @Test
    void theNextAddressIsTriedIfNobodyAnswersAtOne() throws Exception {
        a.start();
        ensemble(a);
        JoinToken real = token(a, 1);
        String nobody = "127.0.0.1:" + closedPort();
        JoinToken both = new JoinToken(
                List.of("no-such-name.invalid:1", nobody, real.addresses().get(0)),
                real.fingerprint(),
                real.id(),
                real.secret());
        assertThat(new Joining().join(both, hosts.resolve("c")).number()).isEqualTo(2);
        JoinToken none =
                new JoinToken(List.of("no-such-name.invalid:1", nobody), real.fingerprint(), real.id(), real.secret());
        JoinException refusal = refused(none, hosts.resolve("c"));
        assertThat(refusal)
                .hasMessageContaining("no-such-name.invalid:1: the name is unknown")
                .hasMessageContaining(nobody);
        assertThat(refusal.isLasting()).isFalse();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    @Test
    void theDirectoryOfAnotherOverlayIsLeftAlone() throws Exception {
        a.start();
        ensemble(a);
        JoinToken token = token(a, 1);
        TestOverlay stranger = new TestOverlay(hosts.resolve("stranger"));
        String fingerprint = stranger.authority().fingerprint();
        String before = Files.readString(stranger.directory().resolve("relay.crt.pem"));
        JoinException refusal = refused(token, stranger.directory());
        assertThat(refusal).hasMessageContaining("belongs to a relay of another overlay, whose CA is " + fingerprint);
        assertThat(Files.readString(stranger.directory().resolve("relay.crt.pem")))
                .isEqualTo(before);
        assertThat(a.administration().tokens().stream().map(OpenToken::uses)).containsExactly(1);
    }
}
