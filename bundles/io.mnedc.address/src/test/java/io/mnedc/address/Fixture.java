package io.mnedc.address;

import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.Assertions;

/** What several tests say in the same words. */
final class Fixture {
    static final String ULA = "fd12:3456:789a::/64";

    private Fixture() {}

    static LeasePolicy policy(String pool) {
        return policy(pool, Map.of(), Optional.empty());
    }

    static LeasePolicy policy(String pool, Map<String, Integer> reservations) {
        return policy(pool, reservations, Optional.empty());
    }

    static LeasePolicy policy(String pool, Map<String, Integer> reservations, Optional<Duration> absence) {
        return LeasePolicy.of(VirtualNetwork.parse(pool, ULA), reservations, absence);
    }

    static <T> T await(CompletionStage<T> stage) throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    static String address(CompletionStage<Lease> lease) throws Exception {
        return await(lease).ipv4().getHostAddress();
    }

    static AllocationException refusal(CompletionStage<?> stage) {
        Throwable failure = Assertions.catchThrowable(() -> await(stage));
        Assertions.assertThat(failure)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AllocationException.class);
        return (AllocationException) Objects.requireNonNull(failure.getCause());
    }
}
