package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.Policy;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The audit log has what devices do, and what people do beside the relay, whether it runs or not; all of it once. */
@Timeout(180)
class BesideTest {
    @TempDir
    private Path temporary;

    private TestOverlay overlay;
    private Path directory;

    @BeforeEach
    void choose() {
        overlay = new TestOverlay(temporary);
        directory = overlay.directory();
    }

    private List<JsonObject> events(String kind) throws IOException {
        try (var lines = Files.lines(directory.resolve(RelayDirectory.AUDIT))) {
            return lines.map(line -> Json.parse(line).asObject())
                    .filter(line -> line.getString("event", "").equals(kind))
                    .toList();
        }
    }

    private void await(String kind, int count) throws Exception {
        TestRelay.eventually(() -> events(kind).size() >= count);
        assertThat(events(kind)).hasSize(count);
    }

    private String detail(String kind, int number) throws IOException {
        return events(kind).get(number).getString("detail", "");
    }

    private static String id(JoinToken token) {
        return HexFormat.of().toHexDigits(token.id());
    }

    @Test
    void whatADeviceGoesThroughIsToldFromItsEnrolmentOn() throws Exception {
        Policy strict = new Policy(List.of(), new Limits(0, 0, 20), 1);
        try (TestRelay relay = TestRelay.with(overlay.settings().policy(strict))) {
            DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
            await("enrolled", 1);
            JsonObject enrolled = events("enrolled").get(0);
            assertThat(enrolled.getString("device", "")).isEqualTo("a");
            assertThat(enrolled.getString("remote", "")).startsWith("127.0.0.1:");
            assertThat(enrolled.getString("detail", "")).contains("token ", "sensors");
            try (PlainDevice a = TestOverlay.joined(relay.address(), store.identity(), "a")) {
                a.await(Credentials.class);
                a.send(new Renew(Opaque.copyOf(store.renewalRequest("a"))));
                a.await(Credentials.class);
                await("renewed", 1);
                assertThat(events("renewed").get(0).getString("device", "")).isEqualTo("a");
                for (int i = 0; i < 150; i++) {
                    a.send(new Envelope(0, 99, 2, Opaque.copyOf(new byte[1])));
                }
                await("limited", 1);
                assertThat(events("limited").get(0).getString("device", "")).isEqualTo("a");
                assertThat(detail("limited", 0)).contains("20 control messages");
            }
        }
    }

    @Test
    void aCloneIsToldOf() throws Exception {
        try (TestRelay relay = TestRelay.with(new Policy(List.of(), Limits.DEFAULT, 1), directory);
                PlainDevice first = relay.joined("a", 1);
                PlainDevice second = relay.joined("a", 2);
                PlainDevice third = relay.joined("a", 3)) {
            await("quarantined", 1);
            assertThat(List.of(first.welcome.node(), second.welcome.node(), third.welcome.node()))
                    .containsOnly(2);
            assertThat(events("quarantined").get(0).getString("device", "")).isEqualTo("a");
            assertThat(detail("quarantined", 0)).contains("cloned image");
        }
    }

    @Test
    void tokensThatOthersMakeAreToldOnceWhetherTheRelayRunsOrNot() throws Exception {
        JoinToken before = overlay.token(Optional.of("early"), 1);
        JoinToken during;
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            await("token-made", 1);
            assertThat(detail("token-made", 0)).contains(id(before), "sensors");
            assertThat(events("token-made").get(0).getString("device", "")).isEqualTo("early");
            during = overlay.token(Optional.empty(), 7);
            await("token-made", 2);
            assertThat(detail("token-made", 1)).contains(id(during), "7 uses");
            String own = relay.relay()
                    .administration()
                    .orElseThrow()
                    .token(new TokenRequest(
                            Optional.of("own"), Set.of(), Duration.ofHours(1), 1, List.of("127.0.0.1:1")));
            await("token-made", 3);
            assertThat(detail("token-made", 2))
                    .contains(id(JoinToken.parse(own)))
                    .doesNotContain("beside");
        }
        JoinToken away = overlay.token(Optional.empty(), 1);
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            await("token-made", 4);
            assertThat(detail("token-made", 3)).contains(id(away));
            assertThat(relay.authority().tokens()).isNotNull();
        }
        assertThat(Files.readString(directory.resolve(RelayDirectory.AUDIT)))
                .as("no secrets")
                .doesNotContain(
                        HexFormat.of().formatHex(away.secret()), HexFormat.of().formatHex(during.secret()));
    }

    @Test
    void whoIsShutOutOrLetInWhileTheRelayIsAwayIsToldAtItsNextStart() throws Exception {
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            relay.relay().services().access().revoke("first", "by hand");
            await("revoked", 1);
        }
        overlay.authority().revocations().unrevoke("first");
        overlay.authority().revocations().revoke("second", "left in a taxi");
        for (int i = 0; i < 2; i++) {
            TestRelay.with(overlay.settings()).close();
            assertThat(events("revoked")).hasSize(2);
            assertThat(events("revoked").get(1).getString("device", "")).isEqualTo("second");
            assertThat(detail("revoked", 1)).isEqualTo("left in a taxi");
            assertThat(events("unrevoked"))
                    .singleElement()
                    .satisfies(
                            event -> assertThat(event.getString("device", "")).isEqualTo("first"));
        }
    }

    @Test
    void rulesThatChangeOrBreakAreToldWhetherTheRelayRunsOrNot() throws Exception {
        Path rules = directory.resolve(RelayDirectory.RULES);
        TestRelay.with(overlay.settings()).close();
        assertThat(events("rules-changed")).as("all may talk to all, as ever").isEmpty();
        Files.writeString(rules, "deny device:a device:b\n");
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            await("rules-changed", 1);
            assertThat(detail("rules-changed", 0)).contains("device:a");
            Files.writeString(rules, "deny devices:c anybody\n");
            await("rules-broken", 1);
            assertThat(detail("rules-broken", 0)).contains("devices:c", "line 1");
            assertThat(relay.relay().services().sessions().access())
                    .as("those before stay")
                    .isNotNull();
            Files.writeString(rules, "deny device:c any\n");
            await("rules-changed", 2);
            assertThat(detail("rules-changed", 1)).contains("device:c");
        }
        TestRelay.with(overlay.settings()).close();
        assertThat(events("rules-changed")).as("nothing has changed").hasSize(2);
        assertThat(events("rules-broken")).hasSize(1);
    }

    @Test
    void anotherAuthorityIsToldWhenItComesWhenItIsUsedAndWhenTheOldOneGoes() throws Exception {
        OverlayAuthority beside = overlay.authority();
        String first = beside.fingerprint();
        String second;
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            TestRelay.eventually(() -> !events("started").isEmpty());
            second = beside.add();
            await("ca-changed", 1);
            assertThat(detail("ca-changed", 0)).contains("2 authorities", second);
            beside.use(second);
            await("ca-changed", 2);
            assertThat(detail("ca-changed", 1)).contains("made by " + second);
            assertThat(relay.relay().services().sessions().count()).isZero();
        }
        beside.drop(first);
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            await("ca-changed", 3);
            assertThat(detail("ca-changed", 2)).contains("1 authorities", "no longer: " + first);
            assertThat(relay.authority().fingerprint()).isEqualTo(second);
        }
    }

    @Test
    void ifWhatWasToldIsForgottenSomeIsToldAgain() throws Exception {
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            relay.relay().services().access().revoke("a", "");
        }
        Files.writeString(directory.resolve(RelayDirectory.AUDIT_STATE), "\u0000\n\nnonsense\nrevoked \n");
        TestRelay.with(overlay.settings()).close();
        assertThat(events("revoked")).hasSize(2);
        Files.delete(directory.resolve(RelayDirectory.AUDIT_STATE));
        Files.createDirectory(directory.resolve(RelayDirectory.AUDIT_STATE));
        TestRelay.with(overlay.settings()).close();
        assertThat(events("revoked")).as("and it starts all the same").hasSize(3);
    }
}
