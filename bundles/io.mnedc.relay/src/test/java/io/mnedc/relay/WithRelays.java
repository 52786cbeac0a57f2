package io.mnedc.relay;

import io.mnedc.api.identity.Identity;
import io.mnedc.relay.mesh.Mesh;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Several relays of one overlay, in one process, that share a store; the first one is called a. */
abstract class WithRelays {
    @TempDir
    Path directory;

    final MemoryStore store = new MemoryStore();
    final MemoryAllocator leases = new MemoryAllocator("10.9.0.0/24");
    final Map<String, TestRelay> relays = new HashMap<>();
    final Map<String, MemoryStore.View> views = new HashMap<>();
    final List<PlainDevice> devices = new ArrayList<>();
    TestOverlay overlay;

    @BeforeEach
    void startFirst() throws Exception {
        overlay = new TestOverlay(directory.resolve("a"));
        begin("a");
    }

    @AfterEach
    void stopAll() throws Exception {
        for (PlainDevice device : devices) {
            device.close();
        }
        // all threads of relays are looked for when the last one has ended
        List<TestRelay> all = new ArrayList<>(relays.values());
        for (TestRelay relay : all.subList(1, all.size())) {
            relay.relay().close();
        }
        all.get(0).close();
        views.values().forEach(MemoryStore.View::close);
    }

    TestRelay begin(String id) throws Exception {
        Path own = directory.resolve(id).resolve("relay");
        if (!id.equals("a")) {
            Files.createDirectories(own.getParent());
            Files.createDirectory(
                    own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (Stream<Path> files = Files.list(overlay.directory())) {
                for (Path file : files.filter(
                                each -> each.getFileName().toString().matches("ca\\..*|trusted.pem"))
                        .toList()) {
                    Files.copy(file, own.resolve(file.getFileName().toString()));
                }
            }
        }
        views.put(id, store.view());
        TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve(id))
                        .settings()
                        .relayId("relay-" + id)
                        .shared(),
                view(id));
        relays.put(id, relay);
        relay.relay().allocator(leases);
        return relay;
    }

    TestRelay relay(String id) {
        return Objects.requireNonNull(relays.get(id));
    }

    Mesh mesh(String id) {
        return Objects.requireNonNull(relay(id).relay().mesh());
    }

    MemoryStore.View view(String id) {
        return Objects.requireNonNull(views.get(id));
    }

    void linked(String one, String other) throws Exception {
        Await.until(one + " and " + other + " are linked", () -> isLinked(one, other) && isLinked(other, one));
    }

    boolean isLinked(String one, String other) {
        return mesh(one).view().stream()
                .anyMatch(each -> each.relayId().equals("relay-" + other) && each.up() && each.frames());
    }

    PlainDevice joined(String relay, String id) throws Exception {
        return joined(relay, id, overlay.identity(id, Instant.now()));
    }

    PlainDevice joined(String relay, String id, Identity identity) throws Exception {
        PlainDevice device = TestOverlay.joined(relay(relay).address(), identity, id);
        devices.add(device);
        return device;
    }
}
