package io.mnedc.testing.store;

import static io.mnedc.testing.store.StoreClients.await;
import static io.mnedc.testing.store.StoreClients.increment;
import static io.mnedc.testing.store.StoreClients.meanwhile;
import static io.mnedc.testing.store.StoreClients.put;
import static io.mnedc.testing.store.StoreClients.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.StoreClients.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every overlay store must do. A test class of each implementation extends it. */
@Timeout(300)
public abstract class OverlayStoreContract {
    /** {@return the store as one relay has it} */
    protected abstract OverlayStore store() throws Exception;

    /** {@return the same store as another relay has it; the one object again where there can be no other relay} */
    protected abstract OverlayStore other() throws Exception;

    /** {@return the store after everything was ended and begun again} */
    protected abstract OverlayStore reopened() throws Exception;

    @Test
    void whatIsStoredIsReadAtOnceAndSoonByOthers() throws Exception {
        OverlayStore store = store();
        assertThat(store.get("leases/a")).isEmpty();
        for (String text : List.of("one", "", "zwei ü € 𝄞 \n\u0000", "x".repeat(100_000))) {
            put(store, "leases/a", text);
            assertThat(value(store, "leases/a")).isEqualTo(text);
            Await.until("the other sees it", () -> value(other(), "leases/a").equals(text));
        }
        assertThat(await(store.commit(Transaction.EMPTY.remove("leases/a")))).isTrue();
        assertThat(store.get("leases/a")).isEmpty();
        Await.until("the other sees it", () -> other().get("leases/a").isEmpty());
        assertThat(await(store.commit(Transaction.EMPTY.remove("leases/a"))))
                .as("nothing to remove")
                .isTrue();
    }

    @Test
    void whatIsBelowAKeyIsListedByKey() throws Exception {
        OverlayStore store = store();
        for (String key : List.of("b/2", "b", "b/1", "b/1/x", "bb", "a")) {
            put(store, key, "of " + key);
        }
        assertThat(store.below("b")).extracting(Entry::key).containsExactly("b/1", "b/1/x", "b/2");
        assertThat(store.below("")).extracting(Entry::key).containsExactly("a", "b", "b/1", "b/1/x", "b/2", "bb");
        assertThat(store.below("c")).isEmpty();
        assertThat(store.below("b").get(1)).isEqualTo(store.get("b/1/x").orElseThrow());
        // what is above stays
        assertThat(await(store.commit(Transaction.EMPTY.remove("b/1/x").remove("b/1"))))
                .isTrue();
        assertThat(await(store.commit(Transaction.EMPTY.remove("b")))).isTrue();
        assertThat(store.below("")).extracting(Entry::key).containsExactly("a", "b/2", "bb");
    }

    @Test
    void aTransactionWhoseConditionDoesNotHoldChangesNothingAndReadsSeeWhy() throws Exception {
        OverlayStore store = store();
        put(store, "a", "1");
        Entry first = store.get("a").orElseThrow();
        Await.until("the other sees it", () -> other().get("a").isPresent());
        put(other(), "a", "2");
        assertThat(await(store.commit(Transaction.when(first).put("a", "3").put("b", "3"))))
                .isFalse();
        assertThat(value(store, "a")).isEqualTo("2");
        assertThat(store.get("b")).isEmpty();
        assertThat(await(store.commit(Transaction.whenAbsent("a").put("b", "3"))))
                .isFalse();
        assertThat(store.get("b")).isEmpty();
        Entry second = store.get("a").orElseThrow();
        assertThat(second.version()).isGreaterThan(first.version());
        assertThat(await(store.commit(
                        Transaction.when(second).andAbsent("b").put("a", "3").put("b", "3"))))
                .isTrue();
        assertThat(value(store, "a")).isEqualTo("3");
        assertThat(value(store, "b")).isEqualTo("3");
        assertThat(await(store.commit(Transaction.when(store.get("a").orElseThrow()))))
                .as("only a question")
                .isTrue();
    }

    @Test
    void aKeyThatWasRemovedAndPutAgainIsNotTheOneFromBefore() throws Exception {
        OverlayStore store = store();
        Set<Long> versions = new HashSet<>();
        List<Entry> former = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            put(store, "a", "same");
            Entry entry = store.get("a").orElseThrow();
            former.add(entry);
            assertThat(versions.add(entry.version()))
                    .as("version " + entry.version())
                    .isTrue();
            assertThat(await(store.commit(Transaction.EMPTY.remove("a")))).isTrue();
        }
        put(store, "a", "same");
        for (Entry each : former) {
            assertThat(await(store.commit(Transaction.when(each).put("b", "x"))))
                    .isFalse();
        }
        assertThat(store.get("b")).isEmpty();
    }

    @Test
    void onlyOneOfManyGetsWhatIsThereOnce() throws Exception {
        int rounds = 20;
        for (int round = 0; round < rounds; round++) {
            String key = "token/" + round;
            var winners = new AtomicInteger();
            List<Task> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                OverlayStore store = i % 2 == 0 ? store() : other();
                String who = "device-" + i;
                tasks.add(() -> {
                    if (await(store.commit(Transaction.whenAbsent(key).put(key, who)))) {
                        winners.incrementAndGet();
                    }
                });
            }
            meanwhile(tasks, () -> {});
            assertThat(winners.get()).as("round " + round).isEqualTo(1);
        }
    }

    @Test
    void noIncrementOfManyIsLost() throws Exception {
        int each = 50;
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            OverlayStore store = i % 2 == 0 ? store() : other();
            tasks.add(() -> increment(store, "count", each));
        }
        meanwhile(tasks, () -> {});
        Await.until("all are counted", () -> value(store(), "count").equals(String.valueOf(4 * each)));
    }

    @Test
    void aWatchTellsWhatChangesBelowItsKeyUntilItEnds() throws Exception {
        OverlayStore store = store();
        put(store, "a/before", "1");
        List<String> told = new CopyOnWriteArrayList<>();
        List<Long> versions = new CopyOnWriteArrayList<>();
        List<String> others = new CopyOnWriteArrayList<>();
        OverlayStore.Subscription faulty = store.watch("", change -> {
            throw new IllegalStateException("a watcher that fails");
        });
        OverlayStore.Subscription watch = store.watch("a", change -> {
            versions.add(change.version());
            told.add(text(change));
        });
        OverlayStore.Subscription otherWatch = other().watch("a", change -> others.add(text(change)));
        for (int i = 0; i < 10; i++) {
            put(store, "a/" + i, "x");
            put(store, "b/" + i, "not watched");
        }
        put(store, "a/3", "y");
        await(store.commit(Transaction.EMPTY.remove("a/3")));
        Await.until("told", () -> told.contains("a/3 gone"));
        assertThat(told)
                .startsWith("a/0 x", "a/1 x")
                .endsWith("a/9 x", "a/3 y", "a/3 gone")
                .hasSize(12);
        assertThat(versions).isSorted().doesNotHaveDuplicates();
        assertThat(versions.get(0)).isEqualTo(store.get("a/0").orElseThrow().version());
        Await.until("the other is told", () -> others.contains("a/3 gone") && others.contains("a/9 x"));
        watch.close();
        watch.close();
        otherWatch.close();
        faulty.close();
        put(store, "a/after", "x");
        Await.until("the other has it", () -> other().get("a/after").isPresent());
        assertThat(told).hasSize(12);
    }

    private static String text(Change change) {
        return change.key() + " " + change.entry().map(Entry::value).orElse("gone");
    }

    @Test
    void whatWasStoredIsThereAfterwards() throws Exception {
        OverlayStore store = store();
        Transaction many = Transaction.EMPTY;
        for (int i = 0; i < 300; i++) {
            many = many.put("many/" + i, "v" + i);
        }
        assertThat(await(store.commit(many))).isTrue();
        put(store, "many/7", "other");
        await(store.commit(Transaction.EMPTY.remove("many/8")));
        List<Entry> before = store.below("");
        assertThat(before).hasSize(299);
        OverlayStore again = reopened();
        assertThat(again.below("")).isEqualTo(before);
        put(again, "many/8", "again");
        assertThat(again.get("many/8").orElseThrow().version())
                .isGreaterThan(before.stream().mapToLong(Entry::version).max().orElseThrow());
    }

    @Test
    void whatIsNoKeyIsRefused() {
        for (String key : List.of(
                "", "/a", "a/", "a//b", ".", "a/..", "a b", "ä", "a\n", "x".repeat(129), "a/".repeat(8) + "a")) {
            assertThatThrownBy(() -> Transaction.EMPTY.put(key, "x"))
                    .as(key)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the key");
        }
        assertThatThrownBy(() -> Transaction.EMPTY.put("a", "1").put("a", "2")).hasMessageContaining("already");
        assertThatThrownBy(() -> Transaction.EMPTY.put("a", "x".repeat(Transaction.MOST_BYTES)))
                .hasMessageContaining("store it in parts");
        assertThatThrownBy(() -> Transaction.EMPTY.put("a", "half \ud834 pair")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> Transaction.EMPTY.put("a\nb/" + "x".repeat(10_000), "x"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
    }

    @Test
    void theLargestTransactionIsTaken() throws Exception {
        Transaction large = Transaction.EMPTY;
        String text = "x".repeat(64 * 1024 - 10);
        for (int i = 0; i < 8; i++) {
            large = large.put("large/" + i, text);
        }
        assertThat(await(store().commit(large))).isTrue();
        Transaction long_ = Transaction.EMPTY;
        for (int i = 0; i < Transaction.MOST_STEPS; i++) {
            long_ = long_.put("long/" + i, "x");
        }
        assertThat(await(store().commit(long_))).isTrue();
        assertThat(store().below("long")).hasSize(Transaction.MOST_STEPS);
        assertThat(store().below("large")).hasSize(8);
    }

    /** Random transactions, each of which a map of this test's own takes too. */
    @Test
    void randomTransactionsDoWhatAMapDoes() throws Exception {
        long seed = Long.getLong("mnedc.seed", System.nanoTime());
        var random = new Random(seed);
        OverlayStore store = store();
        Map<String, String> model = new TreeMap<>();
        List<String> keys = List.of("a", "a/b", "a/c", "d", "d/e/f");
        for (int step = 0; step < 200; step++) {
            Transaction transaction = Transaction.EMPTY;
            Map<String, String> wanted = new TreeMap<>(model);
            boolean holds = true;
            List<String> shuffled = new ArrayList<>(keys);
            Collections.shuffle(shuffled, random);
            for (String key : shuffled.subList(0, random.nextInt(3))) {
                Optional<Entry> entry = store.get(key);
                if (entry.isEmpty() || random.nextInt(8) == 0) {
                    transaction = transaction.andAbsent(key);
                    holds &= entry.isEmpty();
                } else {
                    transaction = transaction.and(entry.get());
                }
            }
            Collections.shuffle(shuffled, random);
            for (String key : shuffled.subList(0, 1 + random.nextInt(3))) {
                if (random.nextInt(3) == 0) {
                    transaction = transaction.remove(key);
                    wanted.remove(key);
                } else {
                    transaction = transaction.put(key, "step " + step);
                    wanted.put(key, "step " + step);
                }
            }
            String what = "seed " + seed + ", step " + step + ": " + transaction;
            assertThat(await(store.commit(transaction))).as(what).isEqualTo(holds);
            model = holds ? wanted : model;
            Map<String, String> found = new TreeMap<>();
            store.below("").forEach(entry -> found.put(entry.key(), entry.value()));
            assertThat(found).as(what).isEqualTo(model);
        }
        Map<String, String> end = model;
        Await.until("the other has the same", () -> {
            Map<String, String> found = new TreeMap<>();
            other().below("").forEach(entry -> found.put(entry.key(), entry.value()));
            return found.equals(end);
        });
    }
}
