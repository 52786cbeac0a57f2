package io.mnedc.device.info;

import static io.mnedc.device.info.SigningDevices.signed;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.Opaque;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.info.InfoVerifier.Result;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a relay can do with what devices have signed: withhold it, and no more. */
class InfoVerifierTest {
    private static final NodeInfo CAMERA = new NodeInfo(
            "linux-arm",
            "osgi",
            List.of(new ServiceRecord("camera", "rtsp", 554, Map.of("path", "/1"))),
            Map.of("site", "north"));
    private static final NodeInfo PUMP = new NodeInfo("plc", "native", List.of());

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.now();
    private final LongAdder refused = new LongAdder();
    private SigningDevices devices;
    private DeviceIdentity camera;
    private InfoVerifier verifier;

    @BeforeEach
    void overlay() throws Exception {
        devices = new SigningDevices(directory, clock);
        camera = devices.joined("camera", "cameras");
        verifier = new InfoVerifier(devices.joined("reader"), refused);
    }

    private Result check(String id, @Nullable SignedInfo document) {
        return verifier.check(new NodeRecord(id, 5, "test", 7, PUMP, document), true);
    }

    @Test
    void whatADeviceHasSignedIsBelievedWithItsGroups() throws Exception {
        Result result = check("camera", signed(camera, "camera", 7, CAMERA));
        assertThat(result.verified()).isTrue();
        assertThat(result.info()).isEqualTo(InfoRecords.of(CAMERA));
        assertThat(result.groups()).containsExactly("cameras");
        assertThat(refused.sum()).isZero();
    }

    @Test
    void whatNobodyHasSignedIsShownAsUnverified() {
        Result result = check("old", null);
        assertThat(result).isEqualTo(new Result(InfoRecords.of(PUMP), false, java.util.Set.of()));
        assertThat(refused.sum()).isZero();
    }

    @Test
    void withoutSecurityNothingIsSigned() throws Exception {
        NodeRecord node = new NodeRecord("camera", 5, "test", 7, PUMP, signed(camera, "camera", 7, CAMERA));
        assertThat(verifier.check(node, false)).isEqualTo(new Result(InfoRecords.of(PUMP), false, java.util.Set.of()));
    }

    @Test
    void oneBitThatIsAlteredAnywhereIsRefused() throws Exception {
        SignedInfo good = signed(camera, "camera", 7, CAMERA);
        List<SignedInfo> altered = new ArrayList<>();
        for (int at = 0; at < good.body().size(); at += 5) {
            altered.add(new SignedInfo(flipped(good.body(), at), good.scheme(), good.signature(), good.chain()));
        }
        for (int at = 0; at < good.signature().size(); at += 5) {
            altered.add(new SignedInfo(good.body(), good.scheme(), flipped(good.signature(), at), good.chain()));
        }
        for (int at = 0; at < good.chain().get(0).size(); at += 5) {
            altered.add(new SignedInfo(
                    good.body(),
                    good.scheme(),
                    good.signature(),
                    List.of(flipped(good.chain().get(0), at))));
        }
        altered.add(new SignedInfo(good.body(), 0x0804, good.signature(), good.chain()));
        altered.add(new SignedInfo(Opaque.copyOf(new byte[0]), good.scheme(), good.signature(), good.chain()));
        for (SignedInfo each : altered) {
            assertThat(check("camera", each)).isEqualTo(Result.NOTHING);
        }
        assertThat(refused.sum()).isEqualTo(altered.size());
    }

    private static Opaque flipped(Opaque bytes, int at) {
        byte[] copy = bytes.bytes();
        copy[at] ^= 1;
        return Opaque.copyOf(copy);
    }

    @Test
    void whatOneDeviceSaysCannotBeShownAsAnothers() throws Exception {
        DeviceIdentity pump = devices.joined("pump");
        assertThat(check("pump", signed(camera, "camera", 7, CAMERA))).isEqualTo(Result.NOTHING);
        assertThat(check("camera", signed(pump, "camera", 7, CAMERA)))
                .as("signed by another for it")
                .isEqualTo(Result.NOTHING);
        assertThat(check("camera", signed(camera, "pump", 7, CAMERA))).isEqualTo(Result.NOTHING);
        assertThat(refused.sum()).isEqualTo(3);
    }

    @Test
    void anotherOverlaysDeviceIsNotBelieved() throws Exception {
        DeviceIdentity foreign = new SigningDevices(directory.resolve("other"), clock).joined("camera");
        SignedInfo document = signed(foreign, "camera", 7, CAMERA);
        String log = Log.of(() -> assertThat(check("camera", document)).isEqualTo(Result.NOTHING));
        assertThat(log).contains("What the relay tells of camera is not believed");
    }

    @Test
    void anOlderDocumentDoesNotReplaceANewerOne() throws Exception {
        SignedInfo old = signed(camera, "camera", 7, PUMP);
        Result now = check("camera", signed(camera, "camera", 8, CAMERA));
        assertThat(check("camera", old)).as("the newer one goes on").isEqualTo(now);
        assertThat(refused.sum()).isEqualTo(1);
        assertThat(check("camera", signed(camera, "camera", 8, PUMP)))
                .as("another one with the same number")
                .isEqualTo(now);
        assertThat(check("camera", signed(camera, "camera", 9, PUMP)).info()).isEqualTo(InfoRecords.of(PUMP));
    }

    @Test
    void theNumberIsRememberedWhileTheDeviceIsAway() throws Exception {
        SignedInfo old = signed(camera, "camera", 7, PUMP);
        check("camera", signed(camera, "camera", 8, CAMERA));
        verifier.forget("camera");
        assertThat(check("camera", old)).isEqualTo(Result.NOTHING);
        assertThat(check("camera", null)).as("taken away").isEqualTo(Result.NOTHING);
        SignedInfo again = signed(camera, "camera", 8, CAMERA);
        assertThat(check("camera", again).verified()).isTrue();
    }

    @Test
    void aCertificateThatHasExpiredVouchesForNothing() throws Exception {
        SignedInfo document = signed(camera, "camera", 7, CAMERA);
        assertThat(check("camera", document).verified()).isTrue();
        clock.advance(Duration.ofDays(4000));
        assertThat(check("camera", document))
                .as("also if it was good when it came")
                .isEqualTo(Result.NOTHING);
        assertThat(check("camera", signed(camera, "camera", 6, CAMERA)))
                .as("nor what was seen before")
                .isEqualTo(Result.NOTHING);
    }

    @Test
    void floodsOfBadDocumentsMakeOneLine() throws Exception {
        SignedInfo good = signed(camera, "camera", 7, CAMERA);
        String log = Log.of(() -> {
            for (int i = 0; i < 50; i++) {
                check("x" + i, good);
            }
        });
        assertThat(log.lines().filter(line -> line.contains("is not believed"))).hasSize(1);
        assertThat(refused.sum()).isEqualTo(50);
    }
}
