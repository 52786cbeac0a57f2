package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.security.JoinToken;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules, tokens and revocation of a secured relay, as its administration service sees them. */
@Timeout(180)
class GroupsTest {
    private static final byte[] HI = {1, 2, 3};

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private TestOverlay overlay;

    @SuppressWarnings("NullAway.Init")
    private TestRelay relay;

    @BeforeEach
    void start() throws Exception {
        overlay = new TestOverlay(directory);
        relay = TestRelay.with(
                overlay.settings().policy(TestRelay.rules("allow group:office group:press", "default deny")));
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private RelayAdministration administration() {
        return relay.relay().administration().orElseThrow();
    }

    private Identity enrolled(String deviceId, String... groups) throws Exception {
        String token = administration()
                .token(new TokenRequest(
                        Optional.of(deviceId), Set.of(groups), Duration.ofHours(1), 1, List.of("127.0.0.1:1")));
        DeviceIdentityStore store = overlay.store(deviceId);
        TestOverlay.enrol(relay.address(), store, deviceId, JoinToken.parse(token));
        return store.identity();
    }

    private PlainDevice joined(Identity identity, String deviceId) throws Exception {
        return TestOverlay.joined(relay.address(), identity, deviceId);
    }

    @Test
    void whoMayTalkToWhomFollowsFromTheGroupsOfTheJoinTokens() throws Exception {
        Identity office = enrolled("office-1", "office", "floor-2");
        Identity press = enrolled("press-1", "press");
        Identity other = enrolled("press-2", "press");
        try (PlainDevice a = joined(press, "press-1");
                PlainDevice b = joined(other, "press-2");
                PlainDevice c = joined(office, "office-1")) {
            assertThat(b.await(Announce.class).changes()).as("not press-1").isEmpty();
            assertThat(c.await(Announce.class).changes()).hasSize(2);
            a.sendFrame(b.welcome.node(), HI);
            a.sendFrame(c.welcome.node(), HI);
            assertThat(PlainDevice.payload(c.receiveFrame())).isEqualTo(HI);
            assertThat(relay.count(Counter.DROP_RULES)).isEqualTo(1);
        }
        assertThat(administration().enrolled().stream().map(Enrolment::deviceId))
                .containsExactly("office-1", "press-1", "press-2");
    }

    @Test
    void aStolenDeviceIsShutOutWithItsGoodCertificate() throws Exception {
        Identity office = enrolled("office-1", "office");
        Identity press = enrolled("press-1", "press");
        try (PlainDevice thief = joined(press, "press-1");
                PlainDevice peer = joined(office, "office-1")) {
            peer.await(Announce.class);
            administration().revoke("press-1", "stolen");
            assertThat(thief.await(ErrorReport.class).code()).isEqualTo(ErrorCode.REVOKED.number());
            assertThat(peer.await(Announce.class).changes()).containsExactly(new Change.Absent("press-1"));
        }
        try (PlainDevice again = TestOverlay.dial(relay.address(), press)) {
            again.receivePreamble();
            assertThat(again.await(ErrorReport.class).code()).isEqualTo(ErrorCode.REVOKED.number());
        }
        assertThat(administration().unrevoke("press-1")).isTrue();
        try (PlainDevice back = joined(press, "press-1")) {
            assertThat(back.welcome.node()).isPositive();
        }
    }

    @Test
    void theCertificatesEndIsTold() {
        assertThat(relay.relay().status().certificateExpires()).isPresent();
    }
}
