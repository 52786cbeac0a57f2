package io.mnedc.address;

import static io.mnedc.testing.store.StoreClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import io.mnedc.testing.Log;
import io.mnedc.testing.store.OverlayStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends OverlayStoreContract {
    @TempDir
    Path directory;

    private FileStore store;

    @BeforeEach
    void open() throws IOException {
        store = new FileStore(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected OverlayStore store() {
        return store;
    }

    @Override
    protected OverlayStore other() {
        return store;
    }

    @Override
    protected OverlayStore reopened() throws IOException {
        store.close();
        store = new FileStore(directory);
        return store;
    }

    @Test
    void aKeyOfTheLastChangeThatWasRemovedKeepsItsVersionForItself() throws Exception {
        await(store.commit(Transaction.EMPTY.put("a", "x").put("b", "x")));
        OverlayStore.Entry last = store.get("b").orElseThrow();
        await(store.commit(Transaction.EMPTY.remove("b")));
        OverlayStore again = reopened();
        await(again.commit(Transaction.EMPTY.put("b", "x")));
        assertThat(again.get("b").orElseThrow().version()).isGreaterThan(last.version());
        assertThat(await(again.commit(Transaction.when(last).remove("b")))).isFalse();
    }

    @Test
    void aClosedStoreSaysSo() {
        store.close();
        CompletionStage<Boolean> late = store.commit(Transaction.EMPTY.put("a", "x"));
        assertThat(late.toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining(directory.toString())
                .withMessageContaining("closed");
    }

    @Test
    void aWatcherThatAlwaysFailsIsOneLineInTheLogAndHearsOfEachChange() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (Log log = new Log()) {
            store.watch("", change -> {
                heard.incrementAndGet();
                throw new IllegalStateException("a watcher that fails");
            });
            await(store.commit(Transaction.EMPTY.put("a", "x").put("b", "x")));
            await(store.commit(Transaction.EMPTY.put("c", "x")));
            assertThat(log.lines("watcher of the keys below ''")).hasSize(1);
            assertThat(log.lines("a watcher that fails")).hasSize(1);
        }
        assertThat(heard).hasValue(3);
    }

    /** The file of a device that is full, or was taken away: what fails is told, and later changes go on from the truth. */
    @Test
    void aFileThatCannotBeWrittenFailsWhatWaitsAndIsOpenedAgain() throws Exception {
        await(store.commit(Transaction.EMPTY.put("a", "before")));
        Path file = directory.resolve(OverlayFile.NAME);
        store.close();
        Path away = directory.resolve("away");
        Files.move(file, away);
        Files.createDirectory(file);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> new FileStore(directory)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        Files.delete(file);
        Files.move(away, file);
        store = new FileStore(directory);
        assertThat(store.get("a")).isPresent();
    }
}
