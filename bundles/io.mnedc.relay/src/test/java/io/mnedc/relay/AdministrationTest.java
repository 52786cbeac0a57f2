package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.access.DataDirectory;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.transport.ControlLoop;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdministrationTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temporary;

    private final List<String> recorded = new ArrayList<>();
    private final Events events =
            (kind, device, remote, detail) -> recorded.add(kind.label() + " " + device + " " + detail);

    private RelayAdministration administration(Optional<OverlayAuthority> authority, String... addresses)
            throws Exception {
        Revocations revocations = Revocations.open(temporary.resolve("revoked"), InstantSource.system());
        Sessions sessions = new Sessions(
                new Counter.Set(), events, new DeviceLog(), () -> 6, new ControlLoop("test-control", fault -> {}));
        AuditState auditState = new AuditState(null);
        AccessControl access = AccessControl.start(
                sessions, events, new DataDirectory(null, null, auditState, revocations), List.of());
        access.close();
        return new Administration(
                access,
                events,
                auditState,
                authority,
                new Administration.Dialled() {
                    @Override
                    public List<String> addresses() {
                        return List.of(addresses);
                    }

                    @Override
                    public String whyNone() {
                        return "eth0 is a bridge";
                    }

                    @Override
                    public boolean inOverlay(InetAddress address) {
                        return address.getHostAddress().startsWith("10.0.0.");
                    }
                },
                new RequestedToken(temporary),
                () -> null);
    }

    private static TokenRequest request(Set<String> groups, String... addresses) {
        return new TokenRequest(Optional.of("gw-1"), groups, Duration.ofHours(1), 2, List.of(addresses));
    }

    @Test
    void aTokenNamesNoAddressInsideTheOverlayAndSaysWhyThereIsNone() throws Exception {
        OverlayAuthority authority =
                OverlayAuthority.open(temporary.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        RelayAdministration administration = administration(Optional.of(authority));
        assertThatThrownBy(() -> administration.token(request(Set.of(), "10.0.0.5:3334")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.0.0.5:3334")
                .hasMessageContaining("choose a pool");
        assertThatThrownBy(() -> administration.token(request(Set.of()))).hasMessageContaining("eth0 is a bridge");
        administration.token(request(Set.of(), "203.0.113.5:3334", "relay.example:3334"));
        assertThat(authority.tokens().addresses()).containsExactly("203.0.113.5:3334", "relay.example:3334");
    }

    @Test
    void aTokenNamesTheRelayAndTheAuditLogNamesTheTokenButNotItsSecret() throws Exception {
        OverlayAuthority authority =
                OverlayAuthority.open(temporary.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        RelayAdministration administration = administration(Optional.of(authority), "192.0.2.1:3334");
        String text = administration.token(request(Set.of("press")));
        JoinToken token = JoinToken.parse(text);
        assertThat(token.addresses()).containsExactly("192.0.2.1:3334");
        assertThat(token.fingerprint()).isEqualTo(authority.fingerprint());
        assertThat(JoinToken.parse(administration.token(request(Set.of(), "relay.example:99")))
                        .addresses())
                .containsExactly("relay.example:99");
        assertThat(administration.tokens())
                .extracting(RelayAdministration.OpenToken::id)
                .hasSize(2)
                .contains(JoinTokens.name(token.id()));
        assertThat(administration.cancelToken(JoinTokens.name(token.id()))).isTrue();
        assertThat(administration.cancelToken(JoinTokens.name(token.id()))).isFalse();
        assertThat(administration.tokens()).hasSize(1);
        assertThat(recorded).hasSize(3).last().asString().contains("token-cancelled", JoinTokens.name(token.id()));
        assertThat(recorded)
                .first()
                .asString()
                .contains("token-made gw-1", "press", "2 uses", Long.toHexString(token.id()))
                .doesNotContain(text.substring(20, 40));
        assertThat(administration.enrolled()).isEmpty();
    }

    @Test
    void whoIsShutOutTakesTheTokensWithHimThatHeHasUsed() throws Exception {
        OverlayAuthority authority =
                OverlayAuthority.open(temporary.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        RelayAdministration administration = administration(Optional.of(authority), "192.0.2.1:3334");
        JoinToken token = JoinToken.parse(administration.token(request(Set.of("press"))));
        DeviceIdentityStore store = DeviceIdentityStore.open(temporary.resolve("gw-1"), InstantSource.system());
        authority.enrol(token.id(), token.secret(), "gw-1", store.enrolmentRequest("gw-1", token));
        RelayAdministration.ShutOut mistyped = administration.revoke("gw-l", "");
        assertThat(mistyped.known()).isFalse();
        assertThat(mistyped.cancelled()).isEmpty();
        RelayAdministration.ShutOut done = administration.revoke("gw-1", "stolen");
        assertThat(done.known()).isTrue();
        assertThat(done.cancelled()).singleElement().satisfies(each -> {
            assertThat(each.id()).isEqualTo(JoinTokens.name(token.id()));
            assertThat(each.uses()).isEqualTo(1);
        });
        assertThat(administration.tokens()).isEmpty();
        assertThat(recorded)
                .contains("token-cancelled gw-1 token " + JoinTokens.name(token.id()) + ", which it has used");
    }

    @Test
    void aRelayThatDevicesCannotDialWantsAnAddress() throws Exception {
        OverlayAuthority authority =
                OverlayAuthority.open(temporary.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        assertThatThrownBy(() -> administration(Optional.of(authority)).token(request(Set.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--address");
    }

    @Test
    void aCaIsReplacedInThreeSteps() throws Exception {
        OverlayAuthority authority =
                OverlayAuthority.open(temporary.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        RelayAdministration administration = administration(Optional.of(authority), "192.0.2.1:3334");
        String first = authority.fingerprint();
        String second = administration.addAuthority();
        assertThat(administration.authorities())
                .extracting(RelayAdministration.Authority::fingerprint)
                .containsExactly(first, second);
        assertThatThrownBy(administration::addAuthority).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> administration.dropAuthority(first)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> administration.useAuthority("0".repeat(16)))
                .isInstanceOf(IllegalArgumentException.class);
        administration.useAuthority(second.substring(0, 8));
        administration.dropAuthority(first.substring(0, 16));
        assertThat(administration.authorities()).singleElement().satisfies(ca -> {
            assertThat(ca.fingerprint()).isEqualTo(second);
            assertThat(ca.inUse()).isTrue();
            assertThat(ca.key()).isPresent();
        });
    }

    @Test
    void withoutAnAuthorityThereAreNoTokensButRevocations() throws Exception {
        RelayAdministration administration = administration(Optional.empty(), "192.0.2.1:3334");
        assertThatThrownBy(() -> administration.token(request(Set.of())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keystore");
        assertThatThrownBy(() -> administration.cancelToken("0".repeat(16)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(administration.tokens()).isEmpty();
        assertThat(administration.authorities()).isEmpty();
        assertThatThrownBy(administration::addAuthority).isInstanceOf(IllegalStateException.class);
        assertThat(administration.disconnect("gw-1")).isFalse();
        assertThat(administration.revoke("gw-1", "gone").known())
                .as("nobody here knows")
                .isTrue();
        assertThat(administration.revoked()).singleElement().satisfies(one -> {
            assertThat(one.deviceId()).isEqualTo("gw-1");
            assertThat(one.reason()).isEqualTo("gone");
        });
        assertThat(administration.unrevoke("gw-1")).isTrue();
        assertThat(recorded).containsExactly("revoked gw-1 gone", "unrevoked gw-1 ");
        assertThatThrownBy(() -> administration.revoke("no device", "")).isInstanceOf(IllegalArgumentException.class);
    }
}
