package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.mnedc.api.address.LeaseStore.Change;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredLeasesTest {
    private static final Instant T = Instant.ofEpochMilli(1_900_000_000_123L);
    private static final int BLOCK = 4096;

    @TempDir
    Path parent;

    private static Entry entry(String device, int node) {
        return new Entry(device, node, T, T);
    }

    @Test
    void whatWasStoredIsThereAfterReopening() throws Exception {
        Entry seen = new Entry("b", 3, T, T.plusSeconds(60));
        try (StoredLeases store = StoredLeases.in(parent.resolve("data"))) {
            assertThat(store.epoch()).isEqualTo(1);
            await(store.putIfAbsent(entry("a", 2)));
            await(store.putIfAbsent(entry("b", 3)));
            await(store.putIfAbsent(entry("c", 4)));
            await(store.touch(List.of(seen, entry("unknown", 9))));
            assertThat(await(store.remove("c", 5))).isFalse();
            assertThat(await(store.remove("c", 4))).isTrue();
            assertThat(store.property("p", "first")).isEqualTo("first");
        }
        try (StoredLeases store = StoredLeases.in(parent.resolve("data"))) {
            assertThat(store.epoch()).isEqualTo(2);
            assertThat(store.entries()).containsExactlyInAnyOrder(entry("a", 2), seen);
            assertThat(store.byDevice("b")).contains(seen);
            assertThat(store.byNode(2)).contains(entry("a", 2));
            assertThat(store.byNode(4)).isEmpty();
            assertThat(store.property("p", "second")).isEqualTo("first");
        }
    }

    @Test
    void deviceAndNodeAreEachStoredOnce() throws Exception {
        try (StoredLeases store = StoredLeases.in(parent)) {
            await(store.putIfAbsent(entry("a", 2)));

            assertThat(await(store.putIfAbsent(entry("a", 3)))).isEqualTo(entry("a", 2));
            assertThat(await(store.putIfAbsent(entry("b", 2)))).isEqualTo(entry("a", 2));
            assertThat(store.entries()).containsExactly(entry("a", 2));
        }
    }

    @Test
    void watchTellsEachChangeInOrderUntilItEnds() throws Exception {
        List<Change> changes = Collections.synchronizedList(new ArrayList<>());
        try (StoredLeases store = StoredLeases.in(parent)) {
            try (AutoCloseable watch = store.watch(changes::add)) {
                assertThat(watch).isNotNull();
                await(store.putIfAbsent(entry("a", 2)));
                await(store.remove("a", 2));
            }
            await(store.putIfAbsent(entry("b", 3)));
        }
        assertThat(changes)
                .containsExactly(new Change("a", Optional.of(entry("a", 2))), new Change("a", Optional.empty()));
    }

    @Test
    void aFaultForWantOfMemoryDoesNotEndTheThreadThatEverybodyWaitsFor() throws Exception {
        try (StoredLeases store = StoredLeases.in(parent);
                AutoCloseable watch = store.watch(change -> {
                    throw new OutOfMemoryError("of a test");
                })) {
            assertThat(watch).isNotNull();
            await(store.putIfAbsent(entry("a", 2)));
            await(store.putIfAbsent(entry("b", 3)));
        }
    }

    @Test
    void filesAreForTheirOwnerOnly() throws Exception {
        Path directory = parent.resolve("deep/data");
        try (StoredLeases store = StoredLeases.in(directory)) {
            await(store.putIfAbsent(entry("a", 2)));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
            try (var files = Files.list(directory)) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void secondUserOfADirectoryIsRefusedWithTheCure() throws Exception {
        try (StoredLeases store = StoredLeases.in(parent)) {
            assertThatIOException()
                    .isThrownBy(() -> StoredLeases.in(parent))
                    .withMessageContaining(parent.toString())
                    .withMessageContaining("in use by another process")
                    .withMessageContaining("data.dir");
            await(store.putIfAbsent(entry("a", 2)));
        }
    }

    @Test
    void damagedFileIsNamedAndNotReplaced() throws Exception {
        Path file = parent.resolve(OverlayFile.NAME);
        for (byte[] content :
                List.of(new byte[0], new byte[20_000], "not a store".getBytes(StandardCharsets.US_ASCII))) {
            Files.write(file, content);

            assertThatIOException()
                    .isThrownBy(() -> StoredLeases.in(parent))
                    .withMessageContaining(file.toString())
                    .withMessageContaining("backup");
            assertThat(file).hasBinaryContent(content);
        }
    }

    @Test
    void directoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatIOException()
                .isThrownBy(() -> StoredLeases.in(file.resolve("data")))
                .withMessageContaining(file.resolve("data").toString())
                .withMessageContaining("data.dir");
    }

    @Test
    void closingEndsTheThreadAndLaterWritesFail() throws Exception {
        StoredLeases store = StoredLeases.in(parent);
        store.close();
        store.close();

        assertThat(store.putIfAbsent(entry("a", 2)))
                .isNotNull()
                .satisfies(write -> assertThat(write.toCompletableFuture()).isCompletedExceptionally());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("mnedc-store-commit") && thread.isAlive());
    }

    @Test
    void fileStaysSmallUnderManySmallWrites() throws Exception {
        try (StoredLeases store = StoredLeases.in(parent)) {
            for (int i = 0; i < 600; i++) {
                await(store.putIfAbsent(entry("d" + i % 100, 2)));
                await(store.remove("d" + i % 100, 2));
            }
            assertThat(parent.resolve(OverlayFile.NAME)).isRegularFile();
            assertThat(Files.size(parent.resolve(OverlayFile.NAME))).isLessThan(4 << 20);
        }
    }

    /** Every state of the file in the middle of a write, as a kill leaves it, block after block. */
    @Test
    void writeThatWasCutOffAnywhereLeavesWhatWasAcknowledgedBefore() throws Exception {
        Path live = parent.resolve("live");
        try (StoredLeases store = StoredLeases.in(live)) {
            List<Entry> acknowledged = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                byte[] before = Files.readAllBytes(live.resolve(OverlayFile.NAME));
                Entry next = entry("device-" + i, 2 + i);
                await(store.putIfAbsent(next));
                byte[] after = Files.readAllBytes(live.resolve(OverlayFile.NAME));
                if (i % 4 == 0) {
                    checkCuts(before, after, acknowledged, next);
                }
                acknowledged.add(next);
            }
        }
    }

    private void checkCuts(byte[] before, byte[] after, List<Entry> acknowledged, Entry next) throws Exception {
        byte[] from = Arrays.copyOf(before, Math.max(before.length, after.length));
        byte[] to = Arrays.copyOf(after, from.length);
        byte[] torn = from.clone();
        int blocks = from.length / BLOCK;
        for (int i = 0; i < blocks; i++) {
            // as they are written: first the data, then the two blocks of the header
            int offset = (i + 2) % blocks * BLOCK;
            if (!Arrays.equals(torn, offset, offset + BLOCK, to, offset, offset + BLOCK)) {
                System.arraycopy(to, offset, torn, offset, BLOCK);
                Path copy = Files.createDirectories(parent.resolve("torn"));
                Files.write(copy.resolve(OverlayFile.NAME), torn);
                try (OverlayFile file = OverlayFile.open(copy)) {
                    List<String> found = new ArrayList<>();
                    for (var each : file.entries()) {
                        if (each.key().startsWith("leases/device/")) {
                            found.add(each.key().substring("leases/device/".length()) + " " + each.value());
                        }
                    }
                    found.remove(shown(next));
                    assertThat(found)
                            .containsExactlyInAnyOrderElementsOf(acknowledged.stream()
                                    .map(StoredLeasesTest::shown)
                                    .toList());
                }
            }
        }
    }

    private static String shown(Entry entry) {
        return entry.deviceId() + " " + StoredLeases.text(entry);
    }

    @Test
    void aLeaseThatCannotBeReadIsNamedAndNothingIsWritten() throws Exception {
        try (FileStore store = new FileStore(parent)) {
            await(store.commit(Transaction.EMPTY.put("leases/device/a", "2 soon later")));
        }
        assertThatIOException()
                .isThrownBy(() -> StoredLeases.in(parent))
                .withMessageContaining("leases/device/a")
                .withMessageContaining("'2 soon later'")
                .withMessageContaining("backup");
        try (FileStore store = new FileStore(parent)) {
            assertThat(store.below("")).hasSize(1);
        }
    }

    @Test
    void aLeaseThatIsWrittenWrongLaterIsLeftOut() throws Exception {
        try (FileStore store = new FileStore(parent);
                StoredLeases leases = new StoredLeases(store, () -> {})) {
            await(leases.putIfAbsent(entry("a", 2)));
            await(store.commit(Transaction.EMPTY.put("leases/device/a", "nonsense")));
            assertThat(leases.byDevice("a")).isEmpty();
            assertThat(leases.entries()).isEmpty();
            assertThat(leases.putIfAbsent(entry("a", 2)).toCompletableFuture())
                    .failsWithin(java.time.Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withMessageContaining("attempts");
        }
    }

    @Test
    void whatTwoWritersOfOneStoreLeaseIsUnique() throws Exception {
        try (FileStore store = new FileStore(parent);
                StoredLeases one = new StoredLeases(store, () -> {});
                StoredLeases other = new StoredLeases(store, () -> {})) {
            assertThat(other.epoch()).isEqualTo(one.epoch() + 1);
            for (int i = 0; i < 200; i++) {
                var first = one.putIfAbsent(entry("one-" + i, 2 + i));
                var second = other.putIfAbsent(entry("other-" + i, 2 + i));
                assertThat(await(first)).isEqualTo(await(second));
            }
            assertThat(one.entries()).hasSize(200);
            assertThat(one.entries().stream().map(Entry::node).distinct()).hasSize(200);
        }
    }
}
