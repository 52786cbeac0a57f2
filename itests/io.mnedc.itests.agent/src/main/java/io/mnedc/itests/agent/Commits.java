package io.mnedc.itests.agent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** How fast the store that the relays share takes transactions such as leases: one new key each. */
final class Commits {
    private static final int BOUND_SECONDS = 60;

    private Commits() {}

    /** {@return transactions per second} of so many, of which some are on their way at once. */
    static double perSecond(Service store, int count, int atOnce) throws Exception {
        String prefix = "figures/" + System.nanoTime() + "-";
        Class<?> transaction = store.value().getClass().getClassLoader().loadClass("io.mnedc.api.store.Transaction");
        Service nothing = new Service(transaction.getField("EMPTY").get(null));
        Deque<CompletionStage<?>> waiting = new ArrayDeque<>();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (waiting.size() == atOnce) {
                await(waiting.remove());
            }
            Service change = nothing.call("put", prefix + i, "10.0.0.1 press-7 0123456789abcdef0123456789abcdef");
            waiting.add(
                    (CompletionStage<?>) store.call("commit", change.value()).value());
        }
        while (!waiting.isEmpty()) {
            await(waiting.remove());
        }
        return count * 1e9 / (System.nanoTime() - begin);
    }

    private static void await(CompletionStage<?> made) throws Exception {
        if (!Boolean.TRUE.equals(made.toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS))) {
            throw new IllegalStateException("a transaction without conditions was not made");
        }
    }
}
