package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.mnedc.api.address.LeaseStore.Change;
import io.mnedc.api.address.LeaseStore.Entry;
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

class MvLeaseStoreTest {
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
        try (MvLeaseStore store = new MvLeaseStore(parent.resolve("data"))) {
            assertThat(store.epoch()).isEqualTo(1);
            await(store.putIfAbsent(entry("a", 2)));
            await(store.putIfAbsent(entry("b", 3)));
            await(store.putIfAbsent(entry("c", 4)));
            await(store.touch(List.of(seen, entry("unknown", 9))));
            assertThat(await(store.remove("c", 5))).isFalse();
            assertThat(await(store.remove("c", 4))).isTrue();
            assertThat(store.property("p", "first")).isEqualTo("first");
        }
        try (MvLeaseStore store = new MvLeaseStore(parent.resolve("data"))) {
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
        try (MvLeaseStore store = new MvLeaseStore(parent)) {
            await(store.putIfAbsent(entry("a", 2)));

            assertThat(await(store.putIfAbsent(entry("a", 3)))).isEqualTo(entry("a", 2));
            assertThat(await(store.putIfAbsent(entry("b", 2)))).isEqualTo(entry("a", 2));
            assertThat(store.entries()).containsExactly(entry("a", 2));
        }
    }

    @Test
    void watchTellsEachChangeInOrderUntilItEnds() throws Exception {
        List<Change> changes = Collections.synchronizedList(new ArrayList<>());
        try (MvLeaseStore store = new MvLeaseStore(parent)) {
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
        try (MvLeaseStore store = new MvLeaseStore(parent);
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
        try (MvLeaseStore store = new MvLeaseStore(directory)) {
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
        try (MvLeaseStore store = new MvLeaseStore(parent)) {
            assertThatIOException()
                    .isThrownBy(() -> new MvLeaseStore(parent))
                    .withMessageContaining(parent.toString())
                    .withMessageContaining("in use by another process")
                    .withMessageContaining("data.dir");
            await(store.putIfAbsent(entry("a", 2)));
        }
    }

    @Test
    void damagedFileIsNamedAndNotReplaced() throws Exception {
        Path file = parent.resolve(LeaseFile.NAME);
        for (byte[] content :
                List.of(new byte[0], new byte[20_000], "not a store".getBytes(StandardCharsets.US_ASCII))) {
            Files.write(file, content);

            assertThatIOException()
                    .isThrownBy(() -> new MvLeaseStore(parent))
                    .withMessageContaining(file.toString())
                    .withMessageContaining("backup");
            assertThat(file).hasBinaryContent(content);
        }
    }

    @Test
    void directoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatIOException()
                .isThrownBy(() -> new MvLeaseStore(file.resolve("data")))
                .withMessageContaining(file.resolve("data").toString())
                .withMessageContaining("data.dir");
    }

    @Test
    void closingEndsTheThreadAndLaterWritesFail() throws Exception {
        MvLeaseStore store = new MvLeaseStore(parent);
        store.close();
        store.close();

        assertThat(store.putIfAbsent(entry("a", 2)))
                .isNotNull()
                .satisfies(write -> assertThat(write.toCompletableFuture()).isCompletedExceptionally());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("mnedc-lease-commit") && thread.isAlive());
    }

    @Test
    void fileStaysSmallUnderManySmallWrites() throws Exception {
        try (MvLeaseStore store = new MvLeaseStore(parent)) {
            for (int i = 0; i < 600; i++) {
                await(store.putIfAbsent(entry("d" + i % 100, 2)));
                await(store.remove("d" + i % 100, 2));
            }
            assertThat(parent.resolve(LeaseFile.NAME)).isRegularFile();
            assertThat(Files.size(parent.resolve(LeaseFile.NAME))).isLessThan(4 << 20);
        }
    }

    /** Every state of the file in the middle of a write, as a kill leaves it, block after block. */
    @Test
    void writeThatWasCutOffAnywhereLeavesWhatWasAcknowledgedBefore() throws Exception {
        Path live = parent.resolve("live");
        try (MvLeaseStore store = new MvLeaseStore(live)) {
            List<Entry> acknowledged = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                byte[] before = Files.readAllBytes(live.resolve(LeaseFile.NAME));
                Entry next = entry("device-" + i, 2 + i);
                await(store.putIfAbsent(next));
                byte[] after = Files.readAllBytes(live.resolve(LeaseFile.NAME));
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
                Files.write(copy.resolve(LeaseFile.NAME), torn);
                try (LeaseFile file = LeaseFile.open(copy)) {
                    List<Entry> found = new ArrayList<>(file.entries());
                    found.remove(next);
                    assertThat(found).containsExactlyElementsOf(acknowledged);
                }
            }
        }
    }
}
