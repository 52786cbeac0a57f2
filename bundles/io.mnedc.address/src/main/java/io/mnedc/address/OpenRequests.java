package io.mnedc.address;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What is asked for and not answered yet. Thread-safe. */
final class OpenRequests {
    /** What somebody waits for. */
    static final class Request<T> extends CompletableFuture<T> {
        private final long asked = System.nanoTime();
        private final Supplier<Optional<T>> late;

        private Request(Supplier<Optional<T>> late) {
            this.late = late;
        }

        private void end(Supplier<? extends Exception> why) {
            Optional<T> result = late.get();
            if (result.isPresent()) {
                complete(result.get());
            } else {
                completeExceptionally(why.get());
            }
        }
    }

    private final Set<Request<?>> all = ConcurrentHashMap.newKeySet();

    /**
     * Begins to wait.
     *
     * @param late what comes of it if it lasts too long; empty: nothing
     */
    <T> Request<T> add(Supplier<Optional<T>> late) {
        Request<T> request = new Request<>(late);
        all.add(request);
        return request;
    }

    void remove(Request<?> answered) {
        all.remove(answered);
    }

    /** Fails all. */
    void fail(Supplier<? extends Exception> why) {
        all.forEach(each -> each.completeExceptionally(why.get()));
    }

    /** Ends those that have waited for so long. What was begun goes on. */
    void end(Duration waited, Supplier<? extends Exception> why) {
        long now = System.nanoTime();
        all.stream()
                .filter(each -> !each.isDone() && now - each.asked >= waited.toNanos())
                .forEach(each -> each.end(why));
    }
}
