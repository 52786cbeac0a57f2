package io.mnedc.itests.sharing;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.cluster.CuttingProxy;
import io.mnedc.cluster.TestServer;
import io.mnedc.cluster.ZooKeeperStore;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two real relays of one overlay that share a store in a real server of ZooKeeper, each by a connection that can be cut. */
public abstract class TwoRelays {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static @Nullable TestServer server;

    @TempDir
    private static Path zookeeper = Path.of("");

    /** One of the relays, running or not. */
    protected final class Member {
        public final TestOverlay overlay;
        public final CuttingProxy wire;
        private @Nullable ZooKeeperStore store;
        private @Nullable TestRelay relay;

        Member(Path directory) throws Exception {
            overlay = new TestOverlay(directory);
            wire = new CuttingProxy(server().port(), 15);
        }

        public void start() throws Exception {
            start(settings());
        }

        public void start(TestSettings settings) throws Exception {
            if (store == null) {
                store = ZooKeeperStore.open(wire.address(), name);
            }
            relay = TestRelay.with(settings, store);
        }

        /** With a store that does not know of some transactions whether they were made. */
        LosingStore startLosing() throws Exception {
            store = ZooKeeperStore.open(wire.address(), name);
            LosingStore losing = new LosingStore(store);
            for (int attempt = 0; relay == null; attempt++) {
                try {
                    relay = TestRelay.with(settings(), losing);
                } catch (IOException e) {
                    // it tries again, as a relay does
                    if (attempt > 20) {
                        throw e;
                    }
                }
            }
            return losing;
        }

        public TestSettings settings() {
            return overlay.settings().shared();
        }

        public void stop() {
            if (relay != null) {
                // the other one has threads still
                relay.relay().close();
                relay = null;
            }
        }

        void close() throws Exception {
            stop();
            if (store != null) {
                store.close();
                store = null;
            }
            wire.close();
        }

        /** Another store is opened at the next start. */
        public void forgetStore() {
            store().close();
            store = null;
        }

        /** What the administrator is told now of the store. */
        public String remark() {
            List<String> remarks = relay().remarks();
            return remarks.isEmpty() ? "" : remarks.get(remarks.size() - 1);
        }

        public TestRelay relay() {
            return Objects.requireNonNull(relay);
        }

        public ZooKeeperStore store() {
            return Objects.requireNonNull(store);
        }

        public RelayAdministration administration() {
            return relay().relay().administration().orElseThrow();
        }

        public Path file(String name) {
            return overlay.directory().resolve(name);
        }

        /** As an editor does, or a command: another file in its place. */
        public void write(String name, String text) throws IOException {
            Path beside = file(name + ".new");
            Files.writeString(beside, text);
            Files.move(beside, file(name), StandardCopyOption.REPLACE_EXISTING);
        }

        public String read(String name) {
            try {
                return Files.exists(file(name)) ? Files.readString(file(name)) : "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @TempDir
    private Path directory = Path.of("");

    protected String name = "";
    protected Member a;
    protected Member b;
    private final List<Member> all = new ArrayList<>();

    @BeforeAll
    static void startServer() throws Exception {
        server = new TestServer(zookeeper);
    }

    @AfterAll
    static void stopServer() {
        server().close();
    }

    protected static TestServer server() {
        return Objects.requireNonNull(server);
    }

    @BeforeEach
    void prepare() throws Exception {
        name = "overlay-" + NUMBER.incrementAndGet();
        a = new Member(directory.resolve("a"));
        b = new Member(directory.resolve("b"));
        all.add(a);
        all.add(b);
        // one CA, whose key both have
        a.overlay.authority();
        Files.createDirectories(b.overlay.directory());
        Files.setPosixFilePermissions(b.overlay.directory(), Files.getPosixFilePermissions(a.overlay.directory()));
        for (String file : List.of("ca.crt.pem", "ca.key.pem", "trusted.pem")) {
            Files.copy(a.file(file), b.file(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    @AfterEach
    void end() throws Exception {
        for (Member member : all) {
            member.close();
        }
    }
}
