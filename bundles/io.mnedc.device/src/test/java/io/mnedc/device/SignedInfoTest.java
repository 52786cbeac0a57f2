package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.info.LargeInfo;
import io.mnedc.testing.Await;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a device tells arrives as it was signed, whatever the relay in between makes of it. */
@Timeout(180)
class SignedInfoTest {
    private static final OrchestrationInfo CAMERA = new OrchestrationInfo(
            "arm",
            "osgi",
            List.of(new OfferedService("camera", "rtsp", 554, Map.of("path", "/1"))),
            Map.of("site", "north"));
    private static final OrchestrationInfo LARGE = LargeInfo.of("arm");

    @TempDir
    Path directory;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final Followed seen = new Followed();
    private TestGate gate;
    private TestRelay relay;
    private Node reader;
    private Node camera;

    /** Peers as an observer has them. */
    private static final class Followed implements RelayLink.Observer {
        final Map<String, Peer> peers = new ConcurrentHashMap<>();

        @Override
        public void snapshot(Collection<Peer> all) {
            peers.clear();
            all.forEach(this::present);
        }

        @Override
        public void present(Peer peer) {
            peers.put(peer.deviceId(), peer);
        }

        @Override
        public void absent(String deviceId) {
            peers.remove(deviceId);
        }

        @Nullable
        Peer camera() {
            return peers.get("camera");
        }

        boolean tells(OrchestrationInfo info) {
            Peer peer = camera();
            return peer != null && peer.verified() && peer.info().equals(info);
        }
    }

    @BeforeEach
    void begin() throws Exception {
        gate = new TestGate(directory.resolve("relay"));
        relay = fixture.relay(gate);
        reader = device("reader");
        reader.device().link().subscribe(seen);
        camera = device("camera");
    }

    private Node device(String id) throws Exception {
        Map<String, Object> values = new HashMap<>();
        values.put("device.id", id);
        values.put("security", "tls");
        values.put("data.dir", directory.resolve(id).toString());
        values.put("join.token", gate.token(relay).text());
        return fixture.ready(Fixture.settings(values, relay));
    }

    @Test
    void smallOnesAndLargeOnesArriveAsTheyWereTold() throws Exception {
        camera.device().link().publish(CAMERA);
        Await.until("the small one", () -> seen.tells(CAMERA));
        camera.device().link().publish(LARGE);
        Await.until("the large one", () -> seen.tells(LARGE));
    }

    @Test
    void whatTheRelayAltersIsNotSeenAndWhatItTakesAwayIsNotReplaced() throws Exception {
        camera.device().link().publish(CAMERA);
        Await.until("told", () -> seen.tells(CAMERA));
        AtomicReference<@Nullable SignedInfo> old = new AtomicReference<>();
        NodeInfo lie = new NodeInfo("a relay's lie", "", List.of());
        relay.told = record -> {
            old.set(record.document());
            return new NodeRecord(
                    record.deviceId(), record.node(), record.software(), record.capabilities(), lie, null);
        };
        camera.device().link().publish(new OrchestrationInfo("second", "osgi", List.of()));
        Await.until("withheld", () -> {
            Peer peer = seen.camera();
            return peer != null && !peer.verified();
        });
        assertThat(seen.camera()).extracting(Peer::info).isEqualTo(OrchestrationInfo.NONE);

        relay.told = record -> record;
        OrchestrationInfo third = new OrchestrationInfo("third", "osgi", List.of());
        camera.device().link().publish(third);
        Await.until("honest again", () -> seen.tells(third));
        relay.told = record -> new NodeRecord(
                record.deviceId(), record.node(), record.software(), record.capabilities(), lie, old.get());
        camera.device().link().publish(new OrchestrationInfo("fourth", "osgi", List.of()));
        Await.until("refused", () -> reader.count("peers.refused-documents") > 0);
        assertThat(seen.tells(third)).as("an older document changes nothing").isTrue();
    }
}
