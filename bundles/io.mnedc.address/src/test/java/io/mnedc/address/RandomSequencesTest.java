package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static io.mnedc.address.Fixture.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.Lease;
import io.mnedc.testing.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of allocate, release, expire and crash against a model of who must have which node. */
class RandomSequencesTest {
    private static final Duration ABSENCE = Duration.ofHours(10);
    private static final Map<String, Integer> RESERVATIONS = Map.of("d0", 9, "d1", 4);
    private static final LeasePolicy RULES = policy("10.0.0.0/28", RESERVATIONS, Optional.of(ABSENCE));
    private static final int DEVICES = 18;
    private static final int STEPS = 250;

    @TempDir
    Path parent;

    private record Held(int node, Instant seen) {}

    private final TestClock clock = new TestClock(Instant.parse("2030-01-01T00:00:00Z"));
    private final Map<String, Held> model = new HashMap<>();
    private Instant started = Instant.MIN;
    private int generation;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverTheSameNodeTwiceAndNoAcknowledgedLeaseLost(long seed) throws Exception {
        Random random = new Random(seed);
        StoredLeases store = StoredLeases.in(directory());
        LeaseAllocator allocator = start(store);
        try {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> allocateTogether(random, allocator);
                    case 3, 4 -> {
                        String device = device(random);
                        boolean released = await(allocator.release(device));
                        Held held = model.remove(device);
                        if (held == null || !mayHaveEnded(held)) {
                            assertThat(released).isEqualTo(held != null);
                        }
                    }
                    case 5 -> {
                        clock.advance(Duration.ofMinutes(random.nextInt(300)));
                        await(allocator.maintain());
                    }
                    case 6 -> {
                        String device = device(random);
                        allocator.renew(device);
                        model.computeIfPresent(device, (id, held) -> new Held(held.node(), clock.instant()));
                    }
                    case 7 -> {
                        if (random.nextInt(4) == 0) {
                            // as kill -9 leaves it: nothing was closed, and sightings not yet stored are lost
                            Path old = directory();
                            generation++;
                            Files.createDirectories(directory());
                            Files.copy(
                                    old.resolve(OverlayFile.NAME), directory().resolve(OverlayFile.NAME));
                            allocator.close();
                            store.close();
                            store = StoredLeases.in(directory());
                            allocator = start(store);
                            forgetUnstoredSightings(store);
                        }
                    }
                    default -> allocateOne(device(random), allocator);
                }
                check(allocator);
            }
        } finally {
            allocator.close();
            store.close();
        }
    }

    private Path directory() {
        return parent.resolve("g" + generation);
    }

    private LeaseAllocator start(StoredLeases store) {
        started = clock.instant();
        return new LeaseAllocator(store, RULES, clock);
    }

    private static String device(Random random) {
        return "d" + random.nextInt(DEVICES);
    }

    private void forgetUnstoredSightings(StoredLeases store) {
        model.replaceAll((id, held) ->
                new Held(held.node(), store.byDevice(id).orElseThrow().lastSeen()));
    }

    private boolean mayHaveEnded(Held held) {
        return !clock.instant().isBefore(held.seen().plus(ABSENCE))
                && !clock.instant().isBefore(started.plus(LeaseAllocator.GRACE));
    }

    private void allocateOne(String device, LeaseAllocator allocator) throws Exception {
        note(device, allocator.allocate(device), allocator);
    }

    private void allocateTogether(Random random, LeaseAllocator allocator) throws Exception {
        List<String> devices = new ArrayList<>();
        List<CompletionStage<Lease>> requests = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            String device = device(random);
            devices.add(device);
            requests.add(allocator.allocate(device));
        }
        for (CompletionStage<Lease> request : requests) {
            await(request.handle((lease, failure) -> "settled"));
        }
        for (int i = 0; i < devices.size(); i++) {
            note(devices.get(i), requests.get(i), allocator);
        }
    }

    private void note(String device, CompletionStage<Lease> request, LeaseAllocator allocator) throws Exception {
        try {
            Lease lease = await(request);
            Held before = model.get(device);
            if (before != null && !mayHaveEnded(before)) {
                assertThat(lease.node()).isEqualTo(before.node());
            }
            assertThat(lease.node()).isEqualTo(RESERVATIONS.getOrDefault(device, lease.node()));
            model.put(device, new Held(lease.node(), clock.instant()));
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .asInstanceOf(InstanceOfAssertFactories.type(AllocationException.class))
                    .returns(Reason.POOL_EXHAUSTED, AllocationException::reason);
            assertThat(RESERVATIONS).doesNotContainKey(device);
            Held held = model.get(device);
            assertThat(held == null || mayHaveEnded(held)).isTrue();
            // 13 nodes less 2 reserved
            assertThat(allocator.leases().stream().filter(lease -> !lease.reserved()))
                    .hasSize(11);
        }
    }

    private void check(LeaseAllocator allocator) {
        Set<Integer> nodes = new HashSet<>();
        Map<String, Integer> leased = new HashMap<>();
        for (Lease lease : allocator.leases()) {
            assertThat(nodes.add(lease.node()))
                    .as("node %s is leased once", lease.node())
                    .isTrue();
            leased.put(lease.deviceId(), lease.node());
        }
        model.entrySet().removeIf(held -> !leased.containsKey(held.getKey()) && mayHaveEnded(held.getValue()));
        Map<String, Integer> expected = new HashMap<>();
        model.forEach((device, held) -> expected.put(device, held.node()));
        assertThat(leased).isEqualTo(expected);
    }
}
