package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.Enrolments;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import io.mnedc.security.authority.Revocations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnrolmentTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
    }

    private static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aTokenMakesADeviceThatIsLetInAndRemembered() throws Exception {
        KeyPair key = Keys.generate();
        Enrolled enrolled = overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "Dev:1", key);
        assertThat(enrolled.groups()).containsExactly("sensors");
        Identity identity = TestOverlay.identity(key, enrolled.credentials());
        PeerName name = overlay.open().admit(identity.chain(), Duration.ZERO);
        assertThat(name).isEqualTo(new PeerName("Dev:1", Set.of("sensors"), true));
        assertThat(overlay.open().enrolments().all()).singleElement().satisfies(known -> {
            assertThat(known.deviceId()).isEqualTo("Dev:1");
            assertThat(known.key()).isEqualTo(Fingerprints.of(key.getPublic()));
            assertThat(known.since()).isEqualTo(overlay.clock.instant());
            assertThat(known.expires())
                    .isEqualTo(identity.chain().get(0).getNotAfter().toInstant());
        });
    }

    @Test
    void groupsAreThoseOfTheEnrolmentWhateverAnOlderCertificateSays() throws Exception {
        KeyPair key = Keys.generate();
        Identity first = TestOverlay.identity(
                key,
                overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "a", key)
                        .credentials());
        assertThat(overlay.authority.admit(first.chain(), Duration.ZERO).groups())
                .containsExactly("sensors");
        // the same key once more, into no group
        overlay.redeem(overlay.token(TestOverlay.forDevice("a")), "a", key);
        assertThat(overlay.authority.admit(first.chain(), Duration.ZERO).groups())
                .isEmpty();
        // somebody edits it
        Path record = overlay.directory.resolve("devices").resolve("a");
        Files.writeString(record, Files.readString(record).replaceAll("(?m)^groups=.*$", "groups=press office"));
        assertThat(overlay.authority.admit(first.chain(), Duration.ZERO))
                .isEqualTo(new PeerName("a", Set.of("press", "office"), true));
        assertThat(overlay.authority
                        .renew(first.chain().get(0), "a", TestOverlay.request(key))
                        .groups())
                .containsExactlyInAnyOrder("press", "office");
        // without it, what the certificate says is all there is
        Files.delete(record);
        assertThat(overlay.authority.admit(first.chain(), Duration.ZERO).groups())
                .containsExactly("sensors");
        assertThat(overlay.authority
                        .renew(first.chain().get(0), "a", TestOverlay.request(key))
                        .groups())
                .containsExactly("sensors");
    }

    @Test
    void theSecretIsNotOnTheRelaysDisk() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        byte[] secret = token.secret();
        try (Stream<Path> files = Files.walk(overlay.directory).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(HexFormat.of().formatHex(secret))
                        .doesNotContain(new String(secret, java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(token.text());
            }
        }
    }

    @Test
    void aTokenIsGoodForAsManyDevicesAsItSays() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(2));
        overlay.redeem(token, "a", Keys.generate());
        overlay.redeem(token, "b", Keys.generate());
        refused(Reason.JOIN_USED, () -> overlay.redeem(token, "c", Keys.generate()));
    }

    @Test
    void theSameKeyMayAskAgainWhenTheAnswerWasLost() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        KeyPair key = Keys.generate();
        overlay.redeem(token, "a", key);
        assertThat(overlay.redeem(token, "a", key).deviceId()).isEqualTo("a");
        refused(Reason.JOIN_USED, () -> overlay.redeem(token, "b", key));
        overlay.clock.advance(Duration.ofDays(2));
        refused(Reason.JOIN_EXPIRED, () -> overlay.redeem(token, "a", key));
    }

    @Test
    void aTokenExpires() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        overlay.clock.advance(Duration.ofHours(24));
        refused(Reason.JOIN_EXPIRED, () -> overlay.redeem(token, "a", Keys.generate()));
        overlay.clock.advance(Duration.ofDays(31));
        overlay.token(TestOverlay.forAnyDevice(1));
        refused(Reason.JOIN_REFUSED, () -> overlay.redeem(token, "a", Keys.generate()));
    }

    @Test
    void anUnknownTokenAndAWrongSecretLookTheSame() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        byte[] request = TestOverlay.request(Keys.generate());
        byte[] wrong = token.secret();
        wrong[31] ^= 1;
        String[] sentences = new String[2];
        long[] ids = {token.id(), token.id() + 1};
        for (int i = 0; i < ids.length; i++) {
            long id = ids[i];
            assertThatThrownBy(() -> overlay.authority.enrol(id, wrong, "a", request))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.JOIN_REFUSED));
            try {
                overlay.authority.enrol(id, wrong, "a", request);
            } catch (RefusedException e) {
                sentences[i] = e.getMessage();
            }
        }
        assertThat(sentences[0]).isEqualTo(sentences[1]);
        refused(Reason.JOIN_REFUSED, () -> overlay.authority.enrol(token.id(), new byte[0], "a", request));
        assertThatCode(() -> overlay.redeem(token, "a", Keys.generate()))
                .as("no use was counted")
                .doesNotThrowAnyException();
    }

    @Test
    void whoDoesNotHaveTheSecretHasNoRequestLookedAt() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        byte[] garbage = {1, 2, 3};
        refused(Reason.JOIN_REFUSED, () -> overlay.authority.enrol(token.id(), new byte[32], "a", garbage));
        refused(Reason.JOIN_REFUSED, () -> overlay.authority.enrol(token.id() + 1, token.secret(), "a", garbage));
        refused(Reason.CERTIFICATE_REFUSED, () -> overlay.authority.enrol(token.id(), token.secret(), "a", garbage));
    }

    @Test
    void aUsedTokenDoesNotBringBackAKeyThatAnotherTokenHasReplaced() throws Exception {
        JoinToken first = overlay.token(TestOverlay.forDevice("a"));
        KeyPair lost = Keys.generate();
        overlay.redeem(first, "a", lost);
        KeyPair present = Keys.generate();
        overlay.redeem(overlay.token(TestOverlay.forDevice("a")), "a", present);
        refused(Reason.JOIN_USED, () -> overlay.redeem(first, "a", lost));
        assertThat(overlay.authority.enrolments().find("a").orElseThrow().key())
                .isEqualTo(Fingerprints.of(present.getPublic()));
    }

    private interface Work {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> beside(Work work) {
        Runnable task = () -> {
            try {
                work.run();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        };
        // on a thread each: the common pool may have only one
        return CompletableFuture.runAsync(task, run -> {
            Thread thread = new Thread(run);
            thread.setDaemon(true);
            thread.start();
        });
    }

    @Test
    void revokingAndEnrollingAtTheSameTimeDoNotWaitForEachOther() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        KeyPair key = Keys.generate();
        CompletableFuture<Void> revoking = beside(() -> {
            for (int i = 0; i < 100; i++) {
                overlay.authority.revocations().revoke("other" + i, "");
            }
        });
        CompletableFuture<Void> enrolling = beside(() -> {
            // at least as long as the other goes on
            do {
                overlay.redeem(token, "a", key);
            } while (!revoking.isDone());
        });
        CompletableFuture.allOf(revoking, enrolling).get(60, TimeUnit.SECONDS);
        assertThat(overlay.authority.revocations().all()).hasSize(100);
        assertThat(overlay.authority.enrolments().find("a")).isPresent();
    }

    @Test
    void anExpiredTokenSaysSoOnlyToThoseWhoHaveItsSecret() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        overlay.clock.advance(Duration.ofDays(2));
        byte[] request = TestOverlay.request(Keys.generate());
        refused(Reason.JOIN_REFUSED, () -> overlay.authority.enrol(token.id(), new byte[32], "a", request));
    }

    @Test
    void aTokenForOneIdEnrolsNoOther() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("a"));
        refused(Reason.ID_MISMATCH, () -> overlay.redeem(token, "b", Keys.generate()));
        assertThat(overlay.redeem(token, "", Keys.generate()).deviceId()).isEqualTo("a");
        JoinToken open = overlay.token(TestOverlay.forAnyDevice(1));
        refused(Reason.ID_MISMATCH, () -> overlay.redeem(open, "", Keys.generate()));
        refused(Reason.ID_MISMATCH, () -> overlay.redeem(open, "a/../b", Keys.generate()));
    }

    @Test
    void anEnrolledIdIsReplacedOnlyByATokenForIt() throws Exception {
        KeyPair first = Keys.generate();
        Enrolled old = overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "a", first);
        JoinToken any = overlay.token(TestOverlay.forAnyDevice(1));
        refused(Reason.ID_TAKEN, () -> overlay.redeem(any, "a", Keys.generate()));
        assertThatCode(() -> overlay.redeem(any, "b", Keys.generate())).doesNotThrowAnyException();

        overlay.clock.advance(Duration.ofHours(1));
        overlay.redeem(overlay.token(TestOverlay.forDevice("a")), "a", Keys.generate());
        assertThat(overlay.authority.enrolments().find("a").orElseThrow().since())
                .as("another key, another beginning")
                .isEqualTo(overlay.clock.instant());
        Identity replaced = TestOverlay.identity(first, old.credentials());
        refused(Reason.CERTIFICATE_REFUSED, () -> overlay.authority.admit(replaced.chain(), Duration.ZERO));
        refused(
                Reason.CERTIFICATE_REFUSED,
                () -> overlay.authority.renew(replaced.chain().get(0), "a", TestOverlay.request(first)));
    }

    @Test
    void aRevokedDeviceNeitherEntersNorRenewsNorJoinsAgain() throws Exception {
        KeyPair key = Keys.generate();
        Enrolled enrolled = overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "a", key);
        Identity identity = TestOverlay.identity(key, enrolled.credentials());
        // as another process does it
        Revocations.open(overlay.directory.resolve("revoked"), overlay.clock).revoke("a", "stolen");
        refused(Reason.REVOKED, () -> overlay.authority.admit(identity.chain(), Duration.ZERO));
        refused(Reason.REVOKED, () -> overlay.authority.renew(identity.chain().get(0), "a", TestOverlay.request(key)));
        JoinToken token = overlay.token(TestOverlay.forDevice("a"));
        refused(Reason.REVOKED, () -> overlay.redeem(token, "a", Keys.generate()));
        overlay.authority.revocations().unrevoke("a");
        assertThat(overlay.authority.admit(identity.chain(), Duration.ZERO).deviceId())
                .isEqualTo("a");
    }

    @Test
    void aCertificateIsRenewedForItsOwnKeyAndKeepsWhatItSays() throws Exception {
        KeyPair key = Keys.generate();
        Enrolled enrolled = overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "a", key);
        Identity identity = TestOverlay.identity(key, enrolled.credentials());
        refused(
                Reason.CERTIFICATE_REFUSED,
                () -> overlay.authority.renew(identity.chain().get(0), "a", TestOverlay.request(Keys.generate())));
        overlay.clock.advance(Duration.ofDays(200));
        Enrolled renewed = overlay.authority.renew(identity.chain().get(0), "a", TestOverlay.request(key));
        Identity fresh = TestOverlay.identity(key, renewed.credentials());
        assertThat(fresh.chain().get(0).getNotAfter())
                .isAfter(identity.chain().get(0).getNotAfter());
        assertThat(overlay.authority.admit(fresh.chain(), Duration.ZERO).groups())
                .containsExactly("sensors");
        Enrolment known = overlay.authority.enrolments().find("a").orElseThrow();
        assertThat(known.expires()).isEqualTo(fresh.chain().get(0).getNotAfter().toInstant());
        assertThat(known.since()).isBefore(overlay.clock.instant().minus(Duration.ofDays(199)));
    }

    @Test
    void aDeviceThatWasStoredForAYearAfterItsExpiryStillGetsInWithinTheGrace() throws Exception {
        KeyPair key = Keys.generate();
        Identity identity = TestOverlay.identity(
                key,
                overlay.redeem(overlay.token(TestOverlay.forAnyDevice(1)), "a", key)
                        .credentials());
        overlay.clock.advance(Duration.ofDays(365 + 360));
        overlay.authority.refresh();
        Duration grace = Duration.ofDays(400);
        assertThat(overlay.authority.admit(identity.chain(), grace).deviceId()).isEqualTo("a");
        refused(Reason.CERTIFICATE_REFUSED, () -> overlay.authority.admit(identity.chain(), Duration.ofDays(100)));
        Enrolled renewed = overlay.authority.renew(identity.chain().get(0), "a", TestOverlay.request(key));
        assertThat(overlay.authority
                        .admit(TestOverlay.identity(key, renewed.credentials()).chain(), Duration.ZERO)
                        .deviceId())
                .isEqualTo("a");
        overlay.clock.advance(Duration.ofDays(50));
        assertThatThrownBy(() -> overlay.authority.admit(identity.chain(), grace))
                .hasMessageContaining("400 days of grace")
                .hasMessageContaining("new join token");
    }

    static Stream<TokenRequest> outOfRange() {
        Duration day = Duration.ofDays(1);
        return Stream.of(
                new TokenRequest(Optional.empty(), Set.of(), day, 0, List.of()),
                new TokenRequest(Optional.empty(), Set.of(), day, 1_000_001, List.of()),
                new TokenRequest(Optional.empty(), Set.of(), Duration.ofMillis(999), 1, List.of()),
                new TokenRequest(Optional.empty(), Set.of(), Duration.ofDays(5000), 1, List.of()),
                new TokenRequest(Optional.of("a b"), Set.of(), day, 1, List.of()),
                new TokenRequest(Optional.empty(), Set.of("a:b"), day, 1, List.of()),
                new TokenRequest(Optional.empty(), Set.of(), day, 1, List.of("nohost")));
    }

    @ParameterizedTest
    @MethodSource
    void outOfRange(TokenRequest request) {
        assertThatThrownBy(() -> overlay.token(request)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDamagedTokenFileIsAFaultOfTheRelayNotOfTheDevice() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        Path file = overlay.directory.resolve("tokens").resolve(HexFormat.of().toHexDigits(token.id()));
        Random random = new Random(5);
        String whole = Files.readString(file);
        KeyPair key = Keys.generate();
        for (int i = 0; i < 60; i++) {
            Files.writeString(file, whole.substring(0, random.nextInt(whole.length() - 1)));
            assertThatThrownBy(() -> overlay.redeem(token, "a", key)).isInstanceOf(RefusedException.class);
        }
        Files.writeString(file, whole);
        assertThat(overlay.redeem(token, "a", Keys.generate()).deviceId()).isEqualTo("a");
    }

    @Test
    void everyIdHasAFileOfItsOwn() throws Exception {
        List<String> ids = List.of("a", "A", ".", "..", "a.b", "a:b", "%41", "_-", "x".repeat(64));
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(20));
        for (String id : ids) {
            if (DeviceIds.isValid(id)) {
                overlay.redeem(token, id, Keys.generate());
            }
        }
        assertThat(overlay.authority.enrolments().all())
                .extracting(Enrolment::deviceId)
                .as("in their order")
                .containsExactlyElementsOf(
                        ids.stream().filter(DeviceIds::isValid).sorted().toList());
        assertThat(Enrolments.fileName("A..")).isEqualTo("%41%2e%2e");
        // files that are there already must be found
        assertThat(Enrolments.fileName("az09-_")).isEqualTo("az09-_");
    }
}
