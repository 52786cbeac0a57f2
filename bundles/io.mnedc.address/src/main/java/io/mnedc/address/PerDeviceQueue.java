package io.mnedc.address;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Lets the operations on one device run one after the other. Not thread-safe. */
final class PerDeviceQueue {
    private final Map<String, CompletableFuture<?>> last = new HashMap<>();

    /** Starts an operation, now or when the earlier ones on the device are over. */
    <T> CompletableFuture<T> take(String deviceId, Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<?> before = last.get(deviceId);
        CompletableFuture<T> turn = before == null
                ? operation.get()
                : before.handle((done, failure) -> deviceId).thenCompose(id -> operation.get());
        if (!turn.isDone()) {
            last.put(deviceId, turn);
        }
        return turn;
    }

    /** Forgets a turn that is over. */
    void end(String deviceId, CompletableFuture<?> turn) {
        last.remove(deviceId, turn);
    }

    /** {@return whether an operation on the device is under way} */
    boolean areTaken(String deviceId) {
        return last.containsKey(deviceId);
    }
}
