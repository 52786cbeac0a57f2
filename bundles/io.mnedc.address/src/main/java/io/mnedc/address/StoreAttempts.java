package io.mnedc.address;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Changes of a store that others change, too: made again on top of what is there now, if another was faster. */
final class StoreAttempts {
    /** How often others may be faster before that is a fault. */
    private static final int MOST = 100;

    private StoreAttempts() {}

    /** One try to change something: empty if another was faster. */
    interface Try<T> {
        CompletionStage<Optional<T>> go();
    }

    static <T> CompletionStage<T> until(Try<T> change) {
        return attempt(1, change);
    }

    private static <T> CompletionStage<T> attempt(int number, Try<T> change) {
        return change.go().thenCompose(result -> {
            if (result.isPresent()) {
                return CompletableFuture.completedFuture(result.get());
            }
            return number == MOST
                    ? CompletableFuture.failedFuture(
                            new IOException("others changed the store at each of " + number + " attempts"))
                    : attempt(number + 1, change);
        });
    }

    /** Waits for an answer of a store, which comes within 30 seconds. */
    static <T> T join(CompletionStage<T> stage) throws IOException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e);
        }
    }
}
