package io.mnedc.relay;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.mesh.Mesh;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.OverlayTls;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
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
        if (!id.equals("a") && !Files.exists(directory.resolve(id))) {
            copied(id);
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

    /** A directory of another relay, with the CA of the first one. */
    Path copied(String id) throws Exception {
        Path own = directory.resolve(id).resolve("relay");
        Files.createDirectories(own.getParent());
        Files.createDirectory(own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Stream<Path> files = Files.list(overlay.directory())) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("ca\\..*|trusted.pem"))
                    .toList()) {
                Files.copy(file, own.resolve(file.getFileName().toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return own;
    }

    /** A relay of the overlay that says what it likes: it has a relay's key, and has entered the overlay. */
    PlainDevice hostile(String at, Identity identity, String more) throws Exception {
        String key = Fingerprints.of(identity.chain().get(0).getPublicKey());
        store.view().commit(Transaction.EMPTY.put("relays/relay-0", "key=" + key + "\naddresses=\n" + more));
        Await.until(
                "it is known",
                () -> mesh(at).view().stream().anyMatch(each -> each.relayId().equals("relay-0")));
        PlainDevice link = new PlainDevice(relay(at).address(), TestOverlay.context(identity), OverlayTls.LINK);
        devices.add(link);
        link.sendPreamble(StreamKind.CONTROL);
        link.send(new RelayHello("relay-0", 1, "test/1", 20_000));
        link.receivePreamble();
        if (!(link.receive() instanceof RelayHello)) {
            throw new AssertionError("no hello");
        }
        RelayWelcome welcome = (RelayWelcome) link.receive();
        link.bind(welcome.sessionId(), welcome.secret());
        return link;
    }

    /** A relay that has a certificate of its own, made at some time, but no key of the CA. */
    TestRelay beginWithoutKey(String id, Instant certified) throws Exception {
        withoutKey(id, certified);
        return begin(id);
    }

    /** The directory of such a relay. */
    void withoutKey(String id, Instant certified) throws Exception {
        Path own = copied(id);
        new TestOverlay(directory.resolve(id)).authority(InstantSource.fixed(certified));
        Files.delete(own.resolve("ca.key.pem"));
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
