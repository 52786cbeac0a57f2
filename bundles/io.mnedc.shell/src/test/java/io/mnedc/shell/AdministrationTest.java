package io.mnedc.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdministrationTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    /** A relay with two enrolled devices. */
    private static final class Relay implements RelayAdministration {
        final List<TokenRequest> asked = new ArrayList<>();
        final List<Revocation> revocations = new ArrayList<>();
        final List<OpenToken> open = new ArrayList<>();
        final List<Authority> authorities = new ArrayList<>();

        @Override
        public String token(TokenRequest request) {
            asked.add(request);
            return "mnedc1-secret";
        }

        @Override
        public List<Enrolment> enrolled() {
            return List.of(
                    new Enrolment("gw-1", Set.of("press", "hall-2"), "0123456789".repeat(6) + "abcd", NOW, NOW),
                    new Enrolment("gw-2", Set.of(), "f".repeat(64), NOW, NOW));
        }

        @Override
        public List<OpenToken> tokens() {
            return open;
        }

        @Override
        public boolean cancelToken(String id) {
            return open.removeIf(token -> token.id().equals(id));
        }

        @Override
        public ShutOut revoke(String deviceId, String reason) throws IOException {
            if (deviceId.equals("full")) {
                throw new IOException("no space left on device");
            }
            revocations.add(new Revocation(deviceId, NOW, reason));
            ShutOut done = new ShutOut(deviceId.startsWith("gw-"), open);
            open.clear();
            return done;
        }

        @Override
        public boolean unrevoke(String deviceId) {
            return revocations.removeIf(revocation -> revocation.deviceId().equals(deviceId));
        }

        @Override
        public List<Revocation> revoked() {
            return revocations;
        }

        @Override
        public boolean disconnect(String deviceId) {
            return deviceId.equals("gw-1");
        }

        @Override
        public List<Authority> authorities() {
            return authorities;
        }

        @Override
        public String addAuthority() {
            authorities.add(new Authority("b".repeat(64), false, NOW, Optional.of("/ca-b.key.pem")));
            return "b".repeat(64);
        }

        @Override
        public void useAuthority(String fingerprint) {
            if (authorities.stream().noneMatch(ca -> ca.fingerprint().startsWith(fingerprint))) {
                throw new IllegalArgumentException("no CA " + fingerprint);
            }
            authorities.replaceAll(ca ->
                    new Authority(ca.fingerprint(), ca.fingerprint().startsWith(fingerprint), ca.expires(), ca.key()));
        }

        @Override
        public void dropAuthority(String fingerprint) {
            if (authorities.stream()
                    .anyMatch(ca -> ca.inUse() && ca.fingerprint().startsWith(fingerprint))) {
                throw new IllegalStateException("it is in use");
            }
            authorities.removeIf(ca -> ca.fingerprint().startsWith(fingerprint));
        }
    }

    private final Relay relay = new Relay();
    private final AdministrationCommands commands = new AdministrationCommands();

    @BeforeEach
    void bind() {
        commands.administration = relay;
    }

    @Test
    void aTokenStandsAloneOnTheLastLine() {
        List<String> lines = commands.tokenText(false, "gw-7", "7d", 1, "press, hall-2", "r:3334,[::1]:3334")
                .lines()
                .toList();
        assertThat(lines).hasSizeGreaterThan(1);
        assertThat(lines.get(lines.size() - 1)).isEqualTo("mnedc1-secret");
        assertThat(lines.get(0)).contains("gw-7", "7d", "hall-2,press", "secret");
        assertThat(relay.asked)
                .containsExactly(new RelayAdministration.TokenRequest(
                        Optional.of("gw-7"),
                        Set.of("press", "hall-2"),
                        Duration.ofDays(7),
                        1,
                        List.of("r:3334", "[::1]:3334")));
    }

    @Test
    void withoutOptionsATokenIsForAnyNewDevice() {
        assertThat(commands.tokenText(false, "", "24h", 1, "", "")).contains("any device", "24h");
        assertThat(relay.asked)
                .containsExactly(new RelayAdministration.TokenRequest(
                        Optional.empty(), Set.of(), Duration.ofHours(24), 1, List.of()));
    }

    @Test
    void aTokenForRelaysIsAskedForAndListedAsOne() {
        assertThat(commands.tokenText(true, "", "24h", 2, "", "r:3334"))
                .contains("for a relay", "2 relays", "./mnedc relay join TOKEN")
                .endsWith("mnedc1-secret");
        assertThat(relay.asked)
                .containsExactly(
                        RelayAdministration.TokenRequest.forRelays(Duration.ofHours(24), 2, List.of("r:3334")));
        relay.open.add(new RelayAdministration.OpenToken("0123456789abcdef", Optional.empty(), Set.of(), NOW, 2, true));
        assertThat(commands.tokensText()).contains("a relay");
    }

    @ParameterizedTest
    @CsvSource({"90s, PT1M30S", "30m, PT30M", "24H, PT24H", "7d, PT168H"})
    void timesHaveAUnit(String text, Duration lifetime) {
        assertThat(AdministrationReport.lifetime(text)).isEqualTo(lifetime);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "24", "h", "-1h", "1w", "99999999999h"})
    void aTimeThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> AdministrationReport.lifetime(text)).hasMessageContainingAll(text, "24h");
        assertThat(commands.tokenText(false, "", text, 1, "", "")).contains("is no time");
        assertThat(relay.asked).isEmpty();
    }

    @Test
    void devicesAreListedWithWhatTheyBelongToAndWhoIsShutOut() {
        assertThat(commands.revokeText("gw-2", "stolen", "on", "Monday")).isEqualTo("gw-2 is shut out.");
        assertThat(commands.devicesText().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("DEVICE"),
                        one -> assertThat(one).matches("gw-1 +hall-2,press +sha256:0123456789012345 +2026-.* +no"),
                        two -> assertThat(two).matches("gw-2 +- +sha256:f{16} +2026-.* +yes"));
        assertThat(commands.revokedText()).containsPattern("gw-2 +2026-.* +stolen on Monday");
        assertThat(commands.unrevokeText("gw-2")).contains("may come in");
        assertThat(commands.unrevokeText("gw-2")).contains("was not shut out");
        assertThat(commands.revokedText()).isEqualTo("Nobody is shut out.");
    }

    @Test
    void tokensThatCanBeUsedAreListedAndEnded() {
        assertThat(commands.tokensText()).contains("No join token", "mnedc:token");
        relay.open.add(new RelayAdministration.OpenToken("0123456789abcdef", Optional.of("gw-7"), Set.of(), NOW, 1));
        relay.open.add(
                new RelayAdministration.OpenToken("1111111111111111", Optional.empty(), Set.of("b", "a"), NOW, 20));
        assertThat(commands.tokensText().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("TOKEN"),
                        one -> assertThat(one).matches("token:0123456789abcdef +gw-7 +1 +- +2026-.*"),
                        two -> assertThat(two).matches("token:1111111111111111 +any +20 +a,b +2026-.*"));
        // as it is listed, or as the launcher lists it
        assertThat(commands.cancelText("token:0123456789abcdef")).contains("cannot be used any more");
        assertThat(commands.cancelText("1111111111111111")).contains("cannot be used any more");
        assertThat(commands.cancelText("1111111111111111")).contains("mnedc:tokens");
        assertThat(relay.open).isEmpty();
    }

    @Test
    void revokingTellsWhatBecameOfTokensAndOfAnIdThatNobodyHas() {
        relay.open.add(new RelayAdministration.OpenToken("0123456789abcdef", Optional.empty(), Set.of(), NOW, 19));
        assertThat(commands.revokeText("gw-1"))
                .contains("gw-1 is shut out.", "token:0123456789abcdef", "19 more", "cancelled")
                .doesNotContain("WARNING");
        assertThat(commands.revokeText("gx-1"))
                .contains("gx-1 is shut out.", "WARNING", "mistyped", "mnedc:unrevoke gx-1")
                .doesNotContain("cancelled");
    }

    @Test
    void aDeviceIsDisconnected() {
        assertThat(commands.disconnectText("gw-1")).isEqualTo("gw-1 is disconnected; it may connect again.");
        assertThat(commands.disconnectText("gw-2")).isEqualTo("gw-2 was not connected.");
    }

    @Test
    void aCaIsReplacedInThreeSteps() {
        assertThat(commands.casText()).contains("elsewhere");
        relay.authorities.add(new RelayAdministration.Authority("a".repeat(64), true, NOW, Optional.empty()));
        assertThat(commands.addCaText()).contains("mnedc:useca ca:" + "b".repeat(16));
        assertThat(commands.casText().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("CA"),
                        one -> assertThat(one).matches("ca:a{16} +yes +2026-.* +kept elsewhere"),
                        two -> assertThat(two).matches("ca:b{16} +no +2026-.* +/ca-b.key.pem"));
        assertThat(commands.dropCaText("ca:" + "a".repeat(16))).isEqualTo("it is in use");
        assertThat(commands.useCaText("c".repeat(16))).startsWith("no CA");
        assertThat(commands.useCaText("ca:" + "b".repeat(16)))
                .startsWith("In use.")
                .contains("mnedc:dropca");
        assertThat(commands.dropCaText("a".repeat(16))).startsWith("Dropped.").doesNotContain("aaaa");
    }

    @Test
    void whatFailsIsSaidInASentence() {
        assertThat(commands.revokeText("full")).isEqualTo("no space left on device");
        commands.administration = null;
        assertThat(List.of(commands.devicesText(), commands.revokedText(), commands.unrevokeText("x")))
                .allMatch(text -> text.contains("security=tls"));
    }
}
