package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.ShutOut;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.TestOverlay;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Join tokens as those see them who run a relay: listed, ended, and ended with whoever has used them. */
class JoinTokensTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
    }

    private Path file(JoinToken token) {
        return overlay.directory.resolve("tokens").resolve(JoinTokens.name(token.id()));
    }

    private static void refused(Reason reason, String why, ThrowingCallable attempt) {
        assertThatThrownBy(attempt).hasMessageContaining(why).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
        });
    }

    @Test
    void onlyTokensThatCanBeUsedAreListedAndNeverTheirSecrets() throws Exception {
        JoinToken several = overlay.token(TestOverlay.forAnyDevice(3));
        JoinToken once = overlay.token(TestOverlay.forDevice("b"));
        overlay.redeem(several, "a", Keys.generate());
        assertThat(overlay.authority.tokens().open())
                .containsExactlyInAnyOrder(
                        new OpenToken(
                                JoinTokens.name(several.id()),
                                Optional.empty(),
                                Set.of("sensors"),
                                overlay.clock.instant().plus(Duration.ofHours(24)),
                                2),
                        new OpenToken(
                                JoinTokens.name(once.id()),
                                Optional.of("b"),
                                Set.of(),
                                overlay.clock.instant().plus(Duration.ofHours(24)),
                                1));
        overlay.redeem(once, "b", Keys.generate());
        assertThat(overlay.open().tokens().open())
                .extracting(OpenToken::id)
                .containsExactly(JoinTokens.name(several.id()));
        overlay.clock.advance(Duration.ofHours(24));
        assertThat(overlay.authority.tokens().open()).isEmpty();
    }

    @Test
    void aTokenIsFoundByItsNameAlsoOnceItIsUsed() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("b"));
        String name = JoinTokens.name(token.id());
        overlay.redeem(token, "b", Keys.generate());
        JoinTokens tokens = overlay.authority.tokens();
        Files.writeString(overlay.directory.resolve("tokens/notes.txt"), "no token\n");
        assertThat(tokens.names()).contains(Set.of(name));
        assertThat(tokens.find(name)).hasValueSatisfying(found -> {
            assertThat(found.deviceId()).contains("b");
            assertThat(found.uses()).isZero();
        });
        Files.writeString(file(token), "half");
        assertThat(tokens.find(name)).isEmpty();
        assertThat(tokens.find("0".repeat(16))).isEmpty();
    }

    @Test
    void cancelledTokenIsOfNoUseToAnybody() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(3));
        KeyPair key = Keys.generate();
        overlay.redeem(token, "a", key);
        assertThat(overlay.authority.tokens().cancel(JoinTokens.name(token.id())))
                .isTrue();
        assertThat(overlay.authority.tokens().cancel(JoinTokens.name(token.id())))
                .isFalse();
        assertThat(overlay.authority.tokens().open()).isEmpty();
        refused(Reason.JOIN_USED, "cancelled", () -> overlay.redeem(token, "b", Keys.generate()));
        refused(Reason.JOIN_USED, "cancelled", () -> overlay.redeem(token, "a", key));
        assertThat(overlay.authority.enrolments().find("a"))
                .as("who has used it stays enrolled")
                .isPresent();
    }

    @Test
    void namesThatAreNoneDoNotLeadOutOfTheDirectory() throws Exception {
        String secret = Files.readString(overlay.directory.resolve("ca.key.pem"));
        for (String name : List.of("", "..", "../ca.key.pem", "0".repeat(15), "0".repeat(16), "G".repeat(16))) {
            assertThatThrownBy(() -> overlay.authority.tokens().cancel(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16 hexadecimal digits");
        }
        assertThat(overlay.directory.resolve("ca.key.pem")).hasContent(secret);
    }

    @Test
    void thiefOfADeviceCannotEnrolAnotherIdWithTheTokenThatHeFinds() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(20));
        JoinToken other = overlay.token(TestOverlay.forAnyDevice(20));
        KeyPair key = Keys.generate();
        overlay.redeem(token, "stolen", key);
        overlay.redeem(other, "honest", Keys.generate());
        ShutOut done = overlay.authority.shutOut("stolen", "from the van");
        assertThat(done.known()).isTrue();
        assertThat(done.cancelled()).singleElement().satisfies(each -> {
            assertThat(each.id()).isEqualTo(JoinTokens.name(token.id()));
            assertThat(each.uses()).isEqualTo(19);
        });
        refused(Reason.JOIN_USED, "cancelled", () -> overlay.redeem(token, "new", Keys.generate()));
        refused(Reason.JOIN_USED, "cancelled", () -> overlay.redeem(token, "new", key));
        assertThat(overlay.redeem(other, "new", Keys.generate()).deviceId()).isEqualTo("new");
        // letting the device in again brings no token back
        overlay.authority.revocations().unrevoke("stolen");
        refused(Reason.JOIN_USED, "cancelled", () -> overlay.redeem(token, "new", Keys.generate()));
    }

    @Test
    void whoIsShutOutByHandTakesItsTokenAlong() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(20));
        overlay.redeem(token, "stolen", Keys.generate());
        overlay.redeem(token, "honest", Keys.generate());
        Files.writeString(overlay.directory.resolve("revoked"), "stolen\n");
        refused(Reason.JOIN_USED, "stolen, which is shut out", () -> overlay.redeem(token, "new", Keys.generate()));
        refused(Reason.REVOKED, "revoked", () -> overlay.redeem(token, "stolen", Keys.generate()));
    }

    @Test
    void tokenIsFoundHoweverManyHaveUsedItSinceAndAfterARenewal() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(100));
        KeyPair key = Keys.generate();
        var first = overlay.redeem(token, "first", key);
        for (int i = 0; i < 70; i++) {
            overlay.redeem(token, "d" + i, Keys.generate());
        }
        overlay.authority.renew(
                TestOverlay.identity(key, first.credentials()).chain().get(0), "first", TestOverlay.request(key));
        assertThat(Files.readString(file(token))).doesNotContain("/first");
        assertThat(overlay.authority.shutOut("first", "").cancelled())
                .extracting(OpenToken::id)
                .containsExactly(JoinTokens.name(token.id()));
    }

    @Test
    void deviceThatNobodyKnowsIsShutOutAllTheSame() throws Exception {
        overlay.token(TestOverlay.forAnyDevice(1));
        ShutOut done = overlay.authority.shutOut("nobody", "");
        assertThat(done).isEqualTo(new ShutOut(false, List.of()));
        assertThat(overlay.authority.revocations().find("nobody")).isPresent();
        assertThat(overlay.authority.tokens().open()).hasSize(1);
    }

    @Test
    void damagedTokenFileKeepsNoOtherFromBeingRemovedAndFillsNoLog() throws Exception {
        JoinToken damaged = overlay.token(TestOverlay.forAnyDevice(1));
        JoinToken old = overlay.token(TestOverlay.forAnyDevice(1));
        Files.writeString(file(damaged), "secret-sha256=");
        Files.setLastModifiedTime(file(damaged), FileTime.from(overlay.clock.instant()));
        overlay.clock.advance(Duration.ofDays(29));
        String log = Log.of(() -> {
            try {
                overlay.token(TestOverlay.forAnyDevice(1));
                overlay.clock.advance(Duration.ofDays(3));
                overlay.token(TestOverlay.forAnyDevice(1));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(log).isEmpty();
        assertThat(file(old)).doesNotExist();
        assertThat(file(damaged)).as("nobody could use it any more, either").doesNotExist();
    }

    @Test
    void damagedTokenFileThatIsYoungStaysAndIsToldToThoseWhoAsk() throws Exception {
        JoinToken damaged = overlay.token(TestOverlay.forAnyDevice(1));
        Files.writeString(file(damaged), "secret-sha256=");
        Files.setLastModifiedTime(file(damaged), FileTime.from(overlay.clock.instant()));
        JoinToken good = overlay.token(TestOverlay.forAnyDevice(1));
        assertThat(file(damaged)).exists();
        String log = Log.of(() -> assertThat(overlay.authority.tokens().open())
                .extracting(OpenToken::id)
                .containsExactly(JoinTokens.name(good.id())));
        assertThat(log).contains(file(damaged).toString());
    }

    @Test
    void theLargestAndTheSmallestTokenAreMade() throws Exception {
        Duration longest = Duration.ofDays(3650);
        overlay.token(new TokenRequest(Optional.empty(), Set.of(), longest, 1_000_000, List.of()));
        overlay.token(new TokenRequest(Optional.empty(), Set.of(), Duration.ofSeconds(1), 1, List.of()));
        assertThat(overlay.authority.tokens().open()).hasSize(2);
        assertThatThrownBy(() ->
                        overlay.token(new TokenRequest(Optional.empty(), Set.of(), longest.plusNanos(1), 1, List.of())))
                .hasMessageContaining("3650 days");
    }

    @Test
    void thoseThatExpireFirstAreListedFirst() throws Exception {
        for (int hours : List.of(5, 2, 7, 1, 6, 3, 4)) {
            overlay.token(new TokenRequest(Optional.empty(), Set.of(), Duration.ofHours(hours), 1, List.of()));
        }
        assertThat(overlay.authority.tokens().open())
                .extracting(OpenToken::expires)
                .hasSize(7)
                .isSorted();
    }

    @Test
    void whoIsRefusedHearsWhichIdIsMissing() throws Exception {
        JoinToken fixed = overlay.token(TestOverlay.forDevice("a"));
        JoinToken open = overlay.token(TestOverlay.forAnyDevice(1));
        refused(Reason.ID_MISMATCH, "for device ID a, not b", () -> overlay.redeem(fixed, "b", Keys.generate()));
        refused(Reason.ID_MISMATCH, "neither the device nor", () -> overlay.redeem(open, "", Keys.generate()));
    }

    @Test
    void whoIsShutOutTakesItsTokenAlongAlsoWhenItsOwnRecordIsLost() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(20));
        JoinToken other = overlay.token(TestOverlay.forAnyDevice(20));
        overlay.redeem(token, "stolen", Keys.generate());
        overlay.redeem(other, "honest", Keys.generate());
        Files.delete(overlay.directory.resolve("devices").resolve("stolen"));
        assertThat(overlay.authority.shutOut("stolen", "").cancelled())
                .extracting(OpenToken::id)
                .containsExactly(JoinTokens.name(token.id()));
    }

    @Test
    void whereTheRelayIsIsKnownByTokensThatAreUsedOrOldToo() throws Exception {
        JoinTokens tokens = overlay.authority.tokens();
        assertThat(tokens.addresses()).isEmpty();
        JoinToken token = overlay.token(new TokenRequest(
                Optional.empty(), Set.of(), Duration.ofHours(1), 1, List.of("b.example:2", "a.example:1")));
        changedLongAgo();
        overlay.redeem(token, "a", Keys.generate());
        overlay.clock.advance(Duration.ofHours(2));
        assertThat(tokens.addresses()).containsExactly("a.example:1", "b.example:2");
        overlay.token(TestOverlay.forAnyDevice(1));
        assertThat(tokens.addresses())
                .as("a new one counts at once")
                .containsExactly("a.example:1", "b.example:2", "relay.example:3334");
    }

    @Test
    void whatIsChangedInATokensFileIsReadAgainWithinAMinute() throws Exception {
        JoinTokens tokens = overlay.authority.tokens();
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        changedLongAgo();
        assertThat(tokens.addresses()).containsExactly("relay.example:3334");
        says(token, "addresses=c.example:3");
        overlay.clock.advance(Duration.ofSeconds(59));
        assertThat(tokens.addresses())
                .as("not each time: the file is not looked at")
                .containsExactly("relay.example:3334");
        overlay.clock.advance(Duration.ofSeconds(1));
        assertThat(tokens.addresses()).containsExactly("c.example:3");
        // as relays before this one wrote it
        says(token, "");
        overlay.clock.advance(Duration.ofHours(-1));
        assertThat(tokens.addresses()).as("the clock was set back").isEmpty();
    }

    /** In place, so that the time of the directory does not tell. */
    private void says(JoinToken token, String addresses) throws IOException {
        Files.writeString(file(token), Files.readString(file(token)).replaceAll("(?m)^addresses=.*$", addresses));
    }

    /** So that what comes now has another time, however coarse those of the file system are. */
    private void changedLongAgo() throws IOException {
        Files.setLastModifiedTime(
                overlay.directory.resolve("tokens"),
                FileTime.from(overlay.clock.instant().minus(Duration.ofDays(1))));
    }
}
