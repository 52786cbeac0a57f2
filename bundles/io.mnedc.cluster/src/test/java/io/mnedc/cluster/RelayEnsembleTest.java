package io.mnedc.cluster;

import static io.mnedc.testing.store.StoreClients.put;
import static io.mnedc.testing.store.StoreClients.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.join.Joined;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relays with the server of ZooKeeper inside: one, three, four, five and fewer again, by reconfiguration, over TLS, on loopback. */
@Timeout(600)
class RelayEnsembleTest {

    @TempDir
    private Path directory = Path.of("");

    private final List<Relay> relays = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private OverlayAuthority authority;

    /** Other tests of this JVM use ZooKeeper's classes by themselves. */
    @BeforeAll
    static void nothingIsSet() {
        System.clearProperty("jdk.tls.rejectClientInitiatedRenegotiation");
    }

    @BeforeEach
    void start() throws Exception {
        authority = OverlayAuthority.open(directory.resolve("1/identity"), Duration.ofDays(1), InstantSource.system());
    }

    @AfterEach
    void stop() throws Exception {
        relays.forEach(Relay::stop);
        Await.until(
                "no thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.startsWith("mnedc-cluster")
                                || name.startsWith("QuorumPeer")
                                || name.startsWith("NIOServerCxn")
                                || name.startsWith("SyncThread")
                                || name.contains("ListenerHandler")));
    }

    /** One relay's part: its settings, and what it publishes. */
    private final class Relay {
        private final int number;
        private final int port = freePorts();
        private final TestRegistry registry = new TestRegistry();
        private Operation operation;
        private boolean running;

        Relay(int number) throws IOException {
            this.number = number;
            registry.storage(home().resolve("storage"));
            operation = new Operation(registry.context(), this::join);
            relays.add(this);
        }

        private Path home() {
            return directory.resolve(String.valueOf(number));
        }

        Relay start() {
            operation = new Operation(registry.context(), this::join);
            running = true;
            operation.apply(settings());
            return this;
        }

        /** While it runs. */
        void goOnAlone(String wish) {
            Map<String, Object> settings = settings();
            settings.put("go.on.alone", wish);
            operation.apply(settings);
        }

        void goOnAloneAtStart(String wish) {
            operation = new Operation(registry.context(), this::join);
            running = true;
            goOnAlone(wish);
        }

        private Map<String, Object> settings() {
            Map<String, Object> settings = new HashMap<>(Map.of(
                    "enabled",
                    true,
                    "member",
                    address(),
                    "data.dir",
                    home().resolve("server").toString(),
                    "identity.dir",
                    home().resolve("identity").toString()));
            if (number > 1) {
                settings.put(
                        "join.token",
                        new JoinToken(List.of("127.0.0.1:1"), authority.fingerprint(), number, new byte[32]).text());
            }
            return settings;
        }

        void stop() {
            if (running) {
                running = false;
                operation.close("the test stops it");
                assertThat(registry.services()).isEmpty();
            }
        }

        String address() {
            return "127.0.0.1:" + port;
        }

        /** What redeeming a token does; that has its own tests. */
        private Joined join(JoinToken token, Path identity) throws IOException {
            copyIdentity(identity);
            OverlayStore store = relays.stream()
                    .filter(each -> each.running && each.number != number)
                    .flatMap(each -> each.stores().stream())
                    .findFirst()
                    .orElseThrow(() -> new IOException("no relay has a store now"));
            String servers = store.get("ensemble/servers")
                    .orElseThrow(() -> new IOException("no servers are known yet"))
                    .value();
            return new Joined(store.get("ensemble/overlay").orElseThrow().value(), number, servers, "", "");
        }

        Path newestList() throws IOException {
            String pointer = Files.readAllLines(home().resolve("server/zoo.cfg")).stream()
                    .filter(line -> line.startsWith("dynamicConfigFile="))
                    .findFirst()
                    .orElseThrow();
            return Path.of(pointer.substring(pointer.indexOf('=') + 1));
        }

        List<OverlayStore> stores() {
            return registry.services(OverlayStore.class);
        }

        OverlayStore store() throws Exception {
            Await.until("relay " + number + " has a store", () -> stores().size() == 1);
            return stores().get(0);
        }

        List<String> notices() {
            return registry.services(Notice.class).stream().map(Notice::text).toList();
        }

        String fingerprint() throws Exception {
            return Fingerprints.of(
                    OverlayAuthority.open(home().resolve("identity"), Duration.ofDays(1), InstantSource.system())
                            .identity()
                            .chain()
                            .get(0)
                            .getPublicKey());
        }
    }

    /** A relay's own key and a certificate by the overlay's CA, whose key is not with it then. */
    private void copyIdentity(Path identity) throws IOException {
        PrivateFiles.directory(identity);
        for (String name : List.of("ca.crt.pem", "ca.key.pem", "trusted.pem")) {
            Path to = identity.resolve(name);
            Files.deleteIfExists(to);
            Files.copy(directory.resolve("1/identity").resolve(name), to);
        }
        try {
            OverlayAuthority.open(identity, Duration.ofDays(1), InstantSource.system());
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
        Files.delete(identity.resolve("ca.key.pem"));
    }

    private int freePorts() {
        for (int port = 20_000 + (int) (ProcessHandle.current().pid() % 5_000) * 2; port < 60_000; port += 7) {
            if (isFree(port) && isFree(port + 1) && isFree(port + 2) && takenByNobody(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no three ports in a row are free");
    }

    private boolean takenByNobody(int port) {
        return relays.stream().allMatch(each -> Math.abs(each.port - port) > 2);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String servers() {
        return relays.stream()
                .filter(each -> each.running)
                .flatMap(each -> each.stores().stream())
                .flatMap(store -> store.get("ensemble/servers").stream())
                .findFirst()
                .map(OverlayStore.Entry::value)
                .orElse("");
    }

    private void awaitServers(int voters, int relays) throws Exception {
        Await.until(
                () -> voters + " servers of " + relays + " vote, but: " + servers() + " of " + numbers(),
                () -> servers().lines().count() == voters && numbers() == relays);
    }

    private long numbers() {
        return relays.stream()
                .filter(each -> each.running)
                .flatMap(each -> each.stores().stream())
                .findFirst()
                .map(store -> (long) store.below("ensemble/numbers").size())
                .orElse(0L);
    }

    private List<Relay> overlay(int size) throws Exception {
        List<Relay> made = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            Relay relay = new Relay(i).start();
            made.add(relay);
            relay.store();
            awaitServers(i <= 3 ? i : i < 5 ? 3 : 5, i);
        }
        return made;
    }

    private static void awaitValue(Relay relay, String key, String value) throws Exception {
        OverlayStore store = relay.store();
        Await.until(
                "relay " + relay.number + " has " + key, () -> value(store, key).equals(value));
    }

    @Test
    void oneRelayBeginsAnOverlayAndFindsItAgain() throws Exception {
        Relay one = overlay(1).get(0);
        put(one.store(), "leases/press", "7");
        one.stop();
        one.start();
        assertThat(value(one.store(), "leases/press")).isEqualTo("7");
        assertThat(one.notices()).isEmpty();
        assertThat(System.getProperty("zookeeper.DigestAuthenticationProvider.superDigest"))
                .isNull();
        assertThat(System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation"))
                .isNull();
    }

    @Test
    void aRelayWhoseServerIsLostBeginsNoOtherOverlay() throws Exception {
        Relay one = overlay(1).get(0);
        one.stop();
        Files.move(one.home().resolve("server"), one.home().resolve("away"));
        one.start();
        Await.until(
                "it says what to do",
                () -> one.notices().stream().anyMatch(each -> each.contains("put that directory back")));
        assertThat(one.stores()).isEmpty();
        one.stop();
        Files.delete(one.home().resolve("server"));
        Files.move(one.home().resolve("away"), one.home().resolve("server"));
        one.start();
        one.store();
    }

    @Test
    void anotherUsersProgramOnTheHostReadsAndWritesNothing() throws Exception {
        Relay one = overlay(1).get(0);
        put(one.store(), "tokens/1", "a secret's hash");
        var stranger = new ZooKeeper("127.0.0.1:" + (one.port + 2), 10_000, event -> {});
        try {
            stranger.addAuthInfo("digest", "super:guess".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            for (String path : List.of("/", "/mnedc", "/mnedc/mnedc/store", "/zookeeper/config")) {
                Await.until("access to " + path + " is refused", () -> refused(stranger, path));
            }
        } finally {
            stranger.close();
        }
    }

    private static boolean refused(ZooKeeper client, String path) throws InterruptedException {
        try {
            client.getChildren(path, false);
            return false;
        } catch (KeeperException.NoAuthException e) {
            return true;
        } catch (KeeperException e) {
            return false;
        }
    }

    @Test
    void theOverlayGrowsToFiveAndShrinksAndLosesNothing() throws Exception {
        List<Relay> five = overlay(5);
        put(five.get(4).store(), "a", "1");
        for (Relay each : five) {
            awaitValue(each, "a", "1");
        }
        // as if it had been killed before the others had agreed on its place
        Relay joining = five.get(4);
        joining.stop();
        Path list = joining.newestList();
        Files.write(
                list,
                Files.readAllLines(list).stream()
                        .filter(line -> !line.startsWith("server.5="))
                        .toList());
        joining.start();
        awaitValue(joining, "a", "1");
        for (int number : List.of(5, 1, 3)) {
            Relay leaving = five.get(number - 1);
            Relay other = five.get(number == 5 ? 0 : 3);
            String fingerprint = leaving.fingerprint();
            assertThat(other.store()
                            .commit(Transaction.whenAbsent("ensemble/removed/" + fingerprint)
                                    .put("ensemble/removed/" + fingerprint, String.valueOf(number)))
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS))
                    .isTrue();
            Await.until(
                    "the number " + number + " is free again",
                    () -> value(other.store(), "ensemble/removed/" + fingerprint)
                            .equals("0"));
            Await.until(
                    "relay " + number + " says so",
                    () -> leaving.notices().stream().anyMatch(each -> each.contains("was removed from the overlay")));
            leaving.stop();
            assertThat(other.store().get("ensemble/numbers/" + number)).isEmpty();
        }
        awaitServers(2, 2);
        put(five.get(3).store(), "a", "2");
        awaitValue(five.get(1), "a", "2");
        Relay back = five.get(2).start();
        Await.until("it does not come back", () -> !back.notices().isEmpty());
        assertThat(back.stores()).isEmpty();
    }

    @Test
    void aRelayGoesOnAloneWhenItIsToldToAndMostOthersAreLost() throws Exception {
        List<Relay> three = overlay(3);
        Relay one = three.get(0);
        Relay two = three.get(1);
        Relay last = three.get(2);
        put(last.store(), "a", "1");
        last.goOnAlone("too-early");
        put(last.store(), "a", "with the others");
        awaitValue(one, "a", "with the others");
        awaitValue(last, "a", "with the others");
        assertThat(Files.readAllLines(last.newestList()))
                .filteredOn(line -> line.startsWith("server."))
                .hasSize(3);
        one.stop();
        two.stop();
        last.goOnAlone("2026-11-29");
        OverlayStore store = last.store();
        Await.until("it goes on", () -> isPut(store, "a", "alone"));
        last.stop();
        // the wish was granted once: it does nothing more
        last.goOnAloneAtStart("2026-11-29");
        put(last.store(), "a", "still");
        // one that was not lost comes back: it learns of the new list, and nothing is made beside it
        one.start();
        awaitValue(one, "a", "still");
        put(one.store(), "a", "two again");
        awaitValue(last, "a", "two again");
        Relay another = new Relay(4).start();
        awaitValue(another, "a", "two again");
    }

    private static boolean isPut(OverlayStore store, String key, String value) throws Exception {
        try {
            put(store, key, value);
            return true;
        } catch (java.util.concurrent.ExecutionException e) {
            return false;
        }
    }

    @Test
    void threeRelaysOutliveTheLeaderAndStartInAnyOrder() throws Exception {
        List<Relay> three = overlay(3);
        put(three.get(0).store(), "a", "1");
        for (Relay each : three) {
            each.stop();
            Relay other = three.get(each.number % 3);
            put(other.store(), "a", "without " + each.number);
            each.start();
            awaitValue(each, "a", "without " + each.number);
        }
        three.forEach(Relay::stop);
        for (int number : List.of(2, 3, 1)) {
            three.get(number - 1).start();
        }
        for (Relay each : three) {
            awaitValue(each, "a", "without 3");
        }
    }
}
