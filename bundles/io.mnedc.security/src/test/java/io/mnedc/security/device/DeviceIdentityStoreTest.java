package io.mnedc.security.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Credentials;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Pem;
import io.mnedc.security.TestOverlay;
import io.mnedc.testing.TestClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceIdentityStoreTest {
    @TempDir
    private Path temporary;

    private TestOverlay overlay;
    private Path directory;
    private DeviceIdentityStore store;

    @BeforeEach
    void open() throws Exception {
        overlay = new TestOverlay(temporary.resolve("relay"));
        directory = temporary.resolve("device");
        store = reopened();
    }

    private DeviceIdentityStore reopened() throws Exception {
        return DeviceIdentityStore.open(directory, overlay.clock);
    }

    private Credentials ask(JoinToken token) throws Exception {
        byte[] request = store.enrolmentRequest("d", token);
        return overlay.authority.enrol(token.id(), token.secret(), "d", request).credentials();
    }

    private JoinToken join() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        store.enrolled(ask(token), token);
        return token;
    }

    private static PublicKey key(DeviceIdentityStore store) throws GeneralSecurityException {
        return store.identity().chain().get(0).getPublicKey();
    }

    @Test
    void beforeEnrolmentItSaysWhatToDo() {
        assertThat(store.stored()).isEmpty();
        assertThat(store.renewAt()).isEmpty();
        assertThat(store.relays()).isEmpty();
        assertThatThrownBy(store::identity)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("join.token");
    }

    @Test
    void whatIsEnrolledSurvivesARestart() throws Exception {
        JoinToken token = join();
        Identity identity = store.identity();
        DeviceIdentityStore again = reopened();
        assertThat(again.identity().chain()).isEqualTo(identity.chain());
        assertThat(again.identity().trusted()).isEqualTo(identity.trusted());
        assertThat(again.identity().key()).isEqualTo(identity.key());
        assertThat(again.relays()).isEqualTo(TestOverlay.RELAYS);
        assertThat(again.deviceId()).contains("d");
        assertThat(again.redeemed(token)).isTrue();
        assertThat(again.redeemed(overlay.token(TestOverlay.forDevice("d")))).isFalse();
        assertThat(again.renewAt().orElseThrow())
                .isBetween(
                        overlay.clock.instant().plus(Duration.ofDays(181)),
                        overlay.clock.instant().plus(Duration.ofDays(184)));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList())
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(Files.readString(directory.resolve("token"))).doesNotContain(token.text());
    }

    @Test
    void anEnrolmentWhoseAnswerWasLostIsTriedAgainWithTheSameKey() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        ask(token);
        store = reopened();
        store.enrolled(ask(token), token);
        assertThat(overlay.authority
                        .admit(store.identity().chain(), Duration.ZERO)
                        .deviceId())
                .isEqualTo("d");
    }

    @Test
    void aNewTokenBringsANewKeyAndTheOldOneServesUntilThen() throws Exception {
        join();
        PublicKey first = key(store);
        JoinToken second = overlay.token(TestOverlay.forDevice("d"));
        Credentials credentials = ask(second);
        assertThat(key(reopened())).isEqualTo(first);
        store.enrolled(credentials, second);
        assertThat(key(store)).isNotEqualTo(first);
        assertThat(overlay.authority
                        .admit(reopened().identity().chain(), Duration.ZERO)
                        .deviceId())
                .isEqualTo("d");
    }

    @Test
    void anAnswerThatIsNotForThisDeviceOrNotOfTheTokensCaIsRefused() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        Credentials good = ask(token);
        Identity stranger = overlay.device("d");
        Credentials otherKey = new Credentials(Pem.encode(stranger.chain()), good.trusted());
        assertThatThrownBy(() -> store.enrolled(otherKey, token)).hasMessageContaining("another key");
        TestOverlay other = new TestOverlay(temporary.resolve("other"));
        Credentials otherCa = new Credentials(good.chain(), other.authority.trusted());
        assertThatThrownBy(() -> store.enrolled(otherCa, token)).hasMessageContaining("CA of the join token");
        Credentials garbage = new Credentials(List.of(new byte[] {1, 2, 3}), good.trusted());
        assertThatThrownBy(() -> store.enrolled(garbage, token)).isInstanceOf(GeneralSecurityException.class);
        assertThat(store.stored()).isEmpty();
        store.enrolled(good, token);
        Credentials otherDevice = overlay.authority.issue(store.renewalRequest("d"), "e", java.util.Set.of());
        assertThatThrownBy(() -> store.update(otherDevice)).hasMessageContaining("another key or device");
    }

    @Test
    void aRenewalKeepsTheKey() throws Exception {
        join();
        Identity before = store.identity();
        overlay.clock.advance(Duration.ofDays(200));
        byte[] request = store.renewalRequest("d");
        Credentials renewed =
                overlay.authority.renew(before.chain().get(0), "d", request).credentials();
        assertThat(store.update(renewed)).isTrue();
        assertThat(store.update(renewed)).isFalse();
        assertThat(key(store)).isEqualTo(before.chain().get(0).getPublicKey());
        assertThat(store.renewAt().orElseThrow()).isAfter(overlay.clock.instant());
        assertThat(reopened().identity().chain()).isEqualTo(store.identity().chain());
    }

    @Test
    void aDeviceThatThinksItIs1970Joins() throws Exception {
        TestClock late = new TestClock(java.time.Instant.EPOCH);
        store = DeviceIdentityStore.open(directory, late);
        join();
        assertThat(DeviceIdentityStore.open(directory, late).stored()).isPresent();
    }

    @Test
    void aCrashAnywhereInAReplacementLeavesADeviceThatWorksAndCanFinish() throws Exception {
        join();
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        Credentials credentials = ask(token);
        Map<String, byte[]> asked = contents();
        store.enrolled(credentials, token);
        Map<String, byte[]> after = contents();

        List<String> order = List.of("trusted.pem", "device.crt.pem", "relays", "token", "device.key.pem");
        for (int written = 0; written <= order.size(); written++) {
            put(asked, asked.keySet());
            put(after, order.subList(0, written));
            store = reopened();
            assertThat(store.stored()).as("after %s writes", written).isPresent();
            if (!store.redeemed(token)) {
                store.enrolled(ask(token), token);
            }
            store = reopened();
            assertThat(key(store))
                    .isEqualTo(Pem.parse(credentials.chain()).get(0).getPublicKey());
            // and the next token works as well
            JoinToken next = overlay.token(TestOverlay.forDevice("d"));
            store.enrolmentRequest("d", next);
            assertThat(key(reopened())).isEqualTo(key(store));
        }
    }

    private void put(Map<String, byte[]> contents, Collection<String> names) throws Exception {
        for (String name : names) {
            PrivateFiles.write(directory.resolve(name), Objects.requireNonNull(contents.get(name)));
        }
    }

    private Map<String, byte[]> contents() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.collect(
                    Collectors.toMap(file -> file.getFileName().toString(), DeviceIdentityStoreTest::read));
        }
    }

    private static byte[] read(Path file) {
        try {
            return PrivateFiles.read(file, 1 << 20);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aLostKeyIsAClearRefusal() throws Exception {
        join();
        Files.delete(directory.resolve("device.key.pem"));
        assertThatThrownBy(this::reopened)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("device.key.pem")
                .hasMessageContaining("new join token");
    }

    @Test
    void aKeyThatOthersCanReadIsRefused() throws Exception {
        join();
        Path key = directory.resolve("device.key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(this::reopened).hasMessageContaining("chmod 600 " + key);
    }

    private Path put(String text) throws Exception {
        Path waiting = directory.resolve("join-token");
        PrivateFiles.write(waiting, text.getBytes(StandardCharsets.US_ASCII));
        return waiting;
    }

    @Test
    void aTokenThatWaitsIsDeletedOnceItIsRedeemed() throws Exception {
        assertThat(store.waiting()).isEmpty();
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        Path waiting = put(token.text() + "\n");
        assertThat(store.waiting()).contains(token);
        assertThat(waiting).exists();
        store.enrolled(ask(token), token);
        assertThat(waiting).doesNotExist();
        // as it would be after a crash in between
        put(token.text());
        assertThat(reopened().waiting()).isEmpty();
        assertThat(waiting).doesNotExist();
        JoinToken next = overlay.token(TestOverlay.forDevice("d"));
        put(next.text());
        JoinToken other = overlay.token(TestOverlay.forDevice("d"));
        store.enrolled(ask(other), other);
        assertThat(store.waiting()).as("another one goes on waiting").contains(next);
    }

    @Test
    void aTokenThatMayBeHalfWrittenIsWaitedForAndGarbageIsDeleted() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forDevice("d"));
        Path waiting = put(token.text().substring(0, 50));
        Files.setLastModifiedTime(waiting, FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(store.waiting()).isEmpty();
        assertThat(store.halfWritten()).isTrue();
        assertThat(waiting).exists();
        put(token.text());
        assertThat(store.waiting()).contains(token);
        assertThat(store.halfWritten()).isFalse();
        for (Instant time :
                List.of(Instant.now().minusSeconds(60), Instant.now().plus(Duration.ofDays(1)))) {
            put("hello");
            Files.setLastModifiedTime(waiting, FileTime.from(time));
            assertThat(store.waiting()).isEmpty();
            assertThat(store.halfWritten()).isFalse();
            assertThat(waiting).as("written at %s", time).doesNotExist();
        }
    }

    @Test
    void whoseAStoreIsIsKnownWithoutOpeningIt() throws Exception {
        assertThat(DeviceIdentityStore.enrolledId(temporary.resolve("missing"))).isEmpty();
        assertThat(temporary.resolve("missing")).doesNotExist();
        assertThat(DeviceIdentityStore.enrolledId(directory)).isEmpty();
        join();
        assertThat(DeviceIdentityStore.enrolledId(directory)).contains("d");
    }
}
