package io.mnedc.testing.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What relays do with a store, for tests. */
public final class StoreClients {
    private static final long BOUND_SECONDS = 200;

    private StoreClients() {}

    /** {@return what came of it} */
    public static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    /** Stores a text, whatever is there. */
    public static void put(OverlayStore store, String key, String value) throws Exception {
        assertThat(await(store.commit(Transaction.EMPTY.put(key, value)))).isTrue();
    }

    /** {@return what is stored} */
    public static String value(OverlayStore store, String key) {
        return store.get(key).map(Entry::value).orElse("(nothing)");
    }

    /** Adds one to a number as often as is asked for, each time by one transaction that was made. */
    public static void increment(OverlayStore store, String key, int times) throws Exception {
        for (int done = 0; done < times; ) {
            Optional<Entry> now = store.get(key);
            Transaction next = now.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(key));
            int count = now.map(Entry::value).map(Integer::parseInt).orElse(0);
            done += await(store.commit(next.put(key, String.valueOf(count + 1)))) ? 1 : 0;
        }
    }

    /** Work that may fail. */
    @FunctionalInterface
    public interface Task {
        /** Does it. */
        void run() throws Exception;
    }

    /** Begins all tasks at once, does something meanwhile, and waits for them. */
    public static void meanwhile(List<Task> tasks, Task meanwhile) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Task task : tasks) {
                all.add(threads.submit(() -> {
                    task.run();
                    return null;
                }));
            }
            meanwhile.run();
            for (Future<?> each : all) {
                each.get(BOUND_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
