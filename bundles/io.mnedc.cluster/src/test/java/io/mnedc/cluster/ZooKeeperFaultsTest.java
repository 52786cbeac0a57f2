package io.mnedc.cluster;

import static io.mnedc.testing.store.StoreClients.await;
import static io.mnedc.testing.store.StoreClients.increment;
import static io.mnedc.testing.store.StoreClients.meanwhile;
import static io.mnedc.testing.store.StoreClients.put;
import static io.mnedc.testing.store.StoreClients.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.ZooKeeperStore.Times;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.StoreClients.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What relays may rely on while servers, connections and sessions end. */
@Timeout(300)
class ZooKeeperFaultsTest {
    private static final long SEED = Long.getLong("mnedc.seed", System.nanoTime());
    private static final Times SHORT =
            new Times(Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofMillis(100));

    @TempDir
    private Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = closedAtTheEnd(new TestServer(directory));
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closedAtTheEnd(T opened) {
        open.add(opened);
        return opened;
    }

    private ZooKeeperStore store() throws Exception {
        return store(server.address());
    }

    private ZooKeeperStore store(String address) throws Exception {
        return closedAtTheEnd(ZooKeeperStore.open(address, "faults"));
    }

    private CuttingProxy proxy(long seed) throws Exception {
        return closedAtTheEnd(new CuttingProxy(server.port(), seed));
    }

    @Test
    void eachIncrementIsMadeOnceWhileTheServerEndsAndBeginsAgain() throws Exception {
        eachIncrementIsMadeOnce(400, () -> {
            server.stop();
            server.start();
        });
    }

    @Test
    void eachIncrementIsMadeOnceWhileSessionsExpire() throws Exception {
        eachIncrementIsMadeOnce(200, server::expireAll);
    }

    private void eachIncrementIsMadeOnce(int times, Task disturbance) throws Exception {
        ZooKeeperStore one = store();
        ZooKeeperStore two = store();
        meanwhile(List.of(() -> increment(one, "count", times), () -> increment(two, "count", times)), () -> {
            for (int i = 1; i <= 3; i++) {
                int some = i * 50;
                Await.until(
                        "some are counted",
                        () -> Integer.parseInt(
                                        "0" + one.get("count").map(Entry::value).orElse(""))
                                > some);
                disturbance.run();
            }
        });
        assertThat(count(one, two)).isEqualTo(2 * times);
    }

    private static int count(ZooKeeperStore one, ZooKeeperStore two) throws Exception {
        Await.until("both see the same", () -> one.get("count").equals(two.get("count")));
        return Integer.parseInt(value(one, "count"));
    }

    @Test
    void eachIncrementIsMadeOnceWhileAnswersAreLost() throws Exception {
        CuttingProxy first = proxy(SEED);
        CuttingProxy second = proxy(SEED + 1);
        ZooKeeperStore one = store(first.address());
        ZooKeeperStore two = store(second.address());
        int each = 30;
        meanwhile(
                List.of(() -> increment(one, "count", each), () -> increment(two, "count", each)),
                () -> List.of(first, second).forEach(proxy -> proxy.cut(true)));
        first.cut(false);
        second.cut(false);
        assertThat(count(one, two)).as("seed " + SEED).isEqualTo(2 * each);
        assertThat(first.cuts()).isGreaterThan(2);
    }

    /** No condition would show that it was made before. */
    @Test
    void aChangeWithoutConditionsIsMadeOnceWhileAnswersAreLost() throws Exception {
        CuttingProxy proxy = proxy(SEED);
        ZooKeeperStore store = store(proxy.address());
        ZooKeeperStore witness = store();
        var seen = new AtomicInteger();
        witness.watch("beat", change -> seen.incrementAndGet());
        proxy.cut(true);
        int times = 40;
        for (int i = 0; i < times; i++) {
            put(store, "beat/" + i % 3, "the same");
        }
        proxy.cut(false);
        put(store, "beat/end", "x");
        Await.until("the end is seen", () -> witness.get("beat/end").isPresent() && seen.get() > times);
        assertThat(seen.get()).as("seed " + SEED).isEqualTo(times + 1);
        assertThat(proxy.cuts()).isGreaterThan(1);
    }

    /** The mirror still has the first one when it decides, and ZooKeeper counts the changes of both nodes from 0. */
    @Test
    void aRelayThatHasNotHeardOfItTakesNoSecondKeyForTheFirst() throws Exception {
        CuttingProxy proxy = proxy(SEED);
        ZooKeeperStore store = store(proxy.address());
        ZooKeeperStore other = store();
        put(store, "lease", "same");
        Entry first = store.get("lease").orElseThrow();
        Await.until("the other sees it", () -> other.get("lease").isPresent());
        proxy.hold();
        assertThat(await(other.commit(Transaction.EMPTY.remove("lease")))).isTrue();
        put(other, "lease", "same");
        assertThat(store.get("lease")).contains(first);
        CompletionStage<Boolean> late = asked(proxy, store, Transaction.when(first));
        proxy.release();
        assertThat(await(late)).isFalse();
        assertThat(store.get("lease").orElseThrow().version()).isGreaterThan(first.version());
        assertThat(value(store, "lease")).isEqualTo("same");
    }

    /** Makes a transaction and waits until the server has been asked for it. */
    private static CompletionStage<Boolean> asked(CuttingProxy proxy, ZooKeeperStore store, Transaction conditions)
            throws Exception {
        int bytes = 50_000;
        long before = proxy.asked();
        CompletionStage<Boolean> made = store.commit(conditions.put("filler", "x".repeat(bytes)));
        Await.until("the server is asked", () -> proxy.asked() > before + bytes);
        return made;
    }

    @Test
    void conditionsAreThoseOfTheEnsembleNotOfTheMirror() throws Exception {
        CuttingProxy proxy = proxy(SEED);
        ZooKeeperStore store = store(proxy.address());
        ZooKeeperStore other = store();
        put(store, "token", "taken");
        Await.until("the other sees it", () -> other.get("token").isPresent());
        proxy.hold();
        assertThat(await(other.commit(Transaction.EMPTY.remove("token")))).isTrue();
        assertThat(store.get("token")).isPresent();
        long before = proxy.asked();
        CompletionStage<Boolean> made =
                store.commit(Transaction.whenAbsent("token").put("token", "mine"));
        Await.until("the server is asked", () -> proxy.asked() > before);
        proxy.release();
        assertThat(await(made)).isTrue();
        assertThat(value(store, "token")).isEqualTo("mine");

        Await.until("the other sees it", () -> value(other, "token").equals("mine"));
        assertThat(await(other.commit(Transaction.EMPTY.remove("token")))).isTrue();
        Await.until("all see it", () -> store.get("token").isEmpty());
        proxy.hold();
        put(other, "token", "theirs");
        CompletionStage<Boolean> late = asked(proxy, store, Transaction.whenAbsent("token"));
        var atOnce = new CompletableFuture<String>();
        late.thenAccept(result -> atOnce.complete(result + " " + value(store, "token")));
        proxy.release();
        assertThat(await(atOnce)).isEqualTo("false theirs");
    }

    @Test
    void aTransactionIsSeenWholeByOthersAlsoAfterReconnects() throws Exception {
        ZooKeeperStore store = store();
        CuttingProxy proxy = proxy(SEED);
        ZooKeeperStore other = store(proxy.address());
        var end = new AtomicBoolean();
        meanwhile(
                List.of(() -> {
                    while (!end.get()) {
                        List<String> pair = other.below("pair").stream()
                                .map(Entry::value)
                                .distinct()
                                .toList();
                        assertThat(pair).as("seed " + SEED).hasSizeLessThan(2);
                    }
                }),
                () -> {
                    int written = 0;
                    for (int round = 0; round < 5; round++) {
                        proxy.cutAll();
                        int then = written;
                        // goes on writing while the other reads all of it
                        do {
                            written++;
                            assertThat(await(store.commit(all(String.valueOf(written)))))
                                    .isTrue();
                        } while (Integer.parseInt("0"
                                        + other.get("pair/7").map(Entry::value).orElse(""))
                                <= then);
                    }
                    String last = String.valueOf(written);
                    Await.until("all is seen", () -> value(other, "pair/7").equals(last));
                    end.set(true);
                });
        assertThat(other.below("")).isEqualTo(store.below(""));
    }

    private static Transaction all(String text) {
        Transaction all = Transaction.EMPTY;
        for (int i = 0; i < 200; i++) {
            all = all.put("pair/" + i, text);
        }
        return all;
    }

    @Test
    void oneThatIsFarBehindCatchesUp() throws Exception {
        CuttingProxy proxy = proxy(SEED);
        ZooKeeperStore late = store(proxy.address());
        ZooKeeperStore store = store();
        proxy.hold();
        for (int i = 0; i < 400; i++) {
            put(store, "k/" + i % 50, "v" + i);
        }
        proxy.release();
        Await.until("it has caught up", () -> late.below("").equals(store.below("")));
        assertThat(late.below("")).hasSize(50);
        put(late, "k/0", "mine");
    }

    @Test
    void thousandsOfKeysUnderOneParent() throws Exception {
        ZooKeeperStore store = store();
        int keys = 5_000;
        for (int from = 0; from < keys; from += Transaction.MOST_STEPS) {
            Transaction many = Transaction.EMPTY;
            for (int i = from; i < from + Transaction.MOST_STEPS; i++) {
                many = many.put("leases/device/press-" + i, "fd00::" + i);
            }
            assertThat(await(store.commit(many))).isTrue();
        }
        assertThat(store.below("leases/device")).hasSize(keys);
        assertThat(store().below("")).isEqualTo(store.below("leases"));
    }

    @Test
    void withoutAServerTransactionsFailInTimeAndReadsGoOn() throws Exception {
        ZooKeeperStore store = closedAtTheEnd(ZooKeeperStore.open(server.address(), "faults", SHORT));
        put(store, "a", "1");
        server.stop();
        List<CompletionStage<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(store.commit(Transaction.EMPTY.put("a", "2")));
        }
        for (CompletionStage<Boolean> each : all) {
            assertThatThrownBy(() -> await(each))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("check that most servers of the ensemble run");
        }
        assertThat(value(store, "a")).isEqualTo("1");
        server.start();
        Await.until("it is back", () -> {
            try {
                put(store, "a", "3");
                return true;
            } catch (ExecutionException e) {
                // not yet: so short is the time that a transaction has here
                return false;
            }
        });
        assertThat(value(store, "a")).isEqualTo("3");
    }

    @Test
    void onlySoManyTransactionsWait() throws Exception {
        ZooKeeperStore store = closedAtTheEnd(ZooKeeperStore.open(server.address(), "faults", SHORT));
        server.stop();
        List<CompletionStage<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 1_001; i++) {
            all.add(store.commit(Transaction.EMPTY.put("a", "2")));
        }
        assertThatThrownBy(() -> await(all.get(1_000))).hasMessageContaining("too many transactions wait");
        String half = "x".repeat(Transaction.MOST_BYTES / 2);
        for (CompletionStage<Boolean> each : all.subList(0, 1_000)) {
            assertThatThrownBy(() -> await(each)).hasMessageContaining("not within");
        }
        List<CompletionStage<Boolean>> large = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            large.add(store.commit(Transaction.EMPTY.put("a", half)));
        }
        assertThatThrownBy(() -> await(large.get(69))).hasMessageContaining("too many transactions wait");
    }

    @Test
    void noThreadIsLeftAndNoNodeOfItsOwn() throws Exception {
        ZooKeeperStore first = ZooKeeperStore.open(server.address(), "faults");
        put(first, "a", "1");
        CompletionStage<Boolean> last = first.commit(Transaction.EMPTY.put("a", "2"));
        first.close();
        first.close();
        assertThat(value(first, "a")).isIn("1", "2");
        assertThat(last.toCompletableFuture()).isDone();
        assertThatThrownBy(() -> await(first.commit(Transaction.EMPTY.put("a", "3"))))
                .hasMessageContaining("closed");
        ZooKeeperStore without = ZooKeeperStore.open(server.address(), "faults", SHORT);
        server.stop();
        without.close();
        Await.until(
                "no thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(each -> each.getName().startsWith("mnedc-cluster")));
    }

    /** A register without a session, and entries of the log, as a relay leaves them that was killed. */
    @Test
    void whatAKilledRelayHasLeftIsRemovedAndNothingOfOthers() throws Exception {
        ZooKeeperStore idle = store();
        put(idle, "a", "1");
        var keeper = closedAtTheEnd(new ZooKeeper(server.address(), 10_000, event -> {}));
        var layout = new Layout("faults");
        for (String path : List.of(
                layout.relay("dead"), layout.log() + "/dead-1", layout.large() + "/dead-1", layout.log() + "/gone-7")) {
            keeper.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
        ZooKeeperStore sweeping = closedAtTheEnd(ZooKeeperStore.open(server.address(), "faults", SHORT));
        Await.until("the register is removed", () -> {
            put(sweeping, "b", "2");
            return keeper.exists(layout.relay("dead"), false) == null;
        });
        Await.until("the entries are removed", () -> keeper.exists(layout.large() + "/dead-1", false) == null);
        assertThat(keeper.getChildren(layout.log(), false)).doesNotContain("dead-1", "gone-7");
        assertThat(keeper.getChildren(layout.relays(), false)).hasSize(2);
        // one that was only thought to be dead
        String own = keeper.getChildren(layout.relays(), false).stream()
                .max(Comparator.comparing(each -> created(keeper, layout.relay(each))))
                .orElseThrow();
        keeper.delete(layout.relay(own) + "/live", -1);
        keeper.delete(layout.relay(own), -1);
        put(sweeping, "c", "3");
        put(idle, "d", "4");
        Await.until("all see it", () -> idle.below("").equals(sweeping.below("")));
    }

    private static long created(ZooKeeper keeper, String path) {
        try {
            return keeper.exists(path, false).getCzxid();
        } catch (KeeperException | InterruptedException e) {
            throw new IllegalStateException(path, e);
        }
    }

    @Test
    void whatIsNoEnsembleIsRefused() {
        assertThatThrownBy(() -> ZooKeeperStore.open("127.0.0.1:no-port", "faults", SHORT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1:no-port");
        assertThatThrownBy(() -> ZooKeeperStore.open(server.address(), "a/b", SHORT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a/b");
        server.stop();
        var oneSecond =
                new Times(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofHours(1));
        assertThatThrownBy(() -> ZooKeeperStore.open(server.address(), "faults", oneSecond))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not there");
    }
}
