package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.testing.store.OverlayStoreContract;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of all stores, kept by two relays at one server. */
class ZooKeeperStoreTest extends OverlayStoreContract {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir
    private static Path directory = Path.of("");

    private static @Nullable TestServer server;

    private String name = "";
    private @Nullable ZooKeeperStore store;
    private @Nullable ZooKeeperStore other;

    @BeforeAll
    static void start() throws Exception {
        server = new TestServer(directory);
    }

    @AfterAll
    static void stop() {
        server().close();
    }

    private static TestServer server() {
        return Objects.requireNonNull(server);
    }

    @BeforeEach
    void open() throws Exception {
        name = "overlay-" + NUMBER.incrementAndGet();
        store = ZooKeeperStore.open(server().address(), name);
        other = ZooKeeperStore.open(server().address(), name);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
        if (other != null) {
            other.close();
        }
    }

    @Override
    protected OverlayStore store() {
        return Objects.requireNonNull(store);
    }

    @Override
    protected OverlayStore other() {
        return Objects.requireNonNull(other);
    }

    @Override
    protected OverlayStore reopened() throws Exception {
        close();
        server().stop();
        server().start();
        open(name);
        return store();
    }

    private void open(String name) throws Exception {
        store = ZooKeeperStore.open(server().address(), name);
        other = ZooKeeperStore.open(server().address(), name);
    }
}
