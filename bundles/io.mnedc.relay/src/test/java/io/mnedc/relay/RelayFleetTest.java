package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayStatus.OverlayRelay;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ErrorCode;
import io.mnedc.testing.Await;
import io.mnedc.testing.store.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the devices of several relays are told of these, and how a relay is emptied. */
@Timeout(300)
class RelayFleetTest {
    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private final MemoryAllocator leases = new MemoryAllocator("10.9.0.0/24");
    private final Map<String, TestRelay> relays = new LinkedHashMap<>();
    private final List<MemoryStore.View> views = new ArrayList<>();
    private final List<PlainDevice> devices = new ArrayList<>();
    private TestOverlay overlay;

    @BeforeEach
    void start() throws Exception {
        overlay = new TestOverlay(directory.resolve("a"));
        begin("a");
    }

    @AfterEach
    void stop() throws Exception {
        for (PlainDevice device : devices) {
            device.close();
        }
        List<TestRelay> all = new ArrayList<>(relays.values());
        for (TestRelay relay : all.subList(1, all.size())) {
            relay.relay().close();
        }
        all.get(0).close();
        views.forEach(MemoryStore.View::close);
    }

    private void begin(String id) throws Exception {
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
        TestRelay relay =
                TestRelay.with(new TestOverlay(directory.resolve(id)).settings().relayId("relay-" + id));
        relays.put(id, relay);
        relay.relay().allocator(leases);
        MemoryStore.View view = store.view();
        views.add(view);
        relay.relay().overlay(view);
    }

    private Relay relay(String id) {
        return test(id).relay();
    }

    private TestRelay test(String id) {
        return Objects.requireNonNull(relays.get(id));
    }

    private void linked(String one, String other) throws Exception {
        Await.until(one + " and " + other + " are linked", () -> isLinked(one, other) && isLinked(other, one));
    }

    private boolean isLinked(String one, String other) {
        return relay(one).status().relays().stream()
                .anyMatch(each -> each.relayId().equals("relay-" + other) && each.connected() && each.framesFlow());
    }

    private PlainDevice joined(String relay, String id) throws Exception {
        PlainDevice device = TestOverlay.joined(test(relay).address(), overlay.identity(id, Instant.now()), id);
        devices.add(device);
        return device;
    }

    private static List<String> ids(Relays told) {
        return told.relays().stream().map(RelayRecord::relayId).toList();
    }

    /** Reads until the relays are told in this way. */
    private static Relays told(PlainDevice device, String... ids) throws Exception {
        for (int i = 0; i < 100; i++) {
            Relays told = device.await(Relays.class);
            if (ids(told).equals(List.of(ids))) {
                return told;
            }
        }
        throw new AssertionError("never told " + List.of(ids));
    }

    @Test
    void aRelayThatIsAloneTellsNothingAndThoseOfSeveralTellAllThemselvesFirst() throws Exception {
        PlainDevice early = joined("a", "gw-1");
        begin("b");
        linked("a", "b");
        assertThat(ids(early.await(Relays.class)))
                .as("the first that it hears, when there are two")
                .containsExactly("relay-a", "relay-b");
        PlainDevice late = joined("b", "gw-2");
        Relays told = late.await(Relays.class);
        assertThat(ids(told)).containsExactly("relay-b", "relay-a");
        assertThat(told.relays()).allSatisfy(each -> {
            assertThat(each.addresses()).isNotEmpty();
            assertThat(each.load()).isZero();
        });
        begin("c");
        assertThat(told(early, "relay-a", "relay-b", "relay-c").relays()).hasSize(3);
        assertThat(told(late, "relay-b", "relay-a", "relay-c").relays()).hasSize(3);
        assertThat(relay("b").status().relays())
                .extracting(OverlayRelay::relayId)
                .containsExactly("relay-b", "relay-a", "relay-c");
    }

    @Test
    void aRelayIsEmptiedInSmallGroupsAndTakesNobodyUntilItIsToldTo() throws Exception {
        begin("b");
        linked("a", "b");
        List<RelayEvent> events = new CopyOnWriteArrayList<>();
        test("a").listen(events::add);
        int count = 13;
        List<PlainDevice> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(joined("a", "gw-" + i));
            told(all.get(i), "relay-a", "relay-b");
        }
        assertThat(relay("a").administration().orElseThrow().drain()).isEqualTo(count);
        int atFirst = -1;
        for (PlainDevice device : all) {
            Relays told = device.await(Relays.class);
            assertThat(told.relays().get(0))
                    .isEqualTo(new RelayRecord("relay-a", told.relays().get(0).addresses(), 1000));
            ErrorReport asked = device.await(ErrorReport.class);
            assertThat(TestOverlay.code(asked)).isEqualTo(ErrorCode.STOPPING);
            assertThat(asked.fatal()).isTrue();
            assertThat(asked.retryMillis()).isPositive();
            if (atFirst < 0) {
                atFirst = relay("a").status().snapshot().sessions().size();
            }
        }
        assertThat(atFirst).as("still there when the first one is asked").isBetween(count - 5, count - 1);
        Await.until("empty", () -> relay("a").status().snapshot().sessions().isEmpty());
        Identity identity = overlay.identity("gw-0", Instant.now());
        assertThat(TestOverlay.refusal(test("a").address(), identity, "gw-0")).isEqualTo(ErrorCode.STOPPING);
        joined("b", "gw-0");
        assertThat(load("b", "relay-a")).isEqualTo(1000);
        assertThat(relay("a").administration().orElseThrow().undrain()).isTrue();
        assertThat(relay("a").administration().orElseThrow().undrain()).isFalse();
        joined("a", "gw-1");
        Await.until("b knows", () -> load("b", "relay-a") < 1000);
        assertThat(events)
                .extracting(RelayEvent::kind)
                .containsSubsequence(RelayEvent.Kind.DRAIN_BEGUN, RelayEvent.Kind.DRAIN_ENDED);
    }

    private int load(String at, String relayId) {
        return relay(at).status().relays().stream()
                .filter(each -> each.relayId().equals(relayId))
                .mapToInt(OverlayRelay::load)
                .findFirst()
                .orElse(-1);
    }

    @Test
    void nobodyIsSentAwayWhileThereIsNoOtherRelay() throws Exception {
        assertThatThrownBy(() -> relay("a").administration().orElseThrow().drain())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no other relay");
        begin("b");
        linked("a", "b");
        relay("a").administration().orElseThrow().drain();
        relay("b").close();
        Await.until("b is gone", () -> !relay("a").status().relays().get(1).connected());
        PlainDevice device = joined("a", "gw-1");
        Thread.sleep(1500);
        assertThat(relay("a").status().snapshot().sessions()).hasSize(1);
        begin("c");
        linked("a", "c");
        assertThat(TestOverlay.code(device.await(ErrorReport.class))).isEqualTo(ErrorCode.STOPPING);
    }
}
