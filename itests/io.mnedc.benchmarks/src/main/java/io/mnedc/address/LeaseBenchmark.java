package io.mnedc.address;

import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.address.VirtualNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What leases cost, with the durable store on the disk of the temporary directory. */
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class LeaseBenchmark {
    private static final int STORED = 60_000;
    private static final int NEW = 10_000;
    private static final int UNDER_WAY = 256;

    private static LeasePolicy policy() {
        return LeasePolicy.of(VirtualNetwork.parse("10.0.0.0/8", "fd12:3456:789a::/64"), Map.of(), Optional.empty());
    }

    private static void fill(Path directory) throws IOException {
        Instant now = Instant.ofEpochMilli(1_900_000_000_000L);
        try (StoredLeases store = StoredLeases.in(directory)) {
            CompletableFuture.allOf(IntStream.range(0, STORED)
                            .mapToObj(i -> store.putIfAbsent(new Entry("device-" + i, 2 + i, now, now))
                                    .toCompletableFuture())
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A store with 60,000 leases, closed. */
    @State(Scope.Benchmark)
    public static class FullDirectory {
        Path directory;

        @Setup
        public void fillIt() throws IOException {
            directory = Files.createTempDirectory("mnedc-benchmark");
            fill(directory);
        }

        @TearDown
        public void remove() throws IOException {
            delete(directory);
        }
    }

    /** An allocator over 60,000 leases. */
    @State(Scope.Benchmark)
    public static class FullAllocator {
        Path directory;
        StoredLeases store;
        LeaseAllocator allocator;
        int next;
        int round;

        @Setup(Level.Iteration)
        public void open() throws IOException {
            directory = Files.createTempDirectory("mnedc-benchmark");
            fill(directory);
            store = StoredLeases.in(directory);
            allocator = new LeaseAllocator(store, policy(), Clock.systemUTC());
        }

        @TearDown(Level.Iteration)
        public void close() throws IOException {
            allocator.close();
            store.close();
            delete(directory);
        }

        String some() {
            next = (next + 7919) % STORED;
            return "device-" + next;
        }
    }

    /** Ten thousand new devices, 256 at a time, beside 60,000 leases: until the last is durable. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void allocateTenThousand(FullAllocator full) {
        int round = full.round++;
        for (int i = 0; i < NEW; i += UNDER_WAY) {
            CompletableFuture.allOf(IntStream.range(i, Math.min(NEW, i + UNDER_WAY))
                            .mapToObj(n -> full.allocator
                                    .allocate("new-" + round + "-" + n)
                                    .toCompletableFuture())
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    /** One new device after the other: what a single registration waits for. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public Lease allocateOneByOne(FullAllocator full) {
        return full.allocator
                .allocate("one-" + full.round++)
                .toCompletableFuture()
                .join();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public Lease allocateKnownDevice(FullAllocator full) {
        return full.allocator.allocate(full.some()).toCompletableFuture().join();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public Lease lookUp(FullAllocator full) {
        return full.allocator.lease(full.some()).orElseThrow();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void renew(FullAllocator full) {
        full.allocator.renew(full.some());
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public List<Lease> listAll(FullAllocator full) {
        return full.allocator.leases();
    }

    /** From the closed file to an allocator that answers. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int open(FullDirectory full) throws IOException {
        try (StoredLeases store = StoredLeases.in(full.directory);
                LeaseAllocator allocator = new LeaseAllocator(store, policy(), Clock.systemUTC())) {
            return allocator.network().capacity();
        }
    }
}
